import { add, fromInteger, multiply, ONE, type Rational, subtract, ZERO } from '../../units/rational.ts';
import { type Attribute, rateOf } from './attributes.ts';
import { COLUMN, COST_COLUMNS, type ColumnIndex } from './columns.ts';
import type { Figures } from './periods.ts';
import type { PostingReason } from './rating-observer.ts';
import type { RatingRun } from './rating-run.ts';

/** Adds an exact amount to the cycle and to every scope, whose current periods hold all postings made in them (I-SCOPE). */
export function post(run: RatingRun, atMs: number, column: ColumnIndex, amount: Rational, reason: PostingReason): void {
  if (amount.n === 0n) return;
  addToColumn(run.cycle, column, amount);
  for (const scope of run.scopes) addToColumn(scope.period, column, amount);
  run.observer?.posted({ cycleIndex: run.cycle.index, atMs, column, amount, reason, attributes: run.attributes, firings: run.firings });
}

export function addToColumn(figures: Figures, column: ColumnIndex, amount: Rational): void {
  figures.columns[column] = add(figures.columns[column] ?? ZERO, amount);
  if (column < COST_COLUMNS) figures.subtotal = add(figures.subtotal, amount);
}

/**
 * Posts what has gathered at the attributes in force: so many uses, so many milliseconds. Called before anything reads a figure or
 * changes a price; time and uses gather per rate, so that no precision and no time is lost on single uses (I-ROUND, I-METER).
 */
export function flush(run: RatingRun, atMs: number): void {
  if (run.pendingUses > 0) flushUses(run, atMs);
  if (run.pendingMs > 0) flushTime(run, atMs);
}

function flushUses(run: RatingRun, atMs: number): void {
  const uses = run.pendingUses;
  run.pendingUses = 0;
  for (const figures of [run.cycle, ...run.scopes.map((scope) => scope.period)]) figures.uses += uses;
  const { fixedRateUseCost: fixed } = run.attributes;
  if (fixed.value.n === 0n) return;
  const reason: PostingReason = { kind: 'use', eventId: run.current?.id ?? '', eventStartMs: run.current?.startMs ?? atMs };
  const whole = multiply(fixed.value, fromInteger(uses));
  const prePaid = multiply(whole, fixed.prePaidShare);
  post(run, atMs, COLUMN.prePaidFixedRateUse, prePaid, reason);
  post(run, atMs, COLUMN.fixedRateUse, subtract(whole, prePaid), reason);
}

function flushTime(run: RatingRun, atMs: number): void {
  const ms = run.pendingMs;
  run.pendingMs = 0;
  for (const figures of [run.cycle, ...run.scopes.map((scope) => scope.period)]) figures.timeMs += ms;
  const { meteredUseCost: metered } = run.attributes;
  // Units bought in advance are used up first; milestones.ts cuts the time where they end.
  const bundled = Math.min(run.cycle.bundleMs, ms);
  run.cycle.bundleMs -= bundled;
  if (metered.value.n === 0n || ms === bundled) return;
  const reason: PostingReason = { kind: 'time', eventId: run.current?.id ?? '', eventStartMs: run.current?.startMs ?? atMs, ms: ms - bundled };
  post(run, atMs, COLUMN.meteredUse, multiply(rateOf(metered), fromInteger(ms - bundled)), reason);
}

/** The share of an attribute that is due now, of what is charged a cycle: at the opening the pre-paid share, at the close the rest. */
export function prePaidPart(attribute: Attribute): Rational {
  return multiply(attribute.value, attribute.prePaidShare);
}

export function restOf(attribute: Attribute, openingShare: Rational): Rational {
  return multiply(attribute.value, subtract(ONE, openingShare));
}
