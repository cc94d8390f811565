import { add, larger, type Rational, subtract, ZERO } from '../../units/rational.ts';
import { COLUMN } from './columns.ts';
import { evaluateTriggers } from './firing.ts';
import { measureDistances } from './milestones.ts';
import { flush, post, tellTime, tellUse } from './posting.ts';
import type { RatingRun } from './rating-run.ts';
import type { UseEvent } from './usage-history.ts';

/**
 * Rates a use at its start: one use at the price in force, and one to the count; both before triggers are evaluated (I-FORWARD).
 * As long as no milestone is near, that is two additions.
 */
export function rateUse(run: RatingRun, use: UseEvent): void {
  const charged = beginCharge(run, use);
  run.pendingUses += 1;
  run.usesLeft -= 1;
  run.spendLeft -= run.spendPerUse;
  if (run.observer !== null) tellUse(run, use);
  if (run.usesLeft <= 0 || run.spendLeft <= 0) reachMilestone(run, use.startMs);
  if (charged !== null) endCharge(run, use, charged);
}

/**
 * Rates time of a use inside one period of every scope. It is cut exactly where it reaches a metered milestone (I-SPLIT); a milestone
 * of money reached inside takes effect at the next posting (I-EXPSPLIT).
 * @param fromMs for explanations only
 */
export function rateTime(run: RatingRun, use: UseEvent, fromMs: number, durationMs: number): void {
  if (durationMs <= 0) return;
  const charged = beginCharge(run, use);
  let left = durationMs;
  while (left > 0) {
    const piece = Math.min(left, run.msLeft);
    if (run.observer !== null) tellTime(run, use, fromMs + durationMs - left + piece, piece);
    run.pendingMs += piece;
    run.msLeft -= piece;
    run.spendLeft -= piece * run.spendPerMs;
    left -= piece;
    if (run.msLeft <= 0 || run.spendLeft <= 0) reachMilestone(run, fromMs + durationMs - left);
  }
  if (charged !== null) endCharge(run, use, charged);
}

function reachMilestone(run: RatingRun, atMs: number): void {
  evaluateTriggers(run, atMs);
  measureDistances(run);
}

/** The charges for a use can only be told from others where it is posted alone. */
function beginCharge(run: RatingRun, use: UseEvent): Rational | null {
  if (use.quote === null) return null;
  flush(run);
  return useCharges(run);
}

/** The bill for a use is at most its quote; what the replay asks above is given back. Milestones follow the replay (ruling 11). */
function endCharge(run: RatingRun, use: UseEvent, chargedBefore: Rational): void {
  flush(run);
  const before = run.quotedCharges.get(use) ?? ZERO;
  const after = add(before, subtract(useCharges(run), chargedBefore));
  run.quotedCharges.set(use, after);
  const quote = use.quote ?? ZERO;
  const above = subtract(larger(after, quote), larger(before, quote));
  post(run, use.startMs, COLUMN.quoteHonoured, above, { kind: 'quote', eventId: use.id, eventStartMs: use.startMs });
}

function useCharges(run: RatingRun): Rational {
  return [COLUMN.fixedRateUse, COLUMN.prePaidFixedRateUse, COLUMN.meteredUse].reduce((sum, column) => add(sum, run.cycle.columns[column] ?? ZERO), ZERO);
}
