import { limits } from '../../limits.ts';
import { answerMs, type MonitorState, sessionTime } from './monitor-state.ts';
import { firstSentMs, lastSentMs, noteSentAgain, noteSentAnew } from './packet-ring.ts';
import { isMissing } from './slot-marking.ts';

/** A device shows a packet in its next ACK once a WINDOW told the packet's class; one WINDOW may be lost on the way. */
const UNSHOWN_MS = 2 * limits.windowIntervalMs + limits.reorderWaitMs;

const NOTHING: readonly number[] = [];

/** How often a sender that starves tries what nobody answered. */
const STARVED_RETRY_MS = 1_000;

/**
 * The slots to send again now, oldest first; each is recorded as sent again. Never a new ordinal, never charged (A14).
 * - a hole: at least `limits.reorderThresholdPackets` later packets were acknowledged
 * - the tail: an ACK that could have shown the packet did not
 * - again: only after an ACK came that could have shown the last copy, so at most once a round trip
 * - only while more than half a round trip is left before the deadline (A7), and inside the share of the bandwidth (ruling 23)
 * - not what the device says it has: of a challenged packet it then owes the answer, and the packet would not bring it
 *
 * - starved: after an outage that used up the window, what nobody got is what the listener waits for, so its deadline begins anew;
 *   one packet a second until an ACK comes, then all of them, each at most once a second: as fast as the stream itself, and beside the share
 *   of the bandwidth. It opens no credit: a peer that denies having them gains nothing.
 *
 * Otherwise a peer that sends no ACK gets nothing again. Units: milliseconds, extended sequences.
 */
export function dueRetransmissions(state: MonitorState, nowMs: number): readonly number[] {
  const { ring, highestAcknowledged, roundTripMs } = state;
  if (state.terms.retransmitDeadlineMs === 0 || state.pausedAtMs !== null || state.challenges.suspended) return NOTHING;
  const tailStart = Math.max(state.resolvedBase, highestAcknowledged + 1 - limits.reorderThresholdPackets);
  if (state.holes === 0 && !state.starved && !mayBeShown(state, tailStart)) return NOTHING;
  const atMs = sessionTime(state, nowMs);
  const due: number[] = [];
  if (state.holes > 0) {
    for (let sequence = state.resolvedBase; sequence <= highestAcknowledged - limits.reorderThresholdPackets; sequence += 1) {
      if (!isMissing(state, sequence)) continue;
      const first = lastSentMs(ring, sequence) === firstSentMs(ring, sequence);
      const answered = lastSentMs(ring, sequence) + roundTripMs;
      if (answered <= (first ? atMs : state.lastAckMs)) offer(state, sequence, atMs, due);
    }
  }
  for (let sequence = tailStart; mayBeShown(state, sequence); sequence += 1) {
    const seen = lastSentMs(ring, sequence) + roundTripMs + UNSHOWN_MS <= state.lastAckMs;
    if (seen && isMissing(state, sequence)) offer(state, sequence, atMs, due);
  }
  if (state.starved) offerStarved(state, atMs, due);
  return due;
}

/** An ACK came that could have shown the slot. */
function mayBeShown(state: MonitorState, sequence: number): boolean {
  return sequence < state.nextSequence && firstSentMs(state.ring, sequence) + state.roundTripMs + UNSHOWN_MS <= state.lastAckMs;
}

function offerStarved(state: MonitorState, atMs: number, due: number[]): void {
  const { ring } = state;
  const hears = state.lastAckMs >= (state.starvedSinceMs ?? atMs);
  for (let sequence = state.resolvedBase; sequence < state.nextSequence; sequence += 1) {
    if (!isMissing(state, sequence)) continue;
    if (lastSentMs(ring, sequence) + Math.max(STARVED_RETRY_MS, answerMs(state)) <= atMs) {
      noteSentAnew(ring, sequence, atMs);
      state.retransmitted += 1;
      state.broughtAgain += 1;
      due.push(sequence);
    }
    if (!hears) return;
  }
}

function offer(state: MonitorState, sequence: number, atMs: number, due: number[]): void {
  const leftMs = firstSentMs(state.ring, sequence) + state.terms.retransmitDeadlineMs - atMs;
  const budget = Math.floor((state.sentEpoch * limits.retransmitShareOfSentPerMille) / 1_000);
  if (leftMs <= state.roundTripMs / 2 || state.retransmitted - state.broughtAgain >= budget) return;
  state.retransmitted += 1;
  noteSentAgain(state.ring, sequence, atMs);
  due.push(sequence);
}
