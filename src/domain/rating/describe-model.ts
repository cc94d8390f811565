import { minorDigitsOf } from '../../units/iso-4217.ts';
import type {
  AlternatePricing,
  AmountRule,
  BillingAttributes,
  CompiledModel,
  Condition,
  CycleRule,
  DueDate,
  ExactText,
  Modification,
  Trigger,
  TriggerEntry,
} from './compiled-model.ts';
import { ATTRIBUTE_NAMES } from './formula-ast.ts';
import { writeFormula } from './write-formula.ts';

/** One fact of a model in words. Two models whose facts are equal, and equally ordered, charge the same. */
export interface ModelFact {
  /** What it is about; no two facts of a model are about the same. */
  readonly subject: string;
  readonly value: string;
  /** Set where the value is a single amount or number, so that two can be compared by size. */
  readonly amount: ExactText | null;
}

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'];
const PER = {
  fixedRateUseCost: 'per use',
  meteredUseCost: 'per time',
  billingCycleCost: 'per cycle',
  installmentCost: 'per instalment',
  simpleFlatRateCost: 'once',
} as const;

/** All that decides about money in a model, in its order: the words of comparisons and of what is shown to customers. */
export function describeModel(model: CompiledModel): readonly ModelFact[] {
  const facts: ModelFact[] = [];
  const add = (subject: string, value: string, amount: ExactText | null = null): void => {
    facts.push({ subject, value, amount });
  };
  if (model.currency !== null) add('currency', model.currency);
  if (model.cycle !== null) add('billing cycle', cycleWords(model.cycle));
  if (model.basic !== null) {
    add('basic pricing', 'given');
    describeAttributes('basic pricing', model.basic, model.currency, add);
  }
  if (model.alternate !== null) describeAlternate(model.alternate, model.currency, add);
  return facts;
}

type Add = (subject: string, value: string, amount?: ExactText | null) => void;

function describeAttributes(where: string, attributes: BillingAttributes, currency: string | null, add: Add): void {
  for (const name of ATTRIBUTE_NAMES) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(`${where}, ${name}`, `${amountWords(attribute.value, currency)} ${PER[name]}`, attribute.value);
    if (attribute.prePaidPercentage !== '0') add(`${where}, ${name}, share paid in advance`, `${attribute.prePaidPercentage} %`, attribute.prePaidPercentage);
    if ('unit' in attribute) {
      add(`${where}, ${name}, unit`, attribute.unit);
      if (attribute.prePaidUnits !== null) add(`${where}, ${name}, units paid in advance`, attribute.prePaidUnits, attribute.prePaidUnits);
    }
    if ('number' in attribute) add(`${where}, ${name}, number`, String(attribute.number), String(attribute.number));
  }
}

function describeAlternate(alternate: AlternatePricing, currency: string | null, add: Add): void {
  add('alternate pricing', 'given');
  describeAttributes('alternate pricing', alternate.attributes, currency, add);
  for (const { scopeId, cycle, offset } of alternate.scopes) {
    add(`scope ${scopeId}`, `${cycleWords(cycle)}${offset === 0 ? '' : `, ${-offset} periods back`}`);
  }
  for (const trigger of alternate.triggers) describeTrigger(trigger, currency, add);
}

function describeTrigger(trigger: Trigger, currency: string | null, add: Add): void {
  const name = `${trigger.type} trigger${trigger.scope === 0 ? '' : ` of scope ${trigger.scope}`}`;
  add(name, 'given');
  const seen = new Map<string, number>();
  for (const entry of trigger.entries) {
    const condition = conditionWords(entry.condition, trigger.type, currency);
    const times = (seen.get(condition) ?? 0) + 1;
    seen.set(condition, times);
    const subject = `${name}, ${condition}${times === 1 ? '' : ` (entry ${times})`}`;
    add(subject, 'given');
    describeEntry(subject, entry, currency, add);
  }
}

function conditionWords(condition: Condition | null, type: Trigger['type'], currency: string | null): string {
  if (condition === null) return 'always';
  if (type === 'instance') return `from ${condition.value} uses`;
  return `from ${type === 'expenditure' ? amountWords(condition.value, currency) : `${condition.value} ${condition.unit}`}`;
}

