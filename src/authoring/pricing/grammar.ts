/** How often a child may stand in its parent. */
export type Times = 'once' | 'at-most-once' | 'any' | 'at-least-once';

export interface ElementRule {
  readonly children: Readonly<Record<string, Times>>;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Character data is taken; elsewhere only blanks. */
  readonly text?: true;
  /** The children stand in the order above. */
  readonly ordered?: true;
  /** Elements that the grammar does not know are taken too (P-22). */
  readonly open?: true;
}

const leaf = (required: readonly string[], optional: readonly string[] = []): ElementRule => ({ children: {}, required, optional });
const group = (children: Readonly<Record<string, Times>>, rest: Partial<ElementRule> = {}): ElementRule => ({ children, required: [], optional: [], ...rest });

const FIVE: Readonly<Record<string, Times>> = {
  fixedRateUseCost: 'at-most-once',
  meteredUseCost: 'at-most-once',
  billingCycleCost: 'at-most-once',
  installmentCost: 'at-most-once',
  simpleFlatRateCost: 'at-most-once',
};
const TRIGGER = group({ triggerEntry: 'any' }, { optional: ['billingHistoryScope'] });
/** What a modification may say instead of `value` (P-19). */
export const CHANGES = ['value', 'reduceByValue', 'reduceByPercent', 'increaseByValue', 'increaseByPercent', 'formula'] as const;
const MODIFICATION = leaf(['currency'], CHANGES);

/** P-1 to P-22 as far as a table can say it. The same stands in pricing-schema.ts, for libxml2 and for authors' editors. */
const RULES: Readonly<Record<string, ElementRule>> = {
  pricingModel: group({ pricingModelID: 'once', description: 'once', pricingExpression: 'once' }, { required: ['version'], ordered: true }),
  pricingModelID: leaf(['value']),
  description: { ...leaf([]), text: true },
  pricingExpression: group({ billingCycle: 'at-most-once', basicPricing: 'at-most-once', alternatePricing: 'at-most-once' }),
  billingCycle: group({ instantaneous: 'at-most-once', monthly: 'at-most-once', timePeriod: 'at-most-once', schedule: 'at-most-once' }),
  instantaneous: leaf([]),
  monthly: leaf([], ['dayOfMonth', 'dayOfWeek', 'ordinal']),
  timePeriod: leaf([], ['hours', 'days', 'months', 'years']),
  schedule: group({ dueDate: 'at-least-once' }),
  dueDate: leaf([], ['year', 'month', 'day']),
  basicPricing: group({ billingAttributes: 'once' }),
  alternatePricing: group({ billingAttributes: 'once', triggerDefinitions: 'at-most-once' }),
  billingAttributes: group(FIVE),
  billingModificationAttributes: group(FIVE),
  fixedRateUseCost: leaf(['currency', 'value'], ['prePaidPercentage']),
  meteredUseCost: leaf(['currency', 'value'], ['unit', 'prePaidPercentage', 'prePaidUnits']),
  billingCycleCost: leaf(['currency', 'value'], ['prePaidPercentage']),
  installmentCost: leaf(['currency', 'value', 'number'], ['prePaidPercentage']),
  simpleFlatRateCost: leaf(['currency', 'value'], ['prePaidPercentage']),
  triggerDefinitions: group({ instanceTrigger: 'any', expenditureTrigger: 'any', meteredTrigger: 'any', supplementalBillingHistory: 'at-most-once' }),
  instanceTrigger: TRIGGER,
  expenditureTrigger: TRIGGER,
  meteredTrigger: TRIGGER,
  supplementalBillingHistory: group({ billingHistoryEntry: 'at-least-once' }),
  billingHistoryEntry: group({ billingCycle: 'once' }, { required: ['scopeID'], optional: ['offset'] }),
  triggerEntry: group(
    {
      condition: 'at-most-once',
      billingModificationAttributes: 'at-most-once',
      discountThisCycle: 'at-most-once',
      discountLaterCycle: 'at-most-once',
      alternatePayment: 'at-most-once',
      promotionalOffer: 'at-most-once',
    },
    { open: true },
  ),
  condition: leaf(['value'], ['type']),
  discountThisCycle: leaf(['currency'], ['value', 'formula']),
  discountLaterCycle: leaf(['currency'], ['value', 'formula', 'cyclesLater']),
  alternatePayment: group({ billingModificationAttributes: 'at-most-once' }, { required: ['currency'], optional: ['value', 'formula'] }),
  promotionalOffer: leaf(['type', 'value']),
};

const MODIFICATIONS: Readonly<Record<string, ElementRule>> = {
  fixedRateUseCost: MODIFICATION,
  meteredUseCost: { ...MODIFICATION, optional: [...CHANGES, 'unit'] },
  billingCycleCost: MODIFICATION,
  installmentCost: { ...MODIFICATION, optional: [...CHANGES, 'number'] },
  simpleFlatRateCost: MODIFICATION,
};

/** Every element name of the grammar. */
export const ELEMENT_NAMES: readonly string[] = Object.keys(RULES);

/** The rule of an element inside its parent (null: the document), or null where the grammar has no such element. */
export function ruleOf(parent: string | null, name: string): ElementRule | null {
  const rules = parent === 'billingModificationAttributes' ? MODIFICATIONS : RULES;
  return Object.hasOwn(rules, name) ? (rules[name] ?? null) : null;
}

export function mayContain(parent: string | null, name: string): boolean {
  if (parent === null) return name === 'pricingModel';
  const rule = Object.hasOwn(RULES, parent) ? RULES[parent] : undefined;
  return rule !== undefined && Object.hasOwn(rule.children, name);
}
