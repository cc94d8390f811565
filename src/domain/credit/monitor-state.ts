import { limits } from '../../limits.ts';
import { assert } from '../../units/assert.ts';
import type { FencedWork, PaidWork } from './agree-paid.ts';
import { type BillingClass, type ClassCount, packetsOf, type Span } from './billing-class.ts';
import { type ChallengeBook, createChallengeBook } from './challenge-book.ts';
import { type ClassCells, cellOf, cellsOfCounts, countsOfCells, emptyCells, isPaidCell, paidIn } from './class-cells.ts';
import { cellAt, createRing, type PacketRing, packetIndexAt, SLOT, statusOf } from './packet-ring.ts';
import { addIndexes, joinIndexes, NO_INDEXES, type PaidRanges, type SpanPlan } from './paid-ranges.ts';
import type { CreditTerms, TrialTerms } from './terms.ts';

/** What a session brings into its next epoch. Cumulative; W is not granted afresh (document 001, A16). */
export interface CarriedCounts extends FencedWork {
  readonly acknowledgedPaid: number;
  readonly receiptedPaid: number;
  /**
   * Paid ordinals used up. Where the headend lost its memory (a restart) this is acknowledgedPaid + lostPaid: what was in
   * flight is then a loss of at most W, and not in the hand of the peer.
   */
  readonly sentPaid: number;
  readonly nextSequence: number;
  readonly trialSent: number;
  readonly confirmed: boolean;
  /** All classes, from the row of the session; absent = acknowledgedPaid under node 0. */
  readonly counts?: readonly ClassCount[];
  /** Of the ACKs to come; absent = that of the first one. */
  readonly epoch?: number;
  /** Rightly tagged messages with impossible content so far (ruling 25): a resume does not begin their count anew. */
  readonly abuse?: number;
}

/** What the adaptation of W looks back on (document 001, P20, P21). */
export interface SmoothRun {
  /** Paid packets acknowledged since `sinceMs` without a loss. */
  packets: number;
  sinceMs: number;
  lost: number;
  lostUnforgiven: number;
  starved: boolean;
  shrunkMs: number;
}

/** State of one PaySession at the sender. Mutated in place by the functions of credit-monitor.ts; others only read. */
export interface MonitorState {
  readonly terms: CreditTerms;
  readonly trial: TrialTerms | null;
  readonly ringSlotsMax: number;
  ring: PacketRing;

  /** Order of ACKs (ruling 18). */
  epoch: number | null;
  ackCounter: number;
  /** Frames with a valid tag and impossible content (ruling 25). */
  abusiveAcks: number;

  nextSequence: number;
  /** End of the longest prefix of resolved slots (A3). */
  resolvedBase: number;
  abandonedBelow: number;
  expiryCursor: number;
  /** Highest base that the device claimed. */
  ackedBase: number;
  highestAcknowledged: number;
  /** Outstanding slots below the highest acknowledged one, without those that the device claims. */
  holes: number;

  span: SpanPlan | null;
  spanSent: number;
  spanCell: number;
  spans: readonly Span[];

  /** First transmissions, acknowledged under MAC and covered by a durable receipt, by (node, class). */
  readonly sent: ClassCells;
  readonly marked: ClassCells;
  readonly signed: ClassCells;
  sentPaid: number;
  markedPaid: number;
  /** The device's own authenticated total: larger where it had a packet before it heard that it was abandoned. */
  claimedPaid: number;
  signedPaid: number;
  unsuccessfulPaid: number;
  abandonedPaid: number;
  /** Abandoned ones that the device claimed without the response they ask for. */
  unprovenPaid: number;
  /** Paid packets claimed without the response they ask for, and not given up. */
  claimedOpenPaid: number;
  receiptedLost: number;
  maxUnpaid: number;
  trialSent: number;
  confirmed: boolean;
  /** The trial's cap as it stands: the terms' or, once lowered, less. */
  trialPackets: number;
  /** Since when the trial is sent and waits for the user; null = it does not. */
  trialOverMs: number | null;
  /** The user said no, or said nothing for too long: nothing is sent any more. */
  trialEnded: 'declined' | 'lapsed' | null;
  /** Mode `deferred`: where the window began, and whether the device echoed it. */
  switched: { readonly sequence: number; readonly atMs: number; echoed: boolean } | null;
  /** W as it stands. */
  windowPackets: number;
  readonly smooth: SmoothRun;
  sentEpoch: number;
  retransmitted: number;
  /** Of these, what a sender that starved brought again: beside the share of the bandwidth. */
  broughtAgain: number;
  paidRanges: PaidRanges;
  exposed: PaidRanges;

