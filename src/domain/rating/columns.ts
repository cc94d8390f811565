import type { Rational } from '../../units/rational.ts';

/** The money columns of a cycle, by index. The first seven are the cost columns of document 002; their sum is the subtotal (I-SUBTOTAL). */
export const COLUMN = {
  fixedRateUse: 0,
  meteredUse: 1,
  billingCycle: 2,
  installment: 3,
  simpleFlatRate: 4,
  prePaidFixedRateUse: 5,
  prePaidBillingCycle: 6,
  /** Granted back in this cycle. */
  discount: 7,
  /** What the replay asks above the quote a use carried: given back as `quote honoured` (ruling 11). */
  quoteHonoured: 8,
} as const;

export type ColumnIndex = (typeof COLUMN)[keyof typeof COLUMN];

/** Names in pricing_state_info and in every output, in the order of the indexes. */
export const COLUMN_NAMES = [
  'fixed_rate_use_cost',
  'metered_use_cost',
  'billing_cycle_cost',
  'installment_cost',
  'simple_flat_rate_cost',
  'pre_paid_fixed_rate_use_cost',
  'pre_paid_billing_cycle_cost',
  'discount_this_cycle',
  'quote_honoured',
] as const;

export type ColumnName = (typeof COLUMN_NAMES)[number];

export const COST_COLUMNS = 7;
export const ALL_COLUMNS = 9;

/** Columns that hold the pre-paid part of another one: both are rounded as one amount (ruling 43). */
export const PRE_PAID_OF: ReadonlyMap<ColumnIndex, ColumnIndex> = new Map([
  [COLUMN.fixedRateUse, COLUMN.prePaidFixedRateUse],
  [COLUMN.billingCycle, COLUMN.prePaidBillingCycle],
]);

export type Amounts = Rational[];
