import { type Edge, follow } from './flowchart.ts';

/**
 * Fig. 8 of document 003, [0069]-[0072]: the dynamic, usage-based pricing process.
 *
 *     302 attempt -> 304 policy? -yes-> 306 first time? -yes-> 308 incentives -> 310 access -> 316 track -> 318 share -> 320 charge
 *                         |no               |no                                      ^yes
 *                         v                 v                                        |
 *                        314 log out <-no- 312 standing? ----------------------------+
 */
export const PRICING_STATES = {
  302: 'access is attempted',
  304: 'does the policy authorise it?',
  306: 'a first-time user?',
  308: 'incentives and offers',
  310: 'access',
  312: 'is the account in standing?',
  314: 'log out',
  316: 'usage is tracked',
  318: 'usage is shared with billing',
  320: 'charges are determined',
} as const;
export type PricingState = keyof typeof PRICING_STATES;
export type PricingAnswer = 'next' | 'yes' | 'no';

/** Departure: a refusal at 304 has no arrow in the figure; it logs out (B-4). 304 asks who, 312 asks how the account stands (B-3). */
export const PRICING_FIGURE: readonly Edge<PricingState, PricingAnswer>[] = [
  { from: 302, on: 'next', to: 304 },
  { from: 304, on: 'yes', to: 306 },
  { from: 304, on: 'no', to: 314 },
  { from: 306, on: 'yes', to: 308 },
  { from: 306, on: 'no', to: 312 },
  { from: 308, on: 'next', to: 310 },
  { from: 310, on: 'next', to: 316 },
  { from: 312, on: 'yes', to: 310 },
  { from: 312, on: 'no', to: 314 },
  { from: 316, on: 'next', to: 318 },
  { from: 318, on: 'next', to: 320 },
];

/** What is known when somebody attempts access. */
export interface AccessFacts {
  readonly policyAllows: boolean;
  /** There is no account yet ([0069]). */
  readonly firstTime: boolean;
  /** Payment status, promotional privileges, restrictions and obedience, taken together ([0070]). */
  readonly inStanding: boolean;
}

/** @returns the states walked, from 302 to 314 or 320 */
export function walkPricing(facts: AccessFacts): readonly PricingState[] {
  const answers: Partial<Record<PricingState, boolean>> = { 304: facts.policyAllows, 306: facts.firstTime, 312: facts.inStanding };
  const walked: PricingState[] = [];
  for (let at: PricingState | null = 302; at !== null; at = arrowFrom(at, answers[at])) walked.push(at);
  return walked;
}

function arrowFrom(at: PricingState, answer: boolean | undefined): PricingState | null {
  const on: PricingAnswer = answer === undefined ? 'next' : answer ? 'yes' : 'no';
  const next = follow(PRICING_FIGURE, at, on);
  return next.ok ? next.value : null;
}