  readonly challenges: ChallengeBook;
  roundTripMs: number;
  /** False while the round trip is only assumed. */
  roundTripMeasured: boolean;
  lastAckMs: number;
  starvedSinceMs: number | null;
  starved: boolean;
  lingering: boolean;
  pausedAtMs: number | null;
  pausedTotalMs: number;
}

const DEFAULT_ROUND_TRIP_MS = 50;
const FIRST_RING_SLOTS = 256;

/**
 * A monitor for one epoch of a PaySession (document 001, figure 2, unit 220).
 * @param ringSlotsMax a power of two: slots that can be unresolved before sending stops with `transit`
 */
export function createMonitor(
  terms: CreditTerms,
  trial: TrialTerms | null,
  carried?: CarriedCounts,
  ringSlotsMax: number = limits.monitorRingPackets,
): MonitorState {
  const start = carried?.nextSequence ?? 0;
  const marked = carried === undefined ? emptyCells() : cellsOfCounts(carriedCounts(carried));
  const lostPaid = carried?.lostPaid ?? 0;
  const markedPaid = paidIn(marked);
  return {
    ...pointersAt(start),
    terms,
    trial,
    ringSlotsMax,
    ring: createRing(Math.min(FIRST_RING_SLOTS, ringSlotsMax)),
    epoch: carried?.epoch ?? null,
    sent: Float64Array.from(marked),
    marked,
    signed: emptyCells(),
    sentPaid: Math.max(carried?.sentPaid ?? 0, markedPaid + lostPaid),
    markedPaid,
    claimedPaid: 0,
    signedPaid: carried?.receiptedPaid ?? 0,
    unsuccessfulPaid: lostPaid,
    abandonedPaid: lostPaid,
    receiptedLost: lostPaid,
    trialSent: carried?.trialSent ?? 0,
    confirmed: carried?.confirmed ?? false,
    trialPackets: trial?.packets ?? 0,
    windowPackets: terms.creditWindowPackets,
    smooth: smoothFrom(lostPaid),
    paidRanges: carried?.paidRanges ?? NO_INDEXES,
    exposed: carried?.exposed ?? NO_INDEXES,
    challenges: createChallengeBook(),
  };
}

/** What was lost before a resume is no news to this epoch. */
function smoothFrom(lost: number): SmoothRun {
  const lostUnforgiven = lost === 0 ? 0 : Number.POSITIVE_INFINITY;
  return { packets: 0, sinceMs: Number.NEGATIVE_INFINITY, lost, lostUnforgiven, starved: false, shrunkMs: Number.NEGATIVE_INFINITY };
}

function pointersAt(start: number) {
  return {
    ackCounter: -1,
    abusiveAcks: 0,
    nextSequence: start,
    resolvedBase: start,
    abandonedBelow: start,
    expiryCursor: start,
    ackedBase: start,
    highestAcknowledged: start - 1,
    holes: 0,
    span: null,
    spanSent: 0,
    spanCell: 0,
    spans: [],
    maxUnpaid: 0,
    unprovenPaid: 0,
    claimedOpenPaid: 0,
    trialOverMs: null,
    trialEnded: null,
    switched: null,
    sentEpoch: 0,
    retransmitted: 0,
    broughtAgain: 0,
    roundTripMs: DEFAULT_ROUND_TRIP_MS,
    roundTripMeasured: false,
    lastAckMs: Number.NEGATIVE_INFINITY,
    starvedSinceMs: null,
    starved: false,
    lingering: false,
    pausedAtMs: null,
    pausedTotalMs: 0,
  };
}

