import { limits } from '../../limits.ts';
import { assert } from '../../units/assert.ts';
import type { BillingClass, ClassCount } from './billing-class.ts';
import { expectResponse, judgeResponse, judgeSilence, noteValidResponse } from './challenge-book.ts';
import { cellOf, classOfCell, isCountable, isPaidCell, nodeOfCell, paidIn } from './class-cells.ts';
import type { AckMessage } from './messages.ts';
import { acknowledgedPaidOf, hadAfterAll, type MonitorState, sessionTime } from './monitor-state.ts';
import { cellAt, firstSentMs, growRing, lostBefore, MARK, marksOf, putSlot, SLOT, setMarks, statusOf } from './packet-ring.ts';
import { addIndexes, closeLowHoles, hasIndex, removeIndex, type SpanPlan } from './paid-ranges.ts';
import { currentLimits } from './send-window.ts';
import { type AckTally, abandonSlots, advanceResolvedBase, expireSlots, markReceived } from './slot-marking.ts';
import type { AckReceipt } from './statements.ts';
import { isUncounted, judgeLapse, trialForbids, trialIsOver } from './trial.ts';
import { adaptWindow } from './window-adaptation.ts';

export { type CarriedCounts, carryOver, coveredIndexes, createMonitor, knownWork, type MonitorState, sentPackets, sentUnder } from './monitor-state.ts';
export { type MonitorView, windowView } from './monitor-view.ts';
export { dueRetransmissions } from './retransmission.ts';
export { windowIntervalMs } from './send-window.ts';
export { type ConfirmOutcome, confirm, decline, judgeConfirmation, lowerTrial } from './trial.ts';

export type SendRefusal = 'credit' | 'receipt' | 'trial' | 'transit' | 'switch' | 'suspended' | 'end';

export type SendDecision =
  | { readonly send: true; readonly sequence: number; readonly packetIndex: number; readonly billingClass: BillingClass; readonly node: number }
  | { readonly send: false; readonly why: SendRefusal };

/** Packets that one ACK newly acknowledged, a packet once. */
export type AckOutcome =
  | {
      readonly accepted: true;
      readonly newly: Readonly<Record<BillingClass, number>>;
      readonly newlyByNode: readonly ClassCount[];
      /** Packet indexes of the newly acknowledged paid packets, as [first, packets]. */
      readonly paidIndexes: readonly (readonly [first: number, packets: number])[];
    }
  /** `unsent` and `challenge` are abuse under a valid tag (ruling 25); nothing changed in any of these cases (I6). */
  | { readonly accepted: false; readonly fault: 'stale' | 'epoch' | 'unsent' | 'challenge' };

const REFUSED: Readonly<Record<SendRefusal, SendDecision>> = {
  credit: { send: false, why: 'credit' },
  receipt: { send: false, why: 'receipt' },
  trial: { send: false, why: 'trial' },
  transit: { send: false, why: 'transit' },
  switch: { send: false, why: 'switch' },
  suspended: { send: false, why: 'suspended' },
  end: { send: false, why: 'end' },
};

/**
 * From the next slot on, packets belong to this span; what was left of the span before is dropped. A seek opens a span and
 * gets no fresh window (A16).
 */
export function openSpan(state: MonitorState, span: SpanPlan): void {
  const { packetIndex, packets, billingClass, node } = span;
  assert(packets > 0 && packetIndex >= 0 && packetIndex + packets <= limits.workPacketsMax, 'a span lies inside a work');
  state.span = span;
  state.spanSent = 0;
  state.spanCell = cellOf(node, billingClass);
  state.lingering = false;
  const announced = { sequence: state.nextSequence, packetIndex, billingClass, node };
  const before = state.spans.filter((known) => known.sequence < state.nextSequence);
  state.spans = [...before, announced].slice(-limits.spansPerWindowMessage);
}

/**
 * May the next packet of the span go now? If so it counts as sent: the caller sends it.
 *
 * Refusals: `credit` W is used up · `receipt` R is used up · `trial` not confirmed · `transit` T is used up · `switch` the device did
 * not echo where the window begins · `suspended` paused, or challenges are not answered · `end` the span is sent, or the user said no.
 * Source: document 001 P7, P8; ruling 14.
 */
