import { type Rational, smaller, subtract, ZERO } from '../../units/rational.ts';
import { periodOf, subtotalOf } from './figures.ts';
import type { PreparedEntry } from './prepared-model.ts';
import type { RatingRun } from './rating-run.ts';

/**
 * Measures how far the nearest milestone is that has not been reached: in uses, in milliseconds, and in money. Until then uses only
 * count down plain integers, and no figure has to be computed. Call it after a flush, whenever entries fired or periods changed.
 *
 * Money: rates and distance are brought to one denominator; where the integers are not safe, or a rate is negative, the distance is
 * 0 and every posting is judged exactly.
 */
export function measureDistances(run: RatingRun): void {
  run.usesLeft = Number.POSITIVE_INFINITY;
  run.msLeft = run.cycle.bundleMs > 0 ? run.cycle.bundleMs : Number.POSITIVE_INFINITY;
  let money: Rational | null = null;
  for (const entry of run.model.entries) {
    const period = periodOf(run, entry.scopeIndex);
    if (period.fired.has(entry.ordinal) || looksBack(run, entry)) continue;
    const { threshold } = entry;
    if (threshold.kind === 'uses') run.usesLeft = Math.min(run.usesLeft, threshold.at - period.uses);
    if (threshold.kind === 'time') run.msLeft = Math.min(run.msLeft, threshold.atMs - period.timeMs);
    if (threshold.kind === 'money') {
      const left = subtract(threshold.at, subtotalOf(period));
      money = money === null ? left : smaller(money, left);
    }
  }
  measureMoney(run, money);
}

/** Figures of periods that are over do not move. */
function looksBack(run: RatingRun, entry: PreparedEntry): boolean {
  return entry.scopeIndex > 0 && (run.model.scopes[entry.scopeIndex - 1]?.periodsBack ?? 0) > 0;
}

function measureMoney(run: RatingRun, left: Rational | null): void {
  run.spendPerUse = 0;
  run.spendPerMs = 0;
  run.spendLeft = Number.POSITIVE_INFINITY;
  if (left === null) return;
  const perUse = run.attributes.fixedRateUseCost.value;
  const perMs = run.cycle.bundleMs > 0 ? ZERO : run.attributes.meteredUseCost.perMs;
  const scaledLeft = Number(left.n * perUse.d * perMs.d);
  const scaledUse = Number(perUse.n * left.d * perMs.d);
  const scaledMs = Number(perMs.n * left.d * perUse.d);
  run.spendLeft = 0;
  if (!isSafe(scaledLeft) || !isSafe(scaledUse) || !isSafe(scaledMs)) return;
  run.spendLeft = scaledLeft;
  run.spendPerUse = scaledUse;
  run.spendPerMs = scaledMs;
}

function isSafe(value: number): boolean {
  return value >= 0 && Number.isSafeInteger(value);
}