function carriedCounts(carried: CarriedCounts): readonly ClassCount[] {
  if (carried.counts === undefined) return [{ node: 0, billingClass: 'paid', packets: carried.acknowledgedPaid }];
  const paid = paidIn(cellsOfCounts(carried.counts));
  assert(paid === carried.acknowledgedPaid, 'carried counts and their paid total differ');
  return carried.counts;
}

/**
 * Packets that were abandoned here while the device had them: its ACK and our WINDOW crossed. It counts them, so they are paid;
 * neither base nor bitmap can say so any more, only its total.
 */
export function hadAfterAll(state: MonitorState): number {
  const proven = state.abandonedPaid - state.unprovenPaid;
  return Math.min(proven, Math.max(0, state.claimedPaid - state.markedPaid - state.unprovenPaid - state.claimedOpenPaid));
}

/** S: paid packets acknowledged, under MAC or by signature. */
export function acknowledgedPaidOf(state: MonitorState): number {
  return Math.max(state.markedPaid + hadAfterAll(state), state.signedPaid);
}

/** Counts by (node, class): the larger of what MACs and what signatures say (ruling 18). */
export function mergedCounts(state: MonitorState): ClassCount[] {
  return countsOfCells(state.marked, state.signed);
}

/**
 * Packet indexes that must not be sent as paid again: paid for, or sent as paid and not yet given up. For planSpans on a seek:
 * a packet that is still on its way is not sold twice.
 */
export function coveredIndexes(state: MonitorState): PaidRanges {
  return joinIndexes(state.paidRanges, openPaidIndexes(state, true));
}

/** First transmissions of a class, over all epochs. */
export function sentPackets(state: MonitorState, billingClass: BillingClass): number {
  return packetsOf(countsOfCells(state.sent), billingClass);
}

/** First transmissions under one price and class, over all epochs. */
export function sentUnder(state: MonitorState, { node, billingClass }: ClassCount): number {
  return state.sent[cellOf(node, billingClass)] ?? 0;
}

/** What a fenced epoch leaves in memory. Slots still in flight are dead; their indexes stay exposed. */
export function carryOver(state: MonitorState): CarriedCounts {
  return {
    acknowledgedPaid: state.markedPaid,
    receiptedPaid: state.signedPaid,
    lostPaid: state.unsuccessfulPaid,
    sentPaid: state.sentPaid,
    nextSequence: state.nextSequence,
    trialSent: state.trialSent,
    confirmed: state.confirmed,
    ...knownWork(state),
    exposed: joinIndexes(state.exposed, openPaidIndexes(state, false)),
  };
}

/** What ACKs of the device named, packet by packet: what it only counts, it names at the next resume (agree-paid.ts). */
export function knownWork(state: MonitorState): PaidWork {
  const counts = mergedCounts(state).filter((count) => count.billingClass !== 'paid');
  return { counts: [...counts, ...countsOfCells(state.marked).filter((count) => count.billingClass === 'paid')], paidRanges: state.paidRanges };
}

function openPaidIndexes(state: MonitorState, withUnsuccessful: boolean): PaidRanges {
  const { ring } = state;
  let ranges = NO_INDEXES;
  for (let sequence = state.abandonedBelow; sequence < state.nextSequence; sequence += 1) {
    const status = statusOf(ring, sequence);
    const open = status === SLOT.outstanding || (withUnsuccessful && status === SLOT.unsuccessful);
    if (open && isPaidCell(cellAt(ring, sequence))) ranges = addIndexes(ranges, packetIndexAt(ring, sequence), 1);
  }
  return ranges;
}

/** Time of the session: monotonic milliseconds with the pauses taken out, so that a pause freezes every deadline (A16). */
export function sessionTime(state: MonitorState, nowMs: number): number {
  return (state.pausedAtMs ?? nowMs) - state.pausedTotalMs;
}

/** How long after its first transmission a missing packet becomes Unsuccessful. */
export function expiryMs(state: MonitorState): number {
  return Math.max(state.terms.retransmitDeadlineMs, answerMs(state));
}

/** In which time an answer comes back even where one ACK is lost. */
export function answerMs(state: MonitorState): number {
  return state.roundTripMs + 2 * state.terms.ackIntervalMs;
}
