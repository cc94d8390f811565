/** The watchdog, the log and the support bundle of a box. Read through `src/limits.ts`. */
export const watchLimits = {
  /** A turn of the watchdog that comes later is no evidence. */
  watchdogLoopDelayMs: 1_000,
  /** How often the watchdog proves by a write that the disk takes writes. */
  watchdogProbeMs: 60_000,
  /** A port of our own that answers the watchdog later does not answer. */
  watchdogAnswerMs: 5_000,
  bootConfigBytes: 16_384,
  /** Of the log, kept in memory for whoever asks at the console. */
  logRingLines: 400,
  logRingLineCharacters: 2_000,
  /** Commands that a support bundle tells of. */
  supportBundleCommands: 500,
  /** Shown lines that a console's line has not taken yet. */
  consoleUnreadBytes: 65_536,
  /** A command that shows lines as they come: so long where somebody watches, and at most. */
  watchSeconds: 600,
  watchSecondsMax: 3_600,
  /** The same where nobody does, and the answer itself has to come in time; and how many lines are kept for it. */
  watchGatheredSeconds: 10,
  watchGatheredSecondsMax: 60,
  watchedLines: 1_000,
  /** How often the meters are read for whoever watches them. */
  watchLookMs: 500,
  /** A support bundle, as it travels over a serial line: three minutes at 115,200 baud. */
  supportBundleBytes: 2_097_152,
} as const;