export function nextSend(state: MonitorState, nowMs: number): SendDecision {
  if (state.pausedAtMs !== null || state.challenges.suspended) return REFUSED.suspended;
  if (state.trialEnded !== null) return REFUSED.end;
  const { span } = state;
  if (span === null || state.spanSent >= span.packets) return trialIsOver(state) ? REFUSED.trial : REFUSED.end;
  const forbidden = trialForbids(state, span.billingClass);
  if (forbidden !== null) return REFUSED[forbidden];
  if (!makeRoom(state)) return REFUSED.transit;
  const packetIndex = span.packetIndex + state.spanSent;
  const atMs = sessionTime(state, nowMs);
  if (span.billingClass === 'paid') {
    if (isSwitchUnanswered(state, atMs)) return REFUSED.switch;
    const refusal = spendOrdinal(state, packetIndex);
    if (refusal !== null) {
      state.starvedSinceMs ??= atMs;
      return REFUSED[refusal];
    }
    if (state.trial?.mode === 'deferred') state.switched ??= { sequence: state.nextSequence, atMs, echoed: false };
  } else if (span.billingClass === 'trial') state.trialSent += 1;
  state.starvedSinceMs = null;
  state.starved = false;
  const sequence = recordSent(state, packetIndex, atMs);
  return { send: true, sequence, packetIndex, billingClass: span.billingClass, node: span.node };
}

/** @returns why the window is closed, or null: then the packet has its ordinal */
function spendOrdinal(state: MonitorState, packetIndex: number): 'credit' | 'receipt' | null {
  if (state.exposed.length > 0 && hasIndex(state.exposed, packetIndex)) {
    state.exposed = removeIndex(state.exposed, packetIndex);
    return null;
  }
  const window = currentLimits(state);
  if (state.sentPaid >= window.credit) return 'credit';
  if (state.sentPaid >= window.receipt) return 'receipt';
  state.sentPaid += 1;
  state.maxUnpaid = Math.max(state.maxUnpaid, state.sentPaid - acknowledgedPaidOf(state));
  return null;
}

/** Mode `deferred` (P19 C): the device shows by its base that it knows where counting began, in two round trips and two ACK intervals. */
function isSwitchUnanswered({ switched, roundTripMs, terms }: MonitorState, atMs: number): boolean {
  return switched !== null && !switched.echoed && atMs - switched.atMs > 2 * (roundTripMs + terms.ackIntervalMs);
}

/** The transit window (P7): T slots above the ACK pointer, and every slot from `abandonedBelow` on must have its place in the ring. */
function makeRoom(state: MonitorState): boolean {
  if (state.nextSequence - state.resolvedBase >= (state.terms.transitWindowPackets ?? state.ringSlotsMax)) return false;
  const slots = state.ring.mask + 1;
  if (state.nextSequence - state.abandonedBelow < slots) return true;
  if (slots >= state.ringSlotsMax) return false;
  state.ring = growRing(state.ring, state.nextSequence);
  return true;
}

function recordSent(state: MonitorState, packetIndex: number, atMs: number): number {
  const { ring } = state;
  const sequence = state.nextSequence;
  const status = isUncounted(state, state.span?.billingClass ?? 'paid') ? SLOT.abandoned : SLOT.outstanding;
  putSlot(ring, sequence, { status, cell: state.spanCell, packetIndex, atMs });
  state.sent[state.spanCell] = (state.sent[state.spanCell] ?? 0) + 1;
  state.nextSequence += 1;
  state.spanSent += 1;
  state.sentEpoch += 1;
  return sequence;
}

/**
 * Takes in an ACK whose tag was verified (document 001 P11-P13 in the readings A1-A6). Repeated history changes nothing; what is
 * impossible is refused as a whole.
 */
