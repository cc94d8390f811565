import { HUNDRED, multiply, type Rational, rationalText } from '../../units/rational.ts';
import { type Attribute, type AttributesInForce, applyChange, prepareAttributes, resolveChange } from './attributes.ts';
import { type BillingAttribute, type BillingAttributes, type CompiledModel, MILLISECONDS_IN, type Modification, type TimeUnit } from './compiled-model.ts';
import { ATTRIBUTE_NAMES, type AttributeName } from './formula-ast.ts';

/**
 * A model as a condition of the tree around it changes it (T-4): its attributes, basic and alternate, by the arithmetic of every other
 * modification; cycle, triggers and scopes stay. It is a model of its own, with an id of its own (P-2).
 */
export function deriveModel(model: CompiledModel, changes: readonly Modification[], modelId: string): CompiledModel {
  const change = (attributes: BillingAttributes): BillingAttributes => {
    const resolved = changes.map((modification) => resolveChange(modification, () => null));
    return attributesOf(resolved.reduce(applyChange, prepareAttributes(attributes)), attributes);
  };
  return {
    ...model,
    modelId,
    basic: model.basic === null ? null : change(model.basic),
    alternate: model.alternate === null ? null : { ...model.alternate, attributes: change(model.alternate.attributes) },
  };
}

function attributesOf(inForce: AttributesInForce, before: BillingAttributes): BillingAttributes {
  const names = ATTRIBUTE_NAMES.filter((name) => before[name] !== undefined || inForce[name].value.n !== 0n);
  return Object.fromEntries(names.map((name) => [name, attributeOf(name, inForce[name])])) as BillingAttributes;
}

function attributeOf(name: AttributeName, { value, prePaidShare, unitMs, bundleUnits, number }: Attribute): BillingAttribute {
  const plain = { value: rationalText(value), prePaidPercentage: rationalText(multiply(prePaidShare, HUNDRED)) };
  if (name === 'meteredUseCost') return { ...plain, unit: unitOf(unitMs), prePaidUnits: unitsText(bundleUnits) } as BillingAttribute;
  return name === 'installmentCost' ? ({ ...plain, number } as BillingAttribute) : plain;
}

function unitOf(unitMs: number): TimeUnit {
  return (Object.keys(MILLISECONDS_IN) as TimeUnit[]).find((unit) => MILLISECONDS_IN[unit] === unitMs) ?? 'minutes';
}

function unitsText(units: Rational): string | null {
  return units.n === 0n ? null : rationalText(units);
}
