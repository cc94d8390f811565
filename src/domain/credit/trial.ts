import type { BillingClass } from './billing-class.ts';
import type { MonitorState } from './monitor-state.ts';
import type { TrialTerms } from './terms.ts';

interface TrialCounts {
  readonly trial: TrialTerms | null;
  readonly trialPackets: number;
  readonly trialSent: number;
  readonly confirmed: boolean;
}

export type TrialRefusal = 'trial' | 'credit';
export type ConfirmOutcome = 'confirmed' | 'repeated' | 'declined' | 'lapsed';

/**
 * May a packet of this class not go because of the trial? (P16, P17, P19; ruling 16.) In every mode: at most `trialPackets` trial
 * packets, none once the user has answered, and no paid packet before the confirmation.
 * @returns null where it may; `credit` where the large window of mode `large-window` is used up
 */
export function trialForbids(counts: TrialCounts, billingClass: BillingClass): TrialRefusal | null {
  if (billingClass === 'trial') {
    if (counts.trial === null || counts.confirmed) return 'trial';
    if (counts.trialSent < counts.trialPackets) return null;
    return hasLargeWindow(counts) ? 'credit' : 'trial';
  }
  return billingClass === 'paid' && awaitsConfirmation(counts) ? 'trial' : null;
}

export function awaitsConfirmation(counts: TrialCounts): boolean {
  return counts.trial !== null && !counts.confirmed;
}

/** True while the first, large window of mode `large-window` is in force. */
export function hasLargeWindow(counts: TrialCounts): boolean {
  return counts.trial?.mode === 'large-window' && !counts.confirmed;
}

/** True where the trial has been sent and the sender waits for the user. */
export function trialIsOver(counts: TrialCounts): boolean {
  return awaitsConfirmation(counts) && counts.trialSent > 0;
}

/** Mode `deferred`: packets of the trial are neither counted nor acknowledged. */
export function isUncounted(state: MonitorState, billingClass: BillingClass): boolean {
  return billingClass === 'trial' && state.trial?.mode === 'deferred';
}

/** What a confirmation would come to now; the shell asks before it makes one durable. */
export function judgeConfirmation(state: MonitorState): ConfirmOutcome {
  if (state.trialEnded !== null) return state.trialEnded;
  return state.confirmed ? 'repeated' : 'confirmed';
}

/**
 * The confirmation is durable: paid packets may go, and the window is W (P17, P19). Whatever the trial still granted is withdrawn.
 * @returns `repeated` changes nothing; `declined` and `lapsed` came too late: nothing is sent any more
 */
export function confirm(state: MonitorState): ConfirmOutcome {
  const outcome = judgeConfirmation(state);
  if (outcome === 'confirmed') state.confirmed = true;
  return outcome;
}

/** The user said no: nothing is sent any more. A confirmation that came first stands. */
export function decline(state: MonitorState): void {
  if (awaitsConfirmation(state)) state.trialEnded ??= 'declined';
}

/** Lowers the cap of a running trial (P19, "a decrement is possible"); what was sent is sent. Never raises it. */
export function lowerTrial(state: MonitorState, packets: number): void {
  state.trialPackets = Math.max(state.trialSent, Math.min(state.trialPackets, packets));
}

/** Lets a trial lapse that nobody confirmed in time (P16). */
export function judgeLapse(state: MonitorState, atMs: number): void {
  if (!awaitsConfirmation(state) || state.trialSent < state.trialPackets) return;
  state.trialOverMs ??= atMs;
  const withinMs = state.trial?.confirmWithinMs;
  if (withinMs !== undefined && atMs - state.trialOverMs >= withinMs) state.trialEnded ??= 'lapsed';
}
