import { add, fromInteger, multiply, ONE, type Rational, subtract, ZERO } from '../../units/rational.ts';
import type { Attribute } from './attributes.ts';
import { COLUMN, type ColumnIndex } from './columns.ts';
import type { Figures } from './periods.ts';
import type { PostingReason } from './rating-observer.ts';
import type { RatingRun } from './rating-run.ts';
import type { UseEvent } from './usage-history.ts';

/** Posts an exact amount, and tells who watches. */
export function post(run: RatingRun, atMs: number, column: ColumnIndex, amount: Rational, reason: PostingReason): void {
  addEverywhere(run, column, amount);
  tell(run, atMs, column, amount, reason);
}

/** Adds to the cycle and to every scope, whose current periods hold all postings made in them (I-SCOPE). */
function addEverywhere(run: RatingRun, column: ColumnIndex, amount: Rational): void {
  if (amount.n === 0n) return;
  addToColumn(run.cycle, column, amount);
  for (const scope of run.scopes) addToColumn(scope.period, column, amount);
}

function tell(run: RatingRun, atMs: number, column: ColumnIndex, amount: Rational, reason: PostingReason): void {
  if (run.observer === null || amount.n === 0n) return;
  run.observer.posted({ cycleIndex: run.cycle.index, atMs, column, amount, reason, attributes: run.attributes, firings: run.firings });
}

export function addToColumn(figures: Figures, column: ColumnIndex, amount: Rational): void {
  figures.columns[column] = add(figures.columns[column] ?? ZERO, amount);
}

/**
 * Posts what has gathered at the attributes in force: so many uses, so many milliseconds. Called before anything reads a figure or
 * changes a price; time and uses gather per rate, so that no precision and no time is lost on single uses (I-ROUND, I-METER).
 */
export function flush(run: RatingRun): void {
  if (run.pendingUses > 0) flushUses(run);
  if (run.pendingMs > 0) flushTime(run);
}

function flushUses(run: RatingRun): void {
  const uses = run.pendingUses;
  run.pendingUses = 0;
  run.cycle.uses += uses;
  for (const { period } of run.scopes) period.uses += uses;
  const { fixedRateUseCost: fixed } = run.attributes;
  if (fixed.value.n === 0n) return;
  const whole = multiply(fixed.value, fromInteger(uses));
  const prePaid = shareOf(whole, fixed.prePaidShare);
  addEverywhere(run, COLUMN.prePaidFixedRateUse, prePaid);
  addEverywhere(run, COLUMN.fixedRateUse, subtract(whole, prePaid));
}

function flushTime(run: RatingRun): void {
  const ms = run.pendingMs;
  run.pendingMs = 0;
  run.cycle.timeMs += ms;
  for (const { period } of run.scopes) period.timeMs += ms;
  const { meteredUseCost: metered } = run.attributes;
  // Units bought in advance are used up first; milestones.ts cuts the time where they end.
  const bundled = Math.min(run.cycle.bundleMs, ms);
  run.cycle.bundleMs -= bundled;
  if (metered.value.n !== 0n && ms > bundled) addEverywhere(run, COLUMN.meteredUse, multiply(metered.perMs, fromInteger(ms - bundled)));
}

/** Tells of one use that is added to what gathers. */
export function tellUse(run: RatingRun, use: UseEvent): void {
  const { value, prePaidShare } = run.attributes.fixedRateUseCost;
  const reason: PostingReason = { kind: 'use', eventId: use.id, eventStartMs: use.startMs };
  const prePaid = shareOf(value, prePaidShare);
  tell(run, use.startMs, COLUMN.prePaidFixedRateUse, prePaid, reason);
  tell(run, use.startMs, COLUMN.fixedRateUse, subtract(value, prePaid), reason);
}

/** Tells of time of one use that is about to be added to what gathers. */
export function tellTime(run: RatingRun, use: UseEvent, atMs: number, ms: number): void {
  const { meteredUseCost: metered } = run.attributes;
  const charged = ms - Math.min(run.cycle.bundleMs - Math.min(run.cycle.bundleMs, run.pendingMs), ms);
  if (metered.value.n === 0n || charged === 0) return;
  const reason: PostingReason = { kind: 'time', eventId: use.id, eventStartMs: use.startMs, ms: charged };
  tell(run, atMs, COLUMN.meteredUse, multiply(metered.perMs, fromInteger(charged)), reason);
}

function shareOf(amount: Rational, share: Rational): Rational {
  return share.n === 0n ? ZERO : multiply(amount, share);
}

/** The share of an attribute that is due now, of what is charged a cycle: at the opening the pre-paid share, at the close the rest. */
export function prePaidPart(attribute: Attribute): Rational {
  return shareOf(attribute.value, attribute.prePaidShare);
}

export function restOf(attribute: Attribute, openingShare: Rational): Rational {
  return openingShare.n === 0n ? attribute.value : multiply(attribute.value, subtract(ONE, openingShare));
}
