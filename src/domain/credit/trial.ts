import type { BillingClass } from './billing-class.ts';
import type { TrialTerms } from './terms.ts';

interface TrialCounts {
  readonly trial: TrialTerms | null;
  readonly trialSent: number;
  readonly confirmed: boolean;
}

/**
 * Mode `restrict` (P16, P17, P19 variant A; ruling 16): trial packets have a counter and a cap of their own, and no paid packet
 * goes before the confirmation.
 */
export function trialForbids(counts: TrialCounts, billingClass: BillingClass): boolean {
  if (billingClass === 'trial') return counts.trialSent >= (counts.trial?.packets ?? 0);
  return billingClass === 'paid' && awaitsConfirmation(counts);
}

export function awaitsConfirmation(counts: TrialCounts): boolean {
  return counts.trial !== null && !counts.confirmed;
}

/** True where the trial has been sent and the sender waits for the user. */
export function trialIsOver(counts: TrialCounts): boolean {
  return awaitsConfirmation(counts) && counts.trialSent > 0;
}
