/** What the headend serves, and to how many. Read through `src/limits.ts`. */
export const headendLimits = {
  httpBodyBytes: 1_048_576,
  httpTimeoutMs: 10_000,
  rtspMessageBytes: 16_384,
  rtspSessionIdleMs: 60_000,
  rtspConnectionsMax: 2_000,
  /** Streams of clients that know no ackpay; they pay nothing and must not crowd out those who do. */
  plainStreamsMax: 200,
  /** Pre-listens of one work by one address that knows no ackpay, until they are counted anew. */
  plainTrialsPerWork: 12,
  plainTrialRenewalMs: 86_400_000,
  plainTrialsRemembered: 10_000,
  /** Tagged messages with impossible content that end a PaySession: an honest box sends none (ruling 25). */
  abuseMessagesMax: 20,
  spansPerWindowMessage: 4,
  spansRemembered: 64,
  ackBitmapSlots: 64,
  rangesPerAck: 4,
  classCountsPerReceipt: 32,
  openSessionsPerOutlet: 4,
  openSessionsTotal: 10_000,
  /** Plays of one box that may wait for their closing statement: quick skipping between two reports. */
  unsettledSessionsPerOutlet: 64,
  enrolmentPendingMax: 100,
  operatorSessions: 200,
  operatorIdleMs: 1_800_000,
  operatorFormBytes: 16_384,
  /** A box that has not reported for this long is called silent. */
  boxSilentMs: 600_000,
  /** Older faults and collections are history: nobody is told of them any more. */
  alertNewsMs: 86_400_000,
  enrolmentCodeMs: 3_600_000,
} as const;
