import type { AttributeName, Formula } from './formula-ast.ts';

/**
 * A pricing model of document 002 after reading: plain data that canonical JSON can hold, so that it has one hash and the box
 * needs no XML (ruling 11). Everything optional in XML has its default filled in here; the rater guesses nothing.
 */
export interface CompiledModel {
  readonly version: 1;
  readonly modelId: string;
  readonly description: string;
  /** ISO 4217 code of every amount in the model; null where it names no amount. */
  readonly currency: string | null;
  /** null: the model is cost-free (P-3). */
  readonly cycle: CycleRule | null;
  readonly basic: BillingAttributes | null;
  readonly alternate: AlternatePricing | null;
}

/** An exact number as text that parseRational reads: `12.50`, or `-7/3`. Amounts are in major units. */
export type ExactText = string;

/** Where the passage begins in the source, for error messages and explanations. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** P-4 to P-8. Boundaries: src/domain/rating/calendar.ts. */
export type CycleRule =
  | { readonly kind: 'instantaneous' }
  /** 1..31; short months clamp (I-ANCHOR). */
  | { readonly kind: 'monthly-day'; readonly dayOfMonth: number }
  /** weekday 1 = Monday .. 7 = Sunday; ordinal 1..5, a missing fifth is the last one, -1 = last. */
  | { readonly kind: 'monthly-weekday'; readonly weekday: number; readonly ordinal: number }
  /** Whole numbers >= 0, not all 0. */
  | { readonly kind: 'time-period'; readonly years: number; readonly months: number; readonly days: number; readonly hours: number }
  | { readonly kind: 'schedule'; readonly dueDates: readonly DueDate[] };

/** null is a wildcard: every year, every month; no day is the first (P-8). At least one part is given. */
export interface DueDate {
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
}

export type TimeUnit = 'milliseconds' | 'seconds' | 'minutes' | 'hours' | 'days';

export const MILLISECONDS_IN: Readonly<Record<TimeUnit, number>> = {
  milliseconds: 1,
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};

/** P-11: any subset of the five. An attribute with value 0 is as good as absent. */
export interface BillingAttributes {
  readonly fixedRateUseCost?: BillingAttribute;
  readonly meteredUseCost?: MeteredAttribute;
  readonly billingCycleCost?: BillingAttribute;
  readonly installmentCost?: InstallmentAttribute;
  readonly simpleFlatRateCost?: BillingAttribute;
}

export interface BillingAttribute {
  readonly value: ExactText;
  /** `0` .. `100`; `0` where the source has none (I-ARREARS). On metered use it is always `0` here. */
  readonly prePaidPercentage: ExactText;
  readonly at?: Position;
}

export interface MeteredAttribute extends BillingAttribute {
  readonly unit: TimeUnit;
  /** Units bought at the start of every cycle, our extension; null: none. */
  readonly prePaidUnits: ExactText | null;
}

export interface InstallmentAttribute extends BillingAttribute {
  readonly number: number;
}

/** P-10, P-13. Triggers stand in document order: entries that fire at the same moment apply in it (I-CHAIN). */
export interface AlternatePricing {
  readonly attributes: BillingAttributes;
  readonly triggers: readonly Trigger[];
  readonly scopes: readonly SupplementalScope[];
}

/** At most one a (type, scope). */
export interface Trigger {
  readonly type: 'instance' | 'expenditure' | 'metered';
  /** 0 is the current billing cycle, else the id of a supplemental scope. */
  readonly scope: number;
  readonly entries: readonly TriggerEntry[];
  readonly at?: Position;
}

export interface SupplementalScope {
  readonly scopeId: number;
  /** Never instantaneous. */
  readonly cycle: CycleRule;
  /** 0 = the current period, -1 = the one before it, and so on: our extension. */
  readonly offset: number;
  readonly at?: Position;
}

/** P-16: a step or milestone. */
export interface TriggerEntry {
  /** null is always true: the entry fires when its scope period opens (I-NOCOND). */
  readonly condition: Condition | null;
  readonly modifications: readonly Modification[];
  readonly discountThisCycle: AmountRule | null;
  readonly discountLaterCycle: { readonly amount: AmountRule /** >= 1 */; readonly cyclesLater: number; readonly at?: Position } | null;
  readonly alternatePayment: { readonly amount: AmountRule; readonly modifications: readonly Modification[]; readonly at?: Position } | null;
  readonly promotionalOffer: { readonly type: string; readonly value: string; readonly at?: Position } | null;
  /** Results that are not ours to understand: forwarded to the vendor (P-22). */
  readonly vendorResults: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[];
  readonly at?: Position;
}

/** Met when the running figure >= value (I-GE): uses, money in major units, or time in `unit`. */
export interface Condition {
  readonly value: ExactText;
  /** Only under a metered trigger. */
  readonly unit: TimeUnit | null;
}

export type AmountRule =
  | { readonly kind: 'value'; readonly amount: ExactText; readonly at?: Position }
  | { readonly kind: 'formula'; readonly formula: Formula; readonly text: string; readonly at?: Position };

/** One attribute of billingModificationAttributes (P-19). */
export interface Modification {
  readonly attribute: AttributeName;
  readonly change: Change;
  /** Of metered use: the unit that the change is expressed in; null: the one in force. */
  readonly unit: TimeUnit | null;
  /** Of instalments: the new number of them; null: unchanged. */
  readonly number: number | null;
  readonly at?: Position;
}

export type Change =
  | {
      readonly kind: 'value' | 'reduceByValue' | 'reduceByPercent' | 'increaseByValue' | 'increaseByPercent';
      readonly amount: ExactText;
    }
  /** The new value; evaluated once, when its entry fires (I-FORMULA). */
  | { readonly kind: 'formula'; readonly formula: Formula; readonly text: string };
