import { assert } from '../../units/assert.ts';
import { ceiling, fromInteger, multiply, ZERO } from '../../units/rational.ts';
import { COLUMN } from './columns.ts';
import { remainingInstallments } from './figures.ts';
import { attributesInForce, evaluateTriggers } from './firing.ts';
import { measureDistances } from './milestones.ts';
import { newCycle } from './periods.ts';
import { post, prePaidPart } from './posting.ts';
import type { RatingRun } from './rating-run.ts';

/**
 * Opens the next cycle: what was granted for it, then the triggers, then everything due in advance, each posting followed by an
 * evaluation, so that a later one comes at the new rate (I-FORWARD, I-PREPAID).
 */
export function openCycle(run: RatingRun, atMs: number): void {
  run.cycle = newCycle(run.cyclesOpened, atMs);
  run.cyclesOpened += 1;
  run.nextCycleMs = run.cycleBoundaries(run.cyclesOpened);
  run.attributes = attributesInForce(run);
  takeLaterDiscounts(run, atMs);
  evaluateTriggers(run, atMs);
  openBillingCycle(run, atMs);
  openInstallment(run, atMs);
  openFlatRate(run, atMs);
  openBundle(run, atMs);
  measureDistances(run);
}

function takeLaterDiscounts(run: RatingRun, atMs: number): void {
  post(run, atMs, COLUMN.discount, run.laterDiscounts.get(run.cycle.index) ?? ZERO, { kind: 'later-discount' });
  run.laterDiscounts.delete(run.cycle.index);
}

function openBillingCycle(run: RatingRun, atMs: number): void {
  const { billingCycleCost: attribute } = run.attributes;
  if (attribute.value.n === 0n || attribute.prePaidShare.n === 0n) return;
  run.cycle.openingShare.billingCycle = attribute.prePaidShare;
  post(run, atMs, COLUMN.prePaidBillingCycle, prePaidPart(attribute), { kind: 'opening' });
  evaluateTriggers(run, atMs);
}

/** The instalment of this cycle counts as paid from its first share on. */
function openInstallment(run: RatingRun, atMs: number): void {
  const { installmentCost: attribute } = run.attributes;
  if (attribute.value.n === 0n || attribute.prePaidShare.n === 0n || remainingInstallments(run) === 0) return;
  run.cycle.openingShare.installment = attribute.prePaidShare;
  run.cycle.installmentOpened = true;
  run.installmentsPaid += 1;
  post(run, atMs, COLUMN.installment, prePaidPart(attribute), { kind: 'opening' });
  evaluateTriggers(run, atMs);
}

function openFlatRate(run: RatingRun, atMs: number): void {
  const { simpleFlatRateCost: attribute } = run.attributes;
  if (attribute.value.n === 0n || attribute.prePaidShare.n === 0n || run.flatRatePaid) return;
  run.cycle.openingShare.simpleFlatRate = attribute.prePaidShare;
  run.cycle.flatRateOpened = true;
  run.flatRatePaid = true;
  post(run, atMs, COLUMN.simpleFlatRate, prePaidPart(attribute), { kind: 'opening' });
  evaluateTriggers(run, atMs);
}

/** Units of time bought at the start of a cycle; what is not used up by its end is gone. */
function openBundle(run: RatingRun, atMs: number): void {
  const { value, bundleUnits, unitMs } = run.attributes.meteredUseCost;
  if (value.n === 0n || bundleUnits.n === 0n || run.instantaneous) return;
  const bundleMs = Number(ceiling(multiply(bundleUnits, fromInteger(unitMs))));
  assert(Number.isSafeInteger(bundleMs), 'a bundle of units is at most some thousand years');
  run.cycle.bundleMs = bundleMs;
  post(run, atMs, COLUMN.meteredUse, multiply(value, bundleUnits), { kind: 'bundle' });
  evaluateTriggers(run, atMs);
}
