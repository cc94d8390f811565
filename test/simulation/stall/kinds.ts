import { defaultCreditTerms } from '../../../src/domain/credit/negotiate-credit.ts';
import type { CreditTerms } from '../../../src/domain/credit/terms.ts';

/** A path and the terms that must bear it. Shares are of one. */
export interface StallKind {
  readonly lossShare: number;
  readonly feedbackLossShare: number;
  /** Come 40 ms later than the others, behind those that were sent after them. */
  readonly lateShare: number;
  /** One way, in turns of 20 ms. */
  readonly delayTurns: number;
  readonly credit: CreditTerms;
}

const path = { lateShare: 0.02, delayTurns: 2 };

/** The two that must never stall (document 001, A10 and A11). */
export const STALL_KINDS = {
  repaired: { ...path, lossShare: 0.01, feedbackLossShare: 0.05, credit: defaultCreditTerms() },
  residual: { ...path, lossShare: 0.01, feedbackLossShare: 0.01, credit: { ...defaultCreditTerms(), lossAllowancePerMille: 15, retransmitDeadlineMs: 0 } },
} as const satisfies Record<string, StallKind>;

export type StallKindName = keyof typeof STALL_KINDS;
