/** Records, reports, cash book and loans. Read through `src/limits.ts`. */
export const usageLimits = {
  batchRecords: 200,
  batchBytes: 524_288,
  recordBodyBytes: 16_384,
  recordCommitIntervalMs: 5_000,
  reportIntervalMs: 10_000,
  /** Rows that say who may have what; each sale reads them. */
  accessPolicies: 500,
  /** How often a box asks how its account stands. */
  accountLookMs: 60_000,
  /** Records that one box may deliver at once, twice a month offline, and that come back each second: more than any box writes. */
  outletRecordsBurst: 300_000,
  outletRecordsPerSecond: 50,
  /** Records of reports that share one transaction of the headend: what its loop writes at once beside streams. */
  reportGroupRecords: 1_000,
  reportBackoffMinMs: 500,
  reportBackoffMaxMs: 60_000,
  retentionAckedRecords: 10_000,
  diskReservePerMille: 100,
  /** On a large disk the reserve need not be larger than this: with more free, the box sells on. */
  diskReserveMaxBytes: 4_294_967_296,
  /** Closed PaySessions kept on the box for a dispute; the headend keeps them all. */
  closedSessionsKept: 1_000,
  customerReceiptsKept: 10_000,
  /** What a set-top's account may owe before the headend has acknowledged it, unless its settings say otherwise. */
  spendingCapMinor: 10_000,
  /** Coins that one reading of a counter may add; more is a broken counter, not a rich guest. */
  coinsPerReading: 100,
  claimCodeCharacters: 8,
  /** Transfers on one page of the cash book. */
  cashPageLines: 32,
  cashBoxMaxMinor: 100_000_000,
  pulsesPerNote: 1_000,
  /** The acceptor falls back to inhibited when it was not told to accept for this long. */
  acceptLeaseMs: 2_000,

  /** One line of a records file; a longer one is named and left out. */
  usageLineBytes: 65_536,
  /** A file of steps for `checkout walk`: people write it by hand. */
  checkoutStepsBytes: 1_048_576,
  /** A records file above this is spread over temporary files of about this size, each counted alone. */
  usagePartitionBytes: 33_554_432,
  usagePartitionsMax: 256,

  /** Checked-out titles on one box, unless its settings say less: about 70 hours of music. */
  loanCacheBytes: 4_294_967_296,
  /** Free bytes that a download leaves on the disk: the book goes first. */
  loanDiskReserveBytes: 268_435_456,
  /** A segment is fetched in parts, so that a slow line needs no deadline. */
  loanPartBytes: 262_144,
  loanSegmentBytes: 33_554_432,
  /** Segments that a headend is being sent back at once. Of each it keeps a running SHA-256 only. */
  loanSegmentsReturning: 1_000,
  loansOnBox: 500,
  loanSyncMs: 60_000,
  /** How often the watchdog of session pulses looks; a pulse is at least twice as long. */
  pulseLookMs: 500,
  /** Pause between two tries of a download that met a network or a disk that passes. */
  loanRetryMs: 5_000,
} as const;
