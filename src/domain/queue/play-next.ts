import { roundHalfUp } from '../../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/**
 * What being heard next costs above the price of a work, in percent of it: `basePercent`, and `perWaitingPercent` more for each play
 * that waits, so that a full queue is not bought past for next to nothing.
 */
export interface PremiumRule {
  readonly basePercent: number;
  readonly perWaitingPercent: number;
}

const PERCENT_MAX = 1_000;

/** Minor units. */
export function premiumOf({ basePercent, perWaitingPercent }: PremiumRule, quoteMinor: bigint, waiting: number): bigint {
  return roundHalfUp(quoteMinor * BigInt(basePercent + perWaitingPercent * waiting), 100n);
}

/** `50 10`: as settings keep it. */
export function premiumText({ basePercent, perWaitingPercent }: PremiumRule): string {
  return `${basePercent} ${perWaitingPercent}`;
}

/** Reads what `premiumText` wrote. */
export function parsePremium(text: string): Result<PremiumRule, Fault<'bad-premium'>> {
  const [, base, perWaiting] = /^(\d{1,4}) (\d{1,4})$/.exec(text) ?? [];
  const rule = { basePercent: Number(base), perWaitingPercent: Number(perWaiting) };
  const fits = (percent: number): boolean => Number.isInteger(percent) && percent <= PERCENT_MAX;
  if (fits(rule.basePercent) && fits(rule.perWaitingPercent)) return ok(rule);
  return fault('bad-premium', `${JSON.stringify(text)} is no premium; write two percentages up to ${PERCENT_MAX}, such as 50 10.`);
}
