import { assert } from '../../units/assert.ts';
import { add, divide, fromInteger, HUNDRED, multiply, parseRational, type Rational, rational, subtract, ZERO } from '../../units/rational.ts';
import { type BillingAttributes, MILLISECONDS_IN, type Modification, type TimeUnit } from './compiled-model.ts';
import type { AttributeName } from './formula-ast.ts';

/** One billing attribute in force, exact. Value 0: as good as absent (P-19). */
export interface Attribute {
  readonly value: Rational;
  /** Share due in advance, 0..1 (I-PREPAID). */
  readonly prePaidShare: Rational;
  /** Metered use: milliseconds of one unit; else 1. */
  readonly unitMs: number;
  /** Metered use: money a millisecond; else 0. */
  readonly perMs: Rational;
  /** Metered use: units bought at the start of a cycle; else 0. */
  readonly bundleUnits: Rational;
  /** Instalments: how many; else 0. */
  readonly number: number;
}

export type AttributesInForce = Readonly<Record<AttributeName, Attribute>>;

/** A change with its formula, if it has one, already evaluated (I-FORMULA). */
export interface ResolvedChange {
  readonly attribute: AttributeName;
  readonly kind: 'set' | 'scale' | 'shift';
  readonly amount: Rational;
  readonly unitMs: number | null;
  readonly number: number | null;
}

const ABSENT: Attribute = { value: ZERO, prePaidShare: ZERO, unitMs: 1, perMs: ZERO, bundleUnits: ZERO, number: 0 };
const NO_METER: Attribute = { ...ABSENT, unitMs: MILLISECONDS_IN.minutes };

export const NO_ATTRIBUTES: AttributesInForce = {
  fixedRateUseCost: ABSENT,
  meteredUseCost: NO_METER,
  billingCycleCost: ABSENT,
  installmentCost: ABSENT,
  simpleFlatRateCost: ABSENT,
};

/** Reads the exact text of a compiled model; text that does not parse is a defect of the compiler, not of the model. */
export function exact(text: string): Rational {
  const value = parseRational(text);
  assert(value !== null, () => `the compiled model holds ${JSON.stringify(text)} where an exact number belongs`);
  return value;
}

export function prepareAttributes(attributes: BillingAttributes): AttributesInForce {
  const plain = (name: AttributeName): Attribute => {
    const attribute = attributes[name];
    return attribute
      ? { ...NO_ATTRIBUTES[name], value: exact(attribute.value), prePaidShare: divide(exact(attribute.prePaidPercentage), HUNDRED) }
      : NO_ATTRIBUTES[name];
  };
  const { meteredUseCost: metered, installmentCost: installment } = attributes;
  const bundleUnits = metered?.prePaidUnits ? exact(metered.prePaidUnits) : ZERO;
  return {
    fixedRateUseCost: plain('fixedRateUseCost'),
    meteredUseCost: metered ? atRate({ ...plain('meteredUseCost'), unitMs: MILLISECONDS_IN[metered.unit], bundleUnits }) : NO_METER,
    billingCycleCost: plain('billingCycleCost'),
    installmentCost: installment ? { ...plain('installmentCost'), number: installment.number } : ABSENT,
    simpleFlatRateCost: plain('simpleFlatRateCost'),
  };
}

/**
 * Turns a modification into a change that can be applied again whenever the attributes in force are put together anew.
 * @param formula evaluates its formula now; null where it divides by zero: then only the number of instalments changes
 */
export function resolveChange(modification: Modification, formula: () => Rational | null): ResolvedChange {
  const { attribute, change, unit, number } = modification;
  const base = { attribute, unitMs: unit === null ? null : unitMsOf(unit), number };
  switch (change.kind) {
    case 'formula': {
      const amount = formula();
      return amount === null ? { ...base, kind: 'shift', amount: ZERO } : { ...base, kind: 'set', amount };
    }
    case 'value':
      return { ...base, kind: 'set', amount: exact(change.amount) };
    case 'reduceByValue':
      return { ...base, kind: 'shift', amount: subtract(ZERO, exact(change.amount)) };
    case 'increaseByValue':
      return { ...base, kind: 'shift', amount: exact(change.amount) };
    case 'reduceByPercent':
      return { ...base, kind: 'scale', amount: divide(subtract(HUNDRED, exact(change.amount)), HUNDRED) };
    case 'increaseByPercent':
      return { ...base, kind: 'scale', amount: divide(add(HUNDRED, exact(change.amount)), HUNDRED) };
  }
}

/** A modification made ready for its firings: resolved once where it always means the same, null where its formula is evaluated each time. */
export interface PreparedChange {
  readonly modification: Modification;
  readonly always: ResolvedChange | null;
}

export function prepareChange(modification: Modification): PreparedChange {
  return { modification, always: modification.change.kind === 'formula' ? null : resolveChange(modification, () => null) };
}

function unitMsOf(unit: TimeUnit): number {
  return MILLISECONDS_IN[unit];
}

/** Applies a change to the value in force (I-CHAIN), leaving all other attributes as they are (P-19). A price may become negative: it then pays. */
export function applyChange(attributes: AttributesInForce, change: ResolvedChange): AttributesInForce {
  const before = attributes[change.attribute];
  const unitMs = change.kind === 'set' ? (change.unitMs ?? before.unitMs) : before.unitMs;
  const after = { ...before, value: changedValue(before, change), unitMs, number: change.number ?? before.number };
  return { ...attributes, [change.attribute]: change.attribute === 'meteredUseCost' ? atRate(after) : after };
}

function changedValue(before: Attribute, change: ResolvedChange): Rational {
  switch (change.kind) {
    case 'set':
      return change.amount;
    case 'scale':
      return multiply(before.value, change.amount);
    case 'shift':
      // A difference in another unit of time changes the rate, not the unit in force.
      return add(before.value, multiply(change.amount, rational(BigInt(before.unitMs), BigInt(change.unitMs ?? before.unitMs))));
  }
}

function atRate(metered: Attribute): Attribute {
  return { ...metered, perMs: divide(metered.value, fromInteger(metered.unitMs)) };
}