export function acknowledge(state: MonitorState, ack: AckMessage, nowMs: number): AckOutcome {
  const fault = faultOf(state, ack);
  if (fault !== null) {
    if (fault === 'unsent' || fault === 'challenge') state.abusiveAcks += 1;
    return { accepted: false, fault };
  }
  const atMs = sessionTime(state, nowMs);
  state.epoch = ack.epoch;
  state.ackCounter = ack.counter;
  state.lastAckMs = atMs;
  const tally: AckTally = { cells: [], paidIndexes: [] };
  if (ack.challenge !== null) takeResponse(state, ack.challenge.sequence, atMs, tally);
  for (let sequence = Math.max(state.ackedBase, state.abandonedBelow); sequence < ack.base; sequence += 1) markReceived(state, sequence, atMs, tally);
  state.ackedBase = Math.max(state.ackedBase, ack.base);
  if (ack.bitmap !== 0n) {
    markBits(state, ack.base, Number(BigInt.asUintN(32, ack.bitmap)), atMs, tally);
    markBits(state, ack.base + 32, Number(BigInt.asUintN(32, ack.bitmap >> 32n)), atMs, tally);
  }
  for (const [first, count] of ack.ranges) {
    for (let sequence = Math.max(first, state.abandonedBelow); sequence < first + count; sequence += 1) markReceived(state, sequence, atMs, tally);
  }
  for (const [first, packets] of tally.paidIndexes) state.paidRanges = closeLowHoles(addIndexes(state.paidRanges, first, packets), limits.paidRanges);
  state.claimedPaid = Math.max(state.claimedPaid, Math.min(ack.paidPackets, state.sentPaid));
  if (state.switched !== null && ack.base >= state.switched.sequence) state.switched.echoed = true;
  advanceResolvedBase(state);
  abandonSlots(state, atMs);
  const outcome = outcomeOf(tally);
  adaptWindow(state, outcome.newly.paid, atMs);
  return outcome;
}

function faultOf(state: MonitorState, ack: AckMessage): 'stale' | 'epoch' | 'unsent' | 'challenge' | null {
  if (state.epoch !== null && ack.epoch !== state.epoch) return 'epoch';
  if (ack.counter <= state.ackCounter) return 'stale';
  if (endOfClaim(ack) > state.nextSequence) return 'unsent';
  if (ack.challenge !== null && judgeResponse(state.challenges, ack.challenge.sequence, ack.challenge.response) === 'wrong') return 'challenge';
  return null;
}

/** One above the highest slot that an ACK speaks of. */
function endOfClaim(ack: AckMessage): number {
  let bits = 0;
  if (ack.bitmap !== 0n) {
    const high = Number(BigInt.asUintN(32, ack.bitmap >> 32n));
    bits = high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(BigInt.asUintN(32, ack.bitmap)));
  }
  return ack.ranges.reduce((end, [first, count]) => Math.max(end, first + count), ack.base + bits);
}

function markBits(state: MonitorState, from: number, word: number, atMs: number, tally: AckTally): void {
  let bits = word;
  while (bits !== 0) {
    const lowest = 31 - Math.clz32(bits & -bits);
    const sequence = from + lowest;
    if (sequence >= state.abandonedBelow) markReceived(state, sequence, atMs, tally);
    bits &= bits - 1;
  }
}

function takeResponse(state: MonitorState, sequence: number, atMs: number, tally: AckTally): void {
  if (!state.challenges.expected.has(sequence)) return;
  noteValidResponse(state.challenges, sequence);
  if (sequence < state.nextSequence - state.ring.mask - 1) return;
  const marks = marksOf(state.ring, sequence);
  setMarks(state.ring, sequence, marks | MARK.answered);
  if ((marks & MARK.claimed) === 0 || (marks & MARK.answered) !== 0) return;
  const isPaid = isPaidCell(cellAt(state.ring, sequence));
  if (statusOf(state.ring, sequence) === SLOT.abandoned) state.unprovenPaid -= isPaid ? 1 : 0;
  else {
    state.claimedOpenPaid -= isPaid ? 1 : 0;
    markReceived(state, sequence, atMs, tally);
  }
}

function outcomeOf(tally: AckTally): Extract<AckOutcome, { readonly accepted: true }> {
  const newly: Record<BillingClass, number> = { trial: 0, paid: 0, free: 0, regrant: 0 };
  const newlyByNode = tally.cells.map(({ cell, packets }): ClassCount => {
    const billingClass = classOfCell(cell);
    newly[billingClass] += packets;
    return { node: nodeOfCell(cell), billingClass, packets };
  });
  return { accepted: true, newly, newlyByNode, paidIndexes: tally.paidIndexes };
}

