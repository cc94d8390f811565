import { add, compare, type Rational, roundToMinor, ZERO } from '../../units/rational.ts';
import { type AttributesInForce, applyChange, exact, NO_ATTRIBUTES, type PreparedChange, type ResolvedChange, resolveChange } from './attributes.ts';
import { COLUMN } from './columns.ts';
import type { AmountRule } from './compiled-model.ts';
import { evaluateFormula } from './evaluate-formula.ts';
import { environmentOf, figuresOf, periodOf, subtotalOf } from './figures.ts';
import { mayStillOffer, recordOffer } from './offers.ts';
import type { Firing } from './periods.ts';
import { flush, post } from './posting.ts';
import type { PreparedEntry } from './prepared-model.ts';
import type { RatingRun } from './rating-run.ts';

/**
 * Fires every entry whose condition is met and that has not fired in the current period of its scope, in document order (I-FORWARD,
 * I-GE, I-LATCH, I-CHAIN). An entry without condition is met as soon as its period is open (I-NOCOND). Firing moves no figure that
 * conditions read, so one pass is enough. Posts what is pending first.
 */
export function evaluateTriggers(run: RatingRun, atMs: number): void {
  flush(run);
  for (const entry of run.model.entries) {
    if (!periodOf(run, entry.scopeIndex).fired.has(entry.ordinal) && isMet(run, entry)) fire(run, entry, atMs);
  }
}

function isMet(run: RatingRun, entry: PreparedEntry): boolean {
  const figures = figuresOf(run, entry.scopeIndex);
  switch (entry.threshold.kind) {
    case 'none':
      return true;
    case 'uses':
      return figures.uses >= entry.threshold.at;
    case 'time':
      return figures.timeMs >= entry.threshold.atMs;
    case 'money':
      return compare(subtotalOf(figures), entry.threshold.at) >= 0;
  }
}

function fire(run: RatingRun, entry: PreparedEntry, atMs: number): void {
  const period = periodOf(run, entry.scopeIndex);
  period.fired.add(entry.ordinal);
  const changes = addFiring(run, { entry, period, scopeIndex: entry.scopeIndex, atMs, changes: [], offerMinor: null }, entry.changes);
  run.observer?.fired(run.cycle.index, atMs, entry, run.attributes);
  grantDiscounts(run, entry, atMs);
  const { alternatePayment, promotionalOffer, vendorResults } = entry.source;
  if (alternatePayment && mayStillOffer(run)) {
    const offerMinor = roundToMinor(amountNow(run, alternatePayment.amount), run.model.digits);
    run.firings = run.firings.map((firing) => (firing === changes ? { ...firing, offerMinor } : firing));
    recordOffer(run, atMs, offerMinor);
  }
  if (promotionalOffer) run.cycle.promotions.push({ type: promotionalOffer.type, value: promotionalOffer.value });
  for (const { name, attributes } of vendorResults) run.vendorResults.push({ atMs, name, attributes });
}

/**
 * Adds a firing and its modifications, each applied to the value then in force, formulas evaluated now and kept unrounded (I-CHAIN,
 * I-FORMULA). The firing itself already puts alternate pricing in force, so the first formula reads that (P-23).
 */
export function addFiring(run: RatingRun, firing: Firing, prepared: readonly PreparedChange[]): Firing {
  const alternateHolds = run.model.basic === null || run.firings.some((earlier) => holds(run, earlier));
  run.firings = [...run.firings, firing];
  if (!alternateHolds) run.attributes = attributesInForce(run);
  const changes: ResolvedChange[] = [];
  for (const { modification, always } of prepared) {
    const { change } = modification;
    const resolved = always ?? resolveChange(modification, () => (change.kind === 'formula' ? evaluateFormula(change.formula, environmentOf(run)) : null));
    changes.push(resolved);
    run.attributes = applyChange(run.attributes, resolved);
  }
  const whole = { ...firing, changes };
  run.firings = [...run.firings.slice(0, -1), whole];
  return whole;
}

/**
 * Puts the attributes together from the firings that still hold. Both pricings: basic until an entry has fired, alternate for as long
 * as a firing lasts (P-23, I-LATCH).
 */
export function attributesInForce(run: RatingRun): AttributesInForce {
  const { basic, alternate } = run.model;
  if (run.firings.length === 0) return basic ?? alternate ?? NO_ATTRIBUTES;
  const holding = run.firings.filter((firing) => holds(run, firing));
  if (alternate === null || (basic !== null && holding.length === 0)) return basic ?? NO_ATTRIBUTES;
  let attributes = alternate;
  for (const { changes } of holding) for (const change of changes) attributes = applyChange(attributes, change);
  return attributes;
}

/** Of the uses of an instantaneous cycle that go on side by side each has its own scope 0. */
function holds(run: RatingRun, firing: Firing): boolean {
  return firing.period === null || firing.scopeIndex > 0 || firing.period === run.cycle;
}

/** Forgets what fired in a period that is over. */
export function endPeriod(run: RatingRun, period: object): void {
  if (run.firings.some((firing) => firing.period === period)) run.firings = run.firings.filter((firing) => firing.period !== period);
}

/** Once per firing (I-ONCE). Fixed amounts are granted now, formulas wait for the close (I-LAZY). */
function grantDiscounts(run: RatingRun, entry: PreparedEntry, atMs: number): void {
  const { discountThisCycle: now, discountLaterCycle: later } = entry.source;
  if (now?.kind === 'value') post(run, atMs, COLUMN.discount, exact(now.amount), { kind: 'discount', entry });
  if (later?.amount.kind === 'value') grantLater(run, later.cyclesLater, exact(later.amount.amount));
  if (now?.kind === 'formula' || later?.amount.kind === 'formula') run.cycle.waiting.push(entry);
}

/** Discounts by formula read the columns as rounded at the close (ruling 44), in firing order. */
export function settleWaitingDiscounts(run: RatingRun, atMs: number): void {
  for (const entry of run.cycle.waiting) {
    const { discountThisCycle: now, discountLaterCycle: later } = entry.source;
    if (now?.kind === 'formula') post(run, atMs, COLUMN.discount, amountNow(run, now), { kind: 'discount', entry });
    if (later?.amount.kind === 'formula') grantLater(run, later.cyclesLater, amountNow(run, later.amount));
  }
}

function grantLater(run: RatingRun, cyclesLater: number, amount: Rational): void {
  const due = run.cycle.index + cyclesLater;
  run.laterDiscounts.set(due, add(run.laterDiscounts.get(due) ?? ZERO, amount));
}

function amountNow(run: RatingRun, rule: AmountRule): Rational {
  return rule.kind === 'value' ? exact(rule.amount) : (evaluateFormula(rule.formula, environmentOf(run)) ?? ZERO);
}