function describeEntry(subject: string, entry: TriggerEntry, currency: string | null, add: Add): void {
  describeModifications(subject, entry.modifications, currency, add);
  if (entry.discountThisCycle !== null) addRule(`${subject}, discount this cycle`, entry.discountThisCycle, '', currency, add);
  if (entry.discountLaterCycle !== null) {
    const { amount, cyclesLater } = entry.discountLaterCycle;
    addRule(`${subject}, discount in a later cycle`, amount, `, ${cyclesLater} cycles later`, currency, add);
  }
  if (entry.alternatePayment !== null) {
    addRule(`${subject}, alternate payment`, entry.alternatePayment.amount, '', currency, add);
    describeModifications(`${subject}, once the alternate payment is taken`, entry.alternatePayment.modifications, currency, add);
  }
  if (entry.promotionalOffer !== null) add(`${subject}, promotional offer`, JSON.stringify([entry.promotionalOffer.type, entry.promotionalOffer.value]));
  for (const [index, { name, attributes }] of entry.vendorResults.entries()) {
    const values = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
    add(`${subject}, result ${index + 1} for the vendor`, `${name} ${JSON.stringify(values)}`);
  }
}

function addRule(subject: string, rule: AmountRule, more: string, currency: string | null, add: Add): void {
  if (rule.kind === 'formula') add(subject, `${writeFormula(rule.formula)}${more}`);
  else add(subject, `${amountWords(rule.amount, currency)}${more}`, rule.amount);
}

function describeModifications(subject: string, modifications: readonly Modification[], currency: string | null, add: Add): void {
  for (const { attribute, change, unit, number } of modifications) {
    const rest = `${unit === null ? '' : ` per ${unit}`}${number === null ? '' : `, ${number} instalments`}`;
    const about = `${subject}, ${attribute}`;
    if (change.kind === 'formula') add(about, `becomes ${writeFormula(change.formula)}${rest}`);
    else add(about, `${changeWords(change.kind, change.amount, currency)}${rest}`, change.kind === 'value' ? change.amount : null);
  }
}

function changeWords(
  kind: 'value' | 'reduceByValue' | 'reduceByPercent' | 'increaseByValue' | 'increaseByPercent',
  amount: ExactText,
  currency: string | null,
): string {
  switch (kind) {
    case 'value':
      return `becomes ${amountWords(amount, currency)}`;
    case 'reduceByValue':
      return `less ${amountWords(amount, currency)}`;
    case 'reduceByPercent':
      return `less ${amount} %`;
    case 'increaseByValue':
      return `plus ${amountWords(amount, currency)}`;
    case 'increaseByPercent':
      return `plus ${amount} %`;
  }
}

/** `0.90 USD`: at least the minor digits of the currency, and all that the model gives. */
export function amountWords(amount: ExactText, currency: string | null): string {
  const digits = minorDigitsOf(currency ?? '') ?? 0;
  const [whole = '', part = ''] = amount.split('.');
  const padded = digits === 0 && part === '' ? whole : `${whole}.${part.padEnd(digits, '0')}`;
  return `${amount.includes('/') ? amount : padded} ${currency ?? ''}`.trimEnd();
}

/** A billing cycle in words: `monthly on day 28`. */
export function cycleWords(cycle: CycleRule): string {
  switch (cycle.kind) {
    case 'instantaneous':
      return 'at once';
    case 'monthly-day':
      return `monthly on day ${cycle.dayOfMonth}`;
    case 'monthly-weekday':
      return `monthly on the ${cycle.ordinal < 0 ? 'last' : (ORDINALS[cycle.ordinal - 1] ?? String(cycle.ordinal))} ${WEEKDAYS[cycle.weekday - 1] ?? ''}`;
    case 'time-period': {
      const parts = (['years', 'months', 'days', 'hours'] as const).filter((unit) => cycle[unit] > 0);
      return `every ${parts.map((unit) => `${cycle[unit]} ${unit}`).join(' ')}`;
    }
    case 'schedule':
      return `due on ${cycle.dueDates.map(dateWords).join(', ')}`;
  }
}

function dateWords({ year, month, day }: DueDate): string {
  return [year ?? 'every year', month ?? 'every month', day ?? 'no day given'].join('-');
}
