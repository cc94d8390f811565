import { assert } from '../../units/assert.ts';
import { add, fromInteger, type Rational, ZERO } from '../../units/rational.ts';
import { COLUMN, COST_COLUMNS } from './columns.ts';
import type { FormulaEnvironment, StateColumn } from './formula-ast.ts';
import { type Figures, newPeriod, type Period } from './periods.ts';
import type { RatingRun } from './rating-run.ts';

/** A period before the first one: nothing was used, nothing was spent. */
const NOTHING: Figures = newPeriod();

export function periodOf(run: RatingRun, scopeIndex: number): Period {
  if (scopeIndex === 0) return run.cycle;
  const scope = run.scopes[scopeIndex - 1];
  assert(scope !== undefined, 'there is no such scope');
  return scope.period;
}

/** The figures that triggers and formulas of a scope read: open cycles exact, closed cycles as billed (ruling 44). */
export function figuresOf(run: RatingRun, scopeIndex: number): Figures {
  const back = scopeIndex === 0 ? 0 : (run.model.scopes[scopeIndex - 1]?.periodsBack ?? 0);
  return back === 0 ? periodOf(run, scopeIndex) : (run.scopes[scopeIndex - 1]?.past[back - 1] ?? NOTHING);
}

/** Sum of the seven cost columns (I-SUBTOTAL). Few read it, so nobody keeps it. */
export function subtotalOf(figures: Figures): Rational {
  let sum = ZERO;
  for (let column = 0; column < COST_COLUMNS; column += 1) sum = add(sum, figures.columns[column] ?? ZERO);
  return sum;
}

const MONEY_COLUMNS: Partial<Record<StateColumn, number>> = {
  fixed_rate_use_cost: COLUMN.fixedRateUse,
  metered_use_cost: COLUMN.meteredUse,
  billing_cycle_cost: COLUMN.billingCycle,
  installment_cost: COLUMN.installment,
  simple_flat_rate_cost: COLUMN.simpleFlatRate,
  pre_paid_fixed_rate_use_cost: COLUMN.prePaidFixedRateUse,
  pre_paid_billing_cycle_cost: COLUMN.prePaidBillingCycle,
  discount_this_cycle: COLUMN.discount,
};

/** What formulas read now (I-NAMES). Everything pending must have been posted. */
export function environmentOf(run: RatingRun): FormulaEnvironment {
  return {
    attribute: (name) => run.attributes[name].value,
    column: (name, scope) => {
      const figures = figuresOf(run, run.model.scopeIndexes.get(scope) ?? 0);
      if (name === 'use_count') return fromInteger(figures.uses);
      if (name === 'usage_time') return fromInteger(figures.timeMs);
      if (name === 'remaining_installments') return fromInteger(remainingInstallments(run));
      return name === 'subtotal' ? subtotalOf(figures) : (figures.columns[MONEY_COLUMNS[name] ?? -1] ?? ZERO);
    },
  };
}

/** The count of paid instalments survives a replacement (ruling 45); an instalment of 0 is none (P-19). */
export function remainingInstallments(run: RatingRun): number {
  const { value, number } = run.attributes.installmentCost;
  return value.n === 0n ? 0 : Math.max(0, number - run.installmentsPaid);
}
