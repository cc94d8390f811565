/** Credit, packets, playing, sender, works and live channels. Read through `src/limits.ts`. */
export const streamLimits = {
  /** An IPv6 path of 1,500 bytes less headers (ruling 21). */
  datagramBytes: 1_452,
  /** Of the headend, for each of its ports: the ACKs of a thousand boxes while it is held up for half a second. Linux gives at most `net.core.rmem_max`. */
  receiveBufferBytes: 4_194_304,
  opusPacketBytes: 1_275,
  packetMs: 20,
  /**
   * Of the threads beside that which sends: packets are due to the millisecond, counts and collections of memory to the tenth of a second. Nobody
   * waits for a commit. For its collectors the sender waits at times, and with 15 another program on the same core made that ten times as long.
   */
  commitNiceness: 15,
  collectorNiceness: 10,

  creditWindowMs: 1_000,
  receiptWindowMs: 5_000,
  receiptIntervalMs: 2_000,
  ackIntervalMs: 200,
  ackEveryPackets: 10,
  /** ACKs that a box may ask for so seldom; its W is then twice that. */
  ackIntervalMaxMs: 1_000,
  /** A stream that waits for credit so long is discontinued (A9): twice as long as a box waits out an outage. */
  discontinueAfterMs: 600_000,
  /** An ACK waits so long for a receipt that is being written, to leave in one datagram with it. */
  ackHoldMs: 100,
  windowIntervalMs: 200,
  /** The same while little of a credit window is left. */
  windowShortMs: 60,
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
   * from the larger; ended when the path had less than half of that for so long. Judged over so many packets, or sooner where so many were
   * lost that nobody need wait; never at first. Where what is sent again comes too late, a loss weighs this many.
   */
  redundancyMaxPackets: 2,
  redundancyPerMille: 30,
  redundancyTwicePerMille: 100,
  redundancyFarFactor: 3,
  redundancyHoldMs: 12_000,
  redundancyWindowPackets: 200,
  redundancyPlainPackets: 5,
  redundancyFirstMs: 1_000,
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
  /** The same of one of which only no packets of the work arrive, at first; taken up again in vain, each time twice as long, up to this. */
  packetSilenceMaxMs: 30_000,
  /** A stream of which nothing was asked for all this time is given up, and the money given back. */
  strangeMaxMs: 10_000,
  /**
   * A play that is silent for more than half of so much time is given up, and what was not heard is given back. One silence counts for at
   * most the second: what lasts longer is an outage.
   */
  starvedWithinMs: 20_000,
  starvedOnceMs: 5_000,
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
} as const;
