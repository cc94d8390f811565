import { add, fromMinor, roundToMinor, subtract, ZERO } from '../../units/rational.ts';
import { ALL_COLUMNS, COLUMN, COLUMN_NAMES, COST_COLUMNS, type ColumnIndex, type ColumnName, PRE_PAID_OF } from './columns.ts';
import type { CycleBill } from './cycle-bill.ts';
import { remainingInstallments } from './figures.ts';
import { endPeriod, evaluateTriggers, settleWaitingDiscounts } from './firing.ts';
import { addToColumn, post, restOf } from './posting.ts';
import type { RatingRun } from './rating-run.ts';

/**
 * Closes the cycle: posts what is due in arrears, each posting followed by an evaluation; rounds the cost columns once; settles the
 * discounts that are formulas, which read the rounded columns (ruling 44); rounds the discount; strikes the balance.
 * @param billEndMs what the bill names as its end
 */
export function closeCycle(run: RatingRun, atMs: number, billEndMs: number): void {
  evaluateTriggers(run, atMs);
  closeBillingCycle(run, atMs);
  closeInstallment(run, atMs);
  closeFlatRate(run, atMs);
  const remaining = remainingInstallments(run);
  const columns = new Array<bigint>(ALL_COLUMNS).fill(0n);
  const exact = run.observer === null ? [] : [...run.cycle.columns];
  for (let column = 0; column < COST_COLUMNS; column += 1) roundColumn(run, column as ColumnIndex, columns);
  settleWaitingDiscounts(run, atMs);
  exact[COLUMN.discount] = run.cycle.columns[COLUMN.discount] ?? ZERO;
  roundColumn(run, COLUMN.discount, columns);
  roundColumn(run, COLUMN.quoteHonoured, columns);
  const bill = strikeBalance(run, columns, billEndMs, remaining);
  endPeriod(run, run.cycle);
  if (!isListed(run, bill)) return;
  run.bills.push(bill);
  run.observer?.closed(run.cycle.index, bill, exact);
}

/** The share that was not paid at the opening is due now, at the price now in force. Never prorated (I-NOPRORATE). */
function closeBillingCycle(run: RatingRun, atMs: number): void {
  post(run, atMs, COLUMN.billingCycle, restOf(run.attributes.billingCycleCost, run.cycle.openingShare.billingCycle), { kind: 'close' });
  evaluateTriggers(run, atMs);
}

/** Instalment k falls due at the end of cycle k (I-INSTALL). */
function closeInstallment(run: RatingRun, atMs: number): void {
  const { installmentCost: attribute } = run.attributes;
  if (attribute.value.n === 0n) return;
  if (!run.cycle.installmentOpened) {
    if (remainingInstallments(run) === 0) return;
    run.installmentsPaid += 1;
  }
  post(run, atMs, COLUMN.installment, restOf(attribute, run.cycle.openingShare.installment), { kind: 'close' });
  evaluateTriggers(run, atMs);
}

/** Once, at the close of the first cycle in which it is in force (I-ARREARS). */
function closeFlatRate(run: RatingRun, atMs: number): void {
  const { simpleFlatRateCost: attribute } = run.attributes;
  if (attribute.value.n === 0n || (run.flatRatePaid && !run.cycle.flatRateOpened)) return;
  run.flatRatePaid = true;
  post(run, atMs, COLUMN.simpleFlatRate, restOf(attribute, run.cycle.openingShare.simpleFlatRate), { kind: 'close' });
  evaluateTriggers(run, atMs);
}

/**
 * Rounds a column of the cycle, half up on the magnitude. The whole attribute is rounded once, then its pre-paid part; what is due in
 * arrears is the difference (ruling 43). The scopes take over the rounded figure: closed cycles read as billed (ruling 44). What
 * rounding changed belongs to the period of a scope in which the cycle closes.
 */
function roundColumn(run: RatingRun, column: ColumnIndex, rounded: bigint[]): void {
  const { digits } = run.model;
  const before = run.cycle.columns[column] ?? ZERO;
  const prePaid = PRE_PAID_OF.get(column);
  if (before.n === 0n && (prePaid === undefined || run.cycle.columns[prePaid]?.n === 0n)) return;
  if (prePaid === undefined) {
    rounded[column] = roundToMinor(before, digits);
  } else {
    const advance = run.cycle.columns[prePaid] ?? ZERO;
    rounded[column] = roundToMinor(add(before, advance), digits) - roundToMinor(advance, digits);
  }
  const after = fromMinor(rounded[column] ?? 0n, digits);
  if (after.n === before.n && after.d === before.d) return;
  const difference = subtract(after, before);
  run.cycle.columns[column] = after;
  for (const scope of run.scopes) addToColumn(scope.period, column, difference);
}

/** A refund larger than the charges is carried to the next cycle (I-SUBTOTAL, I-CARRY). */
function strikeBalance(run: RatingRun, rounded: readonly bigint[], endMs: number, remainingInstallmentsLeft: number): CycleBill {
  const columns = namedColumns(rounded);
  const subtotal = rounded.slice(0, COST_COLUMNS).reduce((sum, amount) => sum + amount, 0n);
  const creditIn = run.creditMinor;
  const balance = subtotal - columns.discount_this_cycle - columns.quote_honoured - creditIn;
  run.creditMinor = balance < 0n ? -balance : 0n;
  return {
    startMs: run.cycle.startMs,
    endMs,
    columns,
    remainingInstallments: remainingInstallmentsLeft,
    useCount: run.cycle.uses,
    usageTimeMs: run.cycle.timeMs,
    subtotal,
    creditIn,
    amountDue: balance > 0n ? balance : 0n,
    creditOut: run.creditMinor,
    promotions: run.cycle.promotions,
  };
}

/** Written out: it is made for every cycle of every licence. */
function namedColumns(rounded: readonly bigint[]): Readonly<Record<ColumnName, bigint>> {
  return {
    fixed_rate_use_cost: rounded[COLUMN.fixedRateUse] ?? 0n,
    metered_use_cost: rounded[COLUMN.meteredUse] ?? 0n,
    billing_cycle_cost: rounded[COLUMN.billingCycle] ?? 0n,
    installment_cost: rounded[COLUMN.installment] ?? 0n,
    simple_flat_rate_cost: rounded[COLUMN.simpleFlatRate] ?? 0n,
    pre_paid_fixed_rate_use_cost: rounded[COLUMN.prePaidFixedRateUse] ?? 0n,
    pre_paid_billing_cycle_cost: rounded[COLUMN.prePaidBillingCycle] ?? 0n,
    discount_this_cycle: rounded[COLUMN.discount] ?? 0n,
    quote_honoured: rounded[COLUMN.quoteHonoured] ?? 0n,
  };
}

/** With an instantaneous cycle only what moves money, or has something to tell, is a bill (I-INSTANT). */
function isListed(run: RatingRun, bill: CycleBill): boolean {
  if (!run.instantaneous) return true;
  return bill.promotions.length > 0 || COLUMN_NAMES.some((name) => bill.columns[name] !== 0n);
}
