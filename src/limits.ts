import { assert } from './units/assert.ts';

/** Every bound of the system, unit in the name; how they relate is asserted below. */
export const limits = {
  /** An IPv6 path of 1,500 bytes less headers (ruling 21). */
  datagramBytes: 1_452,
  opusPacketBytes: 1_275,
  packetMs: 20,

  creditWindowMs: 1_000,
  receiptWindowMs: 5_000,
  receiptIntervalMs: 2_000,
  ackIntervalMs: 200,
  ackEveryPackets: 10,
  windowIntervalMs: 200,
  creditWindowMinPackets: 10,
  creditWindowMaxPackets: 1_000,
  lossAllowancePerMille: 15,
  /** Packets above which a gap counts as loss, not as reordering. */
  reorderThresholdPackets: 3,
  retransmitDeadlineMs: 800,
  retransmitShareOfSentPerMille: 100,
  /** Packets of one session that the monitor can hold unresolved (a power of two). */
  monitorRingPackets: 4_096,
  challengeEveryMinPackets: 16,
  challengeEveryMaxPackets: 64,
  challengeGracePackets: 64,

  trialMs: 30_000,
  trialsPerWorkPerPayer: 3,
  prebufferMs: 150,
  /** Longest time audio lies between the network and the ear; bounds what is acknowledged and never heard. */
  playoutBufferMs: 1_000,
  reorderWaitMs: 60,

  segmentMs: 5_000,
  workPacketsMax: 720_000,
  libraryFilesMax: 200_000,
  tagCharacters: 300,
  coverBytes: 2_000_000,

  httpBodyBytes: 1_048_576,
  httpTimeoutMs: 10_000,
  rtspMessageBytes: 16_384,
  rtspSessionIdleMs: 60_000,
  spansPerWindowMessage: 4,
  rangesPerAck: 4,
  classCountsPerReceipt: 32,
  openSessionsPerOutlet: 4,
  openSessionsTotal: 10_000,
  enrolmentPendingMax: 100,
  enrolmentCodeMs: 3_600_000,

  batchRecords: 200,
  batchBytes: 524_288,
  recordBodyBytes: 16_384,
  recordCommitIntervalMs: 5_000,
  reportIntervalMs: 10_000,
  reportBackoffMinMs: 500,
  reportBackoffMaxMs: 60_000,
  retentionAckedRecords: 10_000,
  diskReservePerMille: 100,

  coinSessionIdleMs: 600_000,
  coinMaxMinor: 100_000,
  patronCreditMaxMinor: 1_000_000,
  queueEntries: 200,
  headendGraceMs: 60_000,
  resumeBackoffMinMs: 100,
  resumeBackoffMaxMs: 2_000,
  stallToFaultMs: 60_000,
  confirmMs: 30_000,
  checkoutMs: 15_000,
  settleMs: 15_000,
  faultShownMs: 8_000,
  sessionAbandonMs: 900_000,
} as const;

assert(limits.receiptWindowMs >= limits.creditWindowMs + limits.receiptIntervalMs + 1_000, 'R >= W + receipt interval + round trip + commit (ruling 14)');
assert(limits.ackIntervalMs * 2 < limits.creditWindowMs, 'two lost ACKs must not close the window');
assert(limits.reorderWaitMs < limits.prebufferMs, 'waiting for a late packet must not starve the player');
assert(limits.retransmitDeadlineMs < limits.creditWindowMs, 'a retransmission is decided inside the window');
assert(limits.monitorRingPackets * limits.packetMs > 4 * limits.receiptWindowMs, 'the ring holds every unresolved packet');
assert(limits.opusPacketBytes + 100 <= limits.datagramBytes, 'every audio packet fits one datagram');
assert(limits.playoutBufferMs >= limits.prebufferMs, 'the buffer holds the prebuffer');
