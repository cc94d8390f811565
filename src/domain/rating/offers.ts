import { compare, fromInteger, fromMinor, multiply } from '../../units/rational.ts';
import { remainingInstallments } from './figures.ts';
import type { Firing } from './periods.ts';
import type { RatingRun } from './rating-run.ts';

/** Acceptance ends all offers, for the licence (ruling 42). */
export function mayStillOffer(run: RatingRun): boolean {
  return !run.boughtOut;
}

/** The last fired offer stands (I-OFFER), for as long as the period of its scope (I-LATCH); null where there is none, or it is hidden. */
export function standingOffer(run: RatingRun): Firing | null {
  if (run.boughtOut) return null;
  const offering = run.firings.filter((firing) => firing.offerMinor !== null && (firing.scopeIndex > 0 || firing.period === run.cycle));
  const last = offering.at(-1);
  return last && isWorthTaking(run, last.offerMinor ?? 0n) ? last : null;
}

/** An offer dearer than all instalments that are left is hidden. */
function isWorthTaking(run: RatingRun, amountMinor: bigint): boolean {
  const { value, number } = run.attributes.installmentCost;
  if (value.n === 0n || number === 0) return true;
  return compare(fromMinor(amountMinor, run.model.digits), multiply(value, fromInteger(remainingInstallments(run)))) <= 0;
}

/** Notes an offer that can be seen when it is made; amounts are whole minor units from here on. */
export function recordOffer(run: RatingRun, fromMs: number, amountMinor: bigint): void {
  if (isWorthTaking(run, amountMinor)) run.offers.push({ fromMs, amountMinor });
}
