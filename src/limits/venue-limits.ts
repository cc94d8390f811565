/** Turns, guests, people, keys and what a box asks of those who stand before it. Read through `src/limits.ts`. */
export const venueLimits = {
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
  /** How long one work may sound into the next, seconds; how long before that the next one is opened, and flows: not sooner than a playout buffer holds. */
  crossfadeSeconds: 12,
  openAheadMs: 4_000,
  flowAheadMs: 1_000,
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
  /** Pairs of outputs of one sound card, by what mpv and ALSA have a layout for. */
  soundZones: 4,

  coinSessionIdleMs: 600_000,
  coinMaxMinor: 100_000,
  patronCreditMaxMinor: 1_000_000,
  queueEntries: 200,
  /** A network that is gone for less ends no play: it goes on where it was heard. */
  headendGraceMs: 300_000,
  /** So long a lost stream is asked for again at the first of these pauses; then they grow. */
  resumeSoonMs: 3_000,
  resumeBackoffMinMs: 100,
  resumeBackoffMaxMs: 2_000,
  /** A connected headend that sends nothing for so long, and whatever else stands still beyond its own time. */
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
} as const;
