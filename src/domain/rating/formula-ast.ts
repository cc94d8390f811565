import type { Rational } from '../../units/rational.ts';

/** The billing attributes of document 002 (P-11), named as in the grammar. */
export type AttributeName = 'fixedRateUseCost' | 'meteredUseCost' | 'billingCycleCost' | 'installmentCost' | 'simpleFlatRateCost';

export const ATTRIBUTE_NAMES: readonly AttributeName[] = ['fixedRateUseCost', 'meteredUseCost', 'billingCycleCost', 'installmentCost', 'simpleFlatRateCost'];

/** The columns of pricing_state_info that a formula may read (P-24, I-NAMES); `sub_total` is read as `subtotal`. */
export const STATE_COLUMNS = {
  fixed_rate_use_cost: 'money',
  metered_use_cost: 'money',
  billing_cycle_cost: 'money',
  installment_cost: 'money',
  simple_flat_rate_cost: 'money',
  pre_paid_fixed_rate_use_cost: 'money',
  pre_paid_billing_cycle_cost: 'money',
  discount_this_cycle: 'money',
  subtotal: 'money',
  remaining_installments: 'number',
  use_count: 'number',
  usage_time: 'duration',
} as const satisfies Readonly<Record<string, FormulaType>>;

export type StateColumn = keyof typeof STATE_COLUMNS;
/** Money has the one currency of its model. */
export type FormulaType = 'number' | 'money' | 'duration';
export type BinaryOperator = '+' | '-' | '*' | '/' | 'max' | 'min';

/**
 * A parsed formula as plain data (P-24). One level of syntax is one level of JSON: `max(a, b, c)` is max(max(a, b), c).
 * Amounts are exact text that parseRational reads, money in major units.
 */
export type Formula =
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'money'; readonly value: string; readonly currency: string }
  | { readonly kind: 'attribute'; readonly name: AttributeName }
  | { readonly kind: 'column'; readonly name: StateColumn; readonly scope: number }
  | { readonly kind: 'negate'; readonly of: Formula }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Formula; readonly right: Formula };

/** What a formula reads. Money in major units, durations in milliseconds, counts as they are; all exact. */
export interface FormulaEnvironment {
  /** The billing attribute in force; 0 where there is none. */
  attribute(name: AttributeName): Rational;
  column(name: StateColumn, scope: number): Rational;
}

/** Evaluates a formula; null where it divides by zero: the rule that holds it has then no effect. */
export type EvaluateFormula = (formula: Formula, environment: FormulaEnvironment) => Rational | null;

/** Depth of a formula and of the model around it stay together below the 32 levels of canonical JSON. */
export const FORMULA_DEPTH_MAX = 20;
export const FORMULA_CHARACTERS_MAX = 1_000;
