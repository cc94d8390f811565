import { limits } from '../../limits.ts';
import { lossAllowance } from './loss-allowance.ts';
import { acknowledgedPaidOf, hadAfterAll, type MonitorState, sessionTime } from './monitor-state.ts';
import type { CreditTerms } from './terms.ts';

/** What both halves of the window are computed from. All are paid-class packets, cumulative over epochs. */
export interface WindowCounts {
  /** S_mac and the losses U known beside it. */
  readonly acknowledged: number;
  readonly unsuccessful: number;
  /** S_signed and the losses below the signed receipt's base. */
  readonly receipted: number;
  readonly receiptedLost: number;
}

export interface SendLimits {
  /** A paid first transmission with ordinal i may go iff i < credit and i < receipt. */
  readonly credit: number;
  readonly receipt: number;
  readonly allowance: number;
}

/**
 * The credit window (document 001, P7 and A1) and the receipt window around it.
 *
 * ```
 *  ordinal  0 ......... S_signed ........ S_mac ....... i ......... S_mac + W + A        S_signed + R + A_signed
 *           | receipted |  acknowledged   |  in flight  |  may go   | stop: 'credit'     | stop: 'receipt'
 * ```
 * Units: packets; `windowPackets` is W as it stands now. Source: ruling 14.
 * Departure: ruling 14 has no allowance in the second term. There, forgiven losses would eat R for good: at 1 % loss a
 * window of 250 closes after a few minutes although every receipt arrives. So losses below a SIGNED base are forgiven there
 * too, by the same rate; without loss it is the ruling to the letter.
 */
export function sendLimits(terms: CreditTerms, counts: WindowCounts, windowPackets: number = terms.creditWindowPackets): SendLimits {
  const allowance = lossAllowance(terms.lossAllowancePerMille, counts.acknowledged, counts.unsuccessful, terms.policy);
  const signedAllowance = lossAllowance(terms.lossAllowancePerMille, counts.receipted, counts.receiptedLost, terms.policy);
  return {
    credit: counts.acknowledged + windowPackets + allowance,
    receipt: counts.receipted + terms.receiptWindowPackets + signedAllowance,
    allowance,
  };
}

/** The limits as a monitor stands now. */
export function currentLimits(state: MonitorState): SendLimits {
  const counts = {
    acknowledged: acknowledgedPaidOf(state),
    unsuccessful: state.unsuccessfulPaid - hadAfterAll(state),
    receipted: state.signedPaid,
    receiptedLost: state.receiptedLost,
  };
  return sendLimits(state.terms, counts, state.windowPackets);
}

/**
 * How often WINDOW goes, in milliseconds: every `limits.windowIntervalMs`, or every `limits.windowShortMs` while less than a third of W is left
 * although the device was heard a moment ago, as WINDOWs or ACKs were lost. On a clean way an ACK comes sooner, and nothing is added; a silent
 * peer gets nothing more.
 */
export function windowIntervalMs(state: MonitorState, nowMs: number): number {
  const silentMs = sessionTime(state, nowMs) - state.lastAckMs;
  if (state.pausedAtMs !== null || silentMs > Math.max(limits.creditWindowMs, 3 * state.terms.ackIntervalMs)) return limits.windowIntervalMs;
  const isShort = 3 * (currentLimits(state).credit - state.sentPaid) < state.windowPackets;
  return isShort ? limits.windowShortMs : limits.windowIntervalMs;
}
