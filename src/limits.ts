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
  /** ACKs that a box may ask for so seldom; its W is then twice that. */
  ackIntervalMaxMs: 1_000,
  /** An ACK waits so long for a receipt that is being written, to leave in one datagram with it. */
  ackHoldMs: 100,
  windowIntervalMs: 200,
  creditWindowMinPackets: 10,
  creditWindowMaxPackets: 1_000,
  lossAllowancePerMille: 15,
  /** The window of one account over all its sessions, workers and nodes, unless its row says otherwise: forty plays at once. */
  accountCreditPackets: 2_000,
  /** Leftovers of dead sessions that are forgiven in a month, at most the window of the account: ten seconds of music. */
  accountWriteOffPackets: 500,
  /** A slice of it that nobody renews for so long is taken for given away. */
  creditLeaseMs: 120_000,
  /** Packets above which a gap counts as loss, not as reordering. */
  reorderThresholdPackets: 3,
  retransmitDeadlineMs: 800,
  retransmitShareOfSentPerMille: 100,
  /**
   * Copies of earlier packets that go along with each packet of sound (RFC 2198): at most so many; one from this share of losses on, two
   * from the larger; ended when a path was good for so long. Where what is sent again comes too late, a loss weighs this many.
   */
  redundancyMaxPackets: 2,
  redundancyPerMille: 30,
  redundancyTwicePerMille: 100,
  redundancyFarFactor: 3,
  redundancyHoldMs: 12_000,
  /**
   * Slots that may be sent beyond the durable number of the next one, and that a new epoch leaves out, so that no slot is ever used
   * twice: more than one WINDOW interval and one group commit bring about.
   */
  sequenceReservePackets: 256,
  /** Packets of one session that the monitor can hold unresolved (a power of two). */
  monitorRingPackets: 4_096,
  challengeEveryMinPackets: 16,
  challengeEveryMaxPackets: 64,
  challengeGracePackets: 64,
  openChallenges: 256,
  /** Ranges of paid packets that a session remembers and a resume names: as many holes a work can have. */
  paidRanges: 512,

  /** Works of one other payer that are heard at most while somebody waits, and how far back that is looked at. */
  fairTurns: 2,
  fairHistory: 50,
  ladderRungs: 20,
  /** Guests with phones at one box, how many plays of one wait and are shown to him, and how long one may do nothing. */
  openGuests: 200,
  guestQueued: 5,
  guestPlaysShown: 10,
  guestIdleMs: 14_400_000,
  guestQueueShown: 20,
  guestWorksShown: 30,
  /** Wishes of guests that one box is told at once, and how long it holds its question for them. */
  guestWishes: 50,
  guestHoldMs: 5_000,
  /** A guest is told that the box is away when it has not answered for so long. */
  guestAnswerMs: 4_000,
  /** The code on the screen changes this often; the one before it lets in as well. */
  guestTokenMs: 120_000,
  /** Nobody touches an idle box for this long, and its background music begins. */
  backgroundIdleMs: 20_000,
  /** Works that the background music remembers having played. */
  backgroundHistory: 500,
  venuePeriods: 100,
  contentFilters: 500,
  /** What one person of the staff may give away in a day unless the box is set otherwise. Minor units. */
  staffGrantsPerDayMinor: 10_000,
  /** Wrong sign-ins before the door stays shut; how long at first, and at most. */
  loginTries: 5,
  loginLockMs: 60_000,
  loginLockMaxMs: 3_600_000,
  consoleIdleMs: 600_000,
  /** People of a household; what a name may have; when a box that nobody touched asks anew who is watching; how long it waits for a PIN; after how long without a key it asks whether anybody still watches, and how long for an answer; how long what a household decides stays open behind its PIN; what of a stream is under way when a spending cap stops it. */
  viewersMax: 20,
  viewerNameCharacters: 24,
  viewerIdleMs: 900_000,
  pinIdleMs: 60_000,
  stillWatchingMs: 14_400_000,
  stillWatchingAnswerMs: 120_000,
  householdOpenMs: 180_000,
  spendingAheadMs: 2_000,
  consoleLineCharacters: 400,
  consoleLinesWaiting: 200,
  /** From opening the panel board's line to its answer; a board that resets on opening needs two seconds. */
  panelBoardReadyMs: 6_000,
  panelBoardRetryMs: 2_000,
  /** A press held for this long is a long one; a repeating key says itself again that often afterwards. */
  longPressMs: 600,
  keyRepeatMs: 150,
  /** A contact of the door, the cash box or the fire alarm counts once it stayed so. */
  contactSteadyMs: 30,
  /** Twelve keys of a remote are learned in this time. */
  remoteLearnMs: 60_000,
  remoteTestKeys: 200,
  /** Edges that one `coin watch` keeps: some hundred coins. */
  watchedEdges: 2_000,
  /** What is left of the volume while somebody speaks over the loudspeakers. */
  duckedVolumePercent: 20,

  trialMs: 30_000,
  trialsPerWorkPerPayer: 3,
  prebufferMs: 150,
  /** Longest time audio lies between the network and the ear; bounds what is acknowledged and never heard. */
  playoutBufferMs: 1_000,
  reorderWaitMs: 60,
  /** Audio that a running stream keeps ahead of the ear, so that what was lost comes again in time (ruling 19: grows from the prebuffer). */
  streamLeadMs: 600,
  /** A box may ask for so much where a path needs it: what W bears, less the wait for an ACK. What it asks for shrinks so slowly, and is told in such steps. */
  streamLeadMaxMs: 800,
  leadShrinkMsPerSecond: 5,
  leadStepMs: 50,
  /** How much faster than the music it is sent until the lead is there. */
  leadGrowthPerMille: 100,
  /** The same of a film; and how much of it a player gets before it begins. */
  filmPrebufferMs: 250,
  filmStartMs: 600,
  filmLeadMs: 800,
  filmLeadGrowthPerMille: 1_000,
  /** A missing packet is concealed when the player holds less than this. */
  concealLeadMs: 60,
  /** How far the smoothed lead may stray from its aim before the speed of playing follows; as much again, and the change is full. */
  driftBandMs: 100,
  driftSmoothingMs: 20_000,
  /** A stream needs this long until its lead says something: it grows first. */
  driftSettleMs: 12_000,
  driftSpeedMaxPerMillion: 5_000,
  /** The speed is left as it is for less than this. */
  driftSpeedStepPerMillion: 50,
  /** How often the feed looks whether the player wants more, and asks it where it is. */
  feedTickMs: 20,
  /** Silence written after the last packet, so that a player that never sees an end of file plays the work out. */
  endPaddingMs: 1_000,
  playerStartMs: 5_000,
  playerCommandMs: 2_000,
  playerMessageBytes: 65_536,
  rtspTimeoutMs: 3_000,
  rtspKeepAliveMs: 20_000,
  /** A playing stream from which nothing arrived for this long is lost. */
  linkSilenceMs: 3_000,
  teardownMs: 1_000,
  /** Where no datagram came this long after PLAY, none will come. */
  udpProofMs: 1_000,
  /** A network that let no UDP through is tried again after this. */
  udpRetryMs: 600_000,
  /** More than this unwritten, and a peer does not keep up with its own connection. */
  unwrittenFrameBytes: 65_536,
  /** ACK counters reserved with one durable write. */
  counterBlock: 1_000,

  /** How long the registry waits for a sender that starts again, for its answer, and for its first start. */
  senderWaitMs: 3_000,
  senderCallMs: 5_000,
  senderStartMs: 20_000,
  /** How long a sender waits until the one before it is gone. */
  senderGuardMs: 5_000,
  /** One line between registry and sender: a call, and an answer about every stream. */
  senderCallCharacters: 65_536,
  senderAnswerCharacters: 8_388_608,

  segmentMs: 5_000,
  /** A segment of a film ends only where a picture stands alone. */
  segmentMaxMs: 10_000,
  /** Longest work. */
  workMs: 14_400_000,
  /** A film's packets: seven transport packets each, of one of these times, so that the fullest second fits. */
  videoPayloadBytes: 1_316,
  videoPacketMs: [2, 3, 4, 5, 6, 8, 10, 12, 16, 20],
  /** How late a packet of a film may leave behind its clock, when a scene needs more than its time. */
  videoLateMs: 400,
  workPacketsMax: 7_200_000,
  libraryFilesMax: 200_000,
  tagCharacters: 300,
  coverBytes: 2_000_000,
  coverPixels: 600,
  /** ffmpeg or ffprobe that says nothing for this long hangs. */
  programSilenceMs: 60_000,
  programOutputBytes: 8_388_608,
  ingestAtOnce: 2,
  ingestFolderDepth: 32,
  sidecarBytes: 262_144,

  /** Live channels of one headend; each holds the newest of what it sends in memory. */
  channelsMax: 32,
  channelCacheMs: 20_000,
  /** How far behind its source a channel is joined, at least: the lead of a film must be there already. */
  channelReserveMs: 1_000,
  /** Nothing came for this long, and a channel is off the air. */
  channelSilenceMs: 3_000,
  /** One play of a channel: its price is that of so much. */
  channelPlayMs: 3_600_000,
  channelNumberMax: 9_999,
  /** How long the box waits for a further digit. */
  channelDigitMs: 1_500,
  /** Bits a second that a channel may be said to have, over the fullest packets that there are. */
  channelMegabitsMax: 4,
  channelRestartMs: 1_000,
  /** Films that a box remembers where they were left. */
  resumePoints: 200,

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
  /** A records file above this is spread over temporary files of about this size, each counted alone. */
  usagePartitionBytes: 33_554_432,
  usagePartitionsMax: 256,

  coinSessionIdleMs: 600_000,
  coinMaxMinor: 100_000,
  patronCreditMaxMinor: 1_000_000,
  queueEntries: 200,
  headendGraceMs: 60_000,
  resumeBackoffMinMs: 100,
  resumeBackoffMaxMs: 2_000,
  stallToFaultMs: 60_000,
  confirmMs: 30_000,
  /** A person needs so long to say yes after a pre-listen. */
  confirmWithinMinMs: 5_000,
  checkoutMs: 15_000,
  settleMs: 15_000,
  faultShownMs: 8_000,
  /** The code of credit that was left behind; a coin or a key takes it away before. */
  claimShownMs: 60_000,
  /** espeak-ng says a button's name in some 20 ms. */
  speechMs: 5_000,
  /** The charts count what was heard on this box in this time. */
  chartDays: 90,
  chartWorks: 50,
  sessionAbandonMs: 900_000,

  /** Checked-out titles on one box, unless its settings say less: about 70 hours of music. */
  loanCacheBytes: 4_294_967_296,
  /** Free bytes that a download leaves on the disk: the book goes first. */
  loanDiskReserveBytes: 268_435_456,
  /** A segment is fetched in parts, so that a slow line needs no deadline. */
  loanPartBytes: 262_144,
  loanSegmentBytes: 33_554_432,
  loansOnBox: 500,
  loanSyncMs: 60_000,
  /** How often the watchdog of session pulses looks; a pulse is at least twice as long. */
  pulseLookMs: 500,
  /** Pause between two tries of a download that met a network or a disk that passes. */
  loanRetryMs: 5_000,

  /** A pricing model of a thousand trigger entries is far below this. */
  pricingModelBytes: 262_144,
  pricingModelDepth: 24,
  pricingModelElements: 8_000,
  pricingModelAttributes: 16,
  pricingModelAttributeCharacters: 2_000,
  pricingModelNameCharacters: 64,
  /** Periods of all scopes of one licence together: an hourly cycle over twenty years. */
  ratedPeriods: 200_000,
  /** Longer than any use: what is longer is a broken record. */
  ratedUseMs: 10 * 366 * 86_400_000,
  /** Time zones that are kept ready: more than there are. */
  openZones: 1_000,
  usageFileBytes: 67_108_864,
  /** One user of a simulation: about 150,000 uses. */
  simulatedLineBytes: 16_777_216,
  /** Their differences are kept until the end, so that percentiles are exact. */
  simulatedUsers: 2_000_000,
  simulatedUserCharacters: 200,
  simulatedFiles: 100_000,
  /** Uses of a plan together. */
  plannedUses: 1_000_000,
  plannedMonths: 1_200,
  comparedModels: 50,
  /** Parts of one work with a price of their own, together below the size of signed terms. */
  workParts: 64,
  /** A compiled model as it travels in an offer; one of XML at its limit is refused where it compiles to more. */
  compiledModelBytes: 65_536,
  /** Offers that are answered again from memory; a box asks again within seconds. */
  offersRemembered: 1_000,
  /** Uses of one licence that an offer can show to the box. */
  snapshotUses: 10_000,
  pricingTreeNodes: 10_000,
  pricingTreeDepth: 64,
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
  /** A support bundle, as it travels over a serial line: three minutes at 115,200 baud. */
  supportBundleBytes: 2_097_152,
} as const;