/**
 * A verified receipt that is DURABLE here: moves S_signed (ruling 14). Each class by its own maximum, and never above what was
 * sent, so that order and repetition do not matter (ruling 18).
 */
export function receiptDurable(state: MonitorState, receipt: AckReceipt): void {
  for (const count of receipt.counts) {
    if (!isCountable(count.node)) continue;
    const cell = cellOf(count.node, count.billingClass);
    state.signed[cell] = Math.max(state.signed[cell] ?? 0, Math.min(count.packets, state.sent[cell] ?? 0));
  }
  state.signedPaid = Math.max(state.signedPaid, paidIn(state.signed));
  state.receiptedLost = Math.max(state.receiptedLost, lostBelow(state, receipt.base));
}

/** Paid packets lost below a base; 0 where it is too old to know. */
function lostBelow(state: MonitorState, base: number): number {
  const lost = state.abandonedPaid - hadAfterAll(state);
  if (base >= state.abandonedBelow) return lost;
  if (base < state.nextSequence - state.ring.mask - 1) return 0;
  return Math.min(lost, lostBefore(state.ring, base));
}

/** Whether credit has been waited for so long that the transmission is discontinued (document 001 P10, A9); a pause does not count. */
export function isDiscontinued(state: MonitorState, nowMs: number): boolean {
  return state.starvedSinceMs !== null && sessionTime(state, nowMs) - state.starvedSinceMs >= limits.discontinueAfterMs;
}

/**
 * Lets time pass: deadlines, abandonment, starvation, silence of challenged peers. Opens no credit by itself (A8). Call it a few
 * times a second.
 */
export function expire(state: MonitorState, nowMs: number): void {
  const atMs = sessionTime(state, nowMs);
  expireSlots(state, atMs);
  advanceResolvedBase(state);
  abandonSlots(state, atMs);
  judgeSilence(state.challenges, { atMs, nextSequence: state.nextSequence }, state.roundTripMs);
  judgeLapse(state, atMs);
  state.starved = state.starvedSinceMs !== null && atMs - state.starvedSinceMs >= state.terms.prebufferMs;
  state.lingering = tailHasExpired(state, atMs);
  adaptWindow(state, 0, atMs);
}

function tailHasExpired(state: MonitorState, atMs: number): boolean {
  if (state.nextSequence === 0) return false;
  const lastSent = firstSentMs(state.ring, state.nextSequence - 1);
  return atMs - lastSent >= state.terms.retransmitDeadlineMs + 2 * state.terms.ackIntervalMs + state.roundTripMs;
}

/** Freezes every deadline; nothing is sent, ACKs are still taken (ruling 6, A16). Idempotent. */
export function pause(state: MonitorState, nowMs: number): void {
  state.pausedAtMs ??= nowMs;
}

/** Lets deadlines run on from where they stood. Idempotent. */
export function resume(state: MonitorState, nowMs: number): void {
  if (state.pausedAtMs === null) return;
  state.pausedTotalMs += nowMs - state.pausedAtMs;
  state.pausedAtMs = null;
}

/** Call with the `nextSend` of the challenged slot, before it goes out; `response` is the expected one, computed by the shell. */
export function noteChallenge(state: MonitorState, sequence: number, response: Uint8Array): void {
  assert(sequence >= state.abandonedBelow && sequence < state.nextSequence, 'a challenge belongs to a slot that is under way');
  setMarks(state.ring, sequence, MARK.challenged);
  expectResponse(state.challenges, sequence, response);
}

/** A measured round trip, milliseconds; the first as it is, then smoothed (RFC 6298, 2). Before the first one 50 ms are assumed. */
export function noteRoundTrip(state: MonitorState, ms: number): void {
  const sample = Math.min(2_000, Math.max(1, ms));
  state.roundTripMs += (sample - state.roundTripMs) / (state.roundTripMeasured ? 8 : 1);
  state.roundTripMeasured = true;
}