assert(limits.receiptWindowMs >= limits.creditWindowMs + limits.receiptIntervalMs + 1_000, 'R >= W + receipt interval + round trip + commit (ruling 14)');
assert(limits.ackIntervalMs * 2 < limits.creditWindowMs, 'two lost ACKs must not close the window');
assert(limits.reorderWaitMs < limits.prebufferMs, 'waiting for a late packet must not starve the player');
assert(limits.retransmitDeadlineMs < limits.creditWindowMs, 'a retransmission is decided inside the window');
assert(limits.monitorRingPackets * limits.packetMs > 4 * limits.receiptWindowMs, 'the ring holds every unresolved packet');
assert(limits.opusPacketBytes + 100 <= limits.datagramBytes, 'every audio packet fits one datagram');
assert(limits.videoPayloadBytes + 100 <= limits.datagramBytes, 'every packet of a film fits one datagram');
assert(limits.workPacketsMax * Math.min(...limits.videoPacketMs) >= limits.workMs, 'the longest film can be counted');
assert(limits.creditWindowMs >= limits.streamLeadMs + limits.ackIntervalMs, 'W covers what lies ahead of the ear and the wait for its ACK');
assert(limits.streamLeadMs >= limits.prebufferMs, 'the lead grows from the prebuffer');
assert(
  limits.creditWindowMs >= limits.streamLeadMaxMs + limits.ackIntervalMs && limits.streamLeadMaxMs >= limits.streamLeadMs,
  'W covers the longest lead, too',
);
assert(limits.playoutBufferMs >= limits.streamLeadMaxMs + 2 * limits.driftBandMs, 'the speed is changed before the buffer is full, also with the longest lead');
assert(limits.creditWindowMs >= limits.filmLeadMs + limits.ackIntervalMs, 'W covers the lead of a film, and the wait for its ACK');
assert(limits.filmLeadMs > limits.filmStartMs && limits.filmStartMs > limits.videoLateMs, 'a film begins with more than what may be late');
assert(limits.streamLeadMs >= limits.concealLeadMs + limits.windowIntervalMs + limits.ackIntervalMs, 'a lost packet is noticed and sent again before its turn');
assert(limits.playoutBufferMs >= limits.streamLeadMs + 2 * limits.driftBandMs, 'the speed is changed before the buffer is full');
assert(limits.driftSettleMs * limits.leadGrowthPerMille > 1_000 * limits.streamLeadMs, 'the lead is there before it is judged');
assert(limits.playoutBufferMs >= limits.streamLeadMs + limits.ackIntervalMs, 'the buffer holds the lead, and what comes in a bunch');
assert(
  limits.sequenceReservePackets * limits.packetMs > 2 * (limits.creditWindowMs + limits.windowIntervalMs),
  'slots become durable long before the reserve is used',
);
