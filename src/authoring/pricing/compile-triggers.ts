import type { AlternatePricing, BillingAttributes, Condition, SupplementalScope, Trigger, TriggerEntry } from '../../domain/rating/compiled-model.ts';
import type { AttributeName } from '../../domain/rating/formula-ast.ts';
import { attributeNamed } from '../../domain/rating/formula-types.ts';
import { parseRational, rationalText } from '../../units/rational.ts';
import { compileAttributes, compileUnit } from './compile-attributes.ts';
import { compileAmount, compileModifications, type Defined } from './compile-changes.ts';
import { compileCycle } from './compile-cycle.ts';
import { amountOf, type CompileContext, checkCurrency, decimalOf, placeOf, reportValue, wholeOf } from './compile-values.ts';
import { mayContain } from './grammar.ts';
import { attributeOf, childOf, childrenOf, type XmlElement } from './xml-tree.ts';

type TriggerType = Trigger['type'];

const TYPES: Readonly<Record<string, TriggerType>> = { instanceTrigger: 'instance', expenditureTrigger: 'expenditure', meteredTrigger: 'metered' };
const SCOPE_ID_MAX = 999_999;
const PERIODS_BACK_MAX = 120;
const CYCLES_LATER_MAX = 1_200;

/** Compiles `alternatePricing` (P-10, P-13 to P-22). What is wrong is reported and left out. */
export function compileAlternate(element: XmlElement, context: CompileContext): AlternatePricing {
  const own = childOf(element, 'billingAttributes');
  const attributes = own === null ? {} : compileAttributes(own, context);
  const definitions = childOf(element, 'triggerDefinitions');
  if (definitions === null) return { attributes, triggers: [], scopes: [] };
  const defined: Defined = { base: attributes, byValue: setByValue(definitions) };
  const triggers = definitions.children.flatMap((child) => compileTrigger(child, defined, context));
  reportRepeated(triggers, definitions, context);
  const history = childOf(definitions, 'supplementalBillingHistory');
  return { attributes, triggers, scopes: history === null ? [] : compileScopes(history, context) };
}

/** The scopes that a model declares, for what refers to them; errors are reported where they are compiled. */
export function declaredScopes(alternate: XmlElement | null): readonly number[] {
  const definitions = alternate === null ? null : childOf(alternate, 'triggerDefinitions');
  const history = definitions === null ? null : childOf(definitions, 'supplementalBillingHistory');
  const entries = history === null ? [] : childrenOf(history, 'billingHistoryEntry');
  return entries.map((entry) => Number(attributeOf(entry, 'scopeID')?.value ?? '0')).filter((id) => Number.isInteger(id) && id > 0);
}

function compileScopes(history: XmlElement, context: CompileContext): readonly SupplementalScope[] {
  const seen = new Set<number>();
  return childrenOf(history, 'billingHistoryEntry').flatMap((entry) => {
    const scopeId = wholeOf(entry, 'scopeID', 1, SCOPE_ID_MAX, context, 'P-15');
    if (scopeId !== null && seen.has(scopeId)) {
      context.report.error(entry.offset, 'scope', 'P-15', `there are two entries with scopeID="${scopeId}"; give each its own number`);
    }
    if (scopeId !== null) seen.add(scopeId);
    const offset = attributeOf(entry, 'offset');
    if (offset !== null) context.report.warn(offset.offset, 'extension', 'A-27', 'offset is an extension of ours: -1 is the period before the current one');
    const cycleElement = childOf(entry, 'billingCycle');
    const cycle = cycleElement === null ? null : compileCycle(cycleElement, context);
    if (cycle?.kind === 'instantaneous')
      context.report.error(entry.offset, 'scope', 'P-15', 'an instantaneous period holds no history; name a length, such as <timePeriod years="999"/>');
    const back = wholeOf(entry, 'offset', -PERIODS_BACK_MAX, 0, context, 'A-27') ?? 0;
    return scopeId === null || cycle === null ? [] : [{ scopeId, cycle, offset: back, ...placeOf(entry, context) }];
  });
}

/** Attributes that some entry, or the taking of some offer, sets by value. */
function setByValue(definitions: XmlElement): ReadonlySet<AttributeName> {
  const names = new Set<AttributeName>();
  const visit = (element: XmlElement): void => {
    for (const child of element.children) {
      const name = element.name === 'billingModificationAttributes' && attributeOf(child, 'value') !== null ? attributeNamed(child.name) : null;
      if (name !== null) names.add(name);
      visit(child);
    }
  };
  visit(definitions);
  return names;
}

function compileTrigger(element: XmlElement, defined: Defined, context: CompileContext): readonly Trigger[] {
  const type = Object.hasOwn(TYPES, element.name) ? TYPES[element.name] : undefined;
  if (type === undefined) return [];
  const scope = wholeOf(element, 'billingHistoryScope', 0, SCOPE_ID_MAX, context, 'P-14') ?? 0;
  if (scope !== 0 && !context.scopes.includes(scope)) {
    const attribute = attributeOf(element, 'billingHistoryScope');
    if (attribute !== null)
      reportValue(attribute, context, 'P-14', `no billingHistoryEntry has scopeID="${scope}"; add one, or leave the scope out for the current cycle`, 'scope');
  }
  const entries = childrenOf(element, 'triggerEntry').map((entry) => compileEntry(entry, type, defined, context));
  return [{ type, scope, entries, ...placeOf(element, context) }];
}

function reportRepeated(triggers: readonly Trigger[], definitions: XmlElement, context: CompileContext): void {
  const elements = definitions.children.filter((child) => Object.hasOwn(TYPES, child.name));
  for (const [index, { type, scope }] of triggers.entries()) {
    const first = triggers.findIndex((other) => other.type === type && other.scope === scope);
    if (first === index) continue;
    const offset = elements[index]?.offset ?? definitions.offset;
    context.report.error(offset, 'trigger', 'P-13', `there are two ${type} triggers of scope ${scope}; put the entries of both into one`);
  }
}

function compileEntry(entry: XmlElement, type: TriggerType, defined: Defined, context: CompileContext): TriggerEntry {
  const later = childOf(entry, 'discountLaterCycle');
  const now = childOf(entry, 'discountThisCycle');
  return {
    condition: compileCondition(childOf(entry, 'condition'), type, defined.base, context),
    modifications: compileModifications(childOf(entry, 'billingModificationAttributes'), defined, context),
    discountThisCycle: now === null ? null : compileAmount(now, context),
    discountLaterCycle: later === null ? null : compileLater(later, context),
    alternatePayment: compilePayment(childOf(entry, 'alternatePayment'), defined, context),
    promotionalOffer: compileOffer(childOf(entry, 'promotionalOffer'), context),
    vendorResults: entry.children.filter((child) => !mayContain('triggerEntry', child.name)).map(vendorResult),
    ...placeOf(entry, context),
  };
}

function compileLater(element: XmlElement, context: CompileContext): TriggerEntry['discountLaterCycle'] {
  if (attributeOf(element, 'cyclesLater') === null) {
    context.report.warn(element.offset, 'default', 'A-16', 'discountLaterCycle says no cyclesLater: the next cycle is taken; write cyclesLater="1"');
  }
  const cyclesLater = wholeOf(element, 'cyclesLater', 1, CYCLES_LATER_MAX, context, 'P-20') ?? 1;
  const amount = compileAmount(element, context);
  return amount === null ? null : { amount, cyclesLater, ...placeOf(element, context) };
}

function compilePayment(element: XmlElement | null, defined: Defined, context: CompileContext): TriggerEntry['alternatePayment'] {
  if (element === null) return null;
  const inner = childOf(element, 'billingModificationAttributes');
  if (inner === null) {
    context.report.warn(
      element.offset,
      'no-effect',
      'P-21',
      'whoever takes this payment goes on paying as before; say inside what changes, in billingModificationAttributes',
    );
  }
  const modifications = compileModifications(inner, defined, context);
  const amount = compileAmount(element, context);
  return amount === null ? null : { amount, modifications, ...placeOf(element, context) };
}

function compileOffer(element: XmlElement | null, context: CompileContext): TriggerEntry['promotionalOffer'] {
  if (element === null) return null;
  const type = attributeOf(element, 'type');
  if (type?.value === '') reportValue(type, context, 'P-22', 'an offer names its type');
  return { type: type?.value ?? '', value: attributeOf(element, 'value')?.value ?? '', ...placeOf(element, context) };
}

function vendorResult(element: XmlElement): TriggerEntry['vendorResults'][number] {
  return { name: element.name, attributes: Object.fromEntries(element.attributes.map(({ name, value }) => [name, value])) };
}

/** P-17: what a condition's value counts depends on the trigger around it. */
function compileCondition(element: XmlElement | null, type: TriggerType, base: BillingAttributes, context: CompileContext): Condition | null {
  if (element === null) return null;
  if (attributeOf(element, 'value')?.value === '') {
    context.report.error(element.offset, 'value', 'P-17', 'the condition has no value; write one, or take the condition out if it always holds');
    return null;
  }
  if (type === 'instance') return countCondition(element, context);
  return type === 'expenditure' ? moneyCondition(element, context) : timeCondition(element, base, context);
}

function countCondition(element: XmlElement, context: CompileContext): Condition | null {
  const type = attributeOf(element, 'type');
  const value = attributeOf(element, 'value');
  if (value === null) return null;
  if (type !== null && !/^(integer|int|scientific)$/.test(type.value)) reportValue(type, context, 'P-17', 'a count of uses is of type integer or scientific');
  const scientific = type?.value === 'scientific';
  const pattern = scientific ? /^\d{1,9}(\.\d{1,9})?([eE][+-]?\d{1,2})?$/ : /^\d{1,15}$/;
  const count = pattern.test(value.value) ? parseRational(value.value) : null;
  if (count !== null && count.d === 1n && count.n <= 10n ** 15n) return { value: rationalText(count), unit: null };
  const advice = scientific ? 'this is not a whole number of uses; write one such as 1e3' : 'a whole number of uses is needed; 1e3 needs type="scientific"';
  reportValue(value, context, 'P-17', advice);
  return null;
}

function moneyCondition(element: XmlElement, context: CompileContext): Condition | null {
  const type = attributeOf(element, 'type');
  if (type === null) {
    context.report.warn(
      element.offset,
      'default',
      'A-12',
      `the condition says no currency: ${context.currency ?? 'that of the model'} is taken; write type="${context.currency ?? 'USD'}"`,
    );
  }
  checkCurrency(type, context);
  const value = amountOf(element, 'value', context);
  return value === null ? null : { value, unit: null };
}

function timeCondition(element: XmlElement, base: BillingAttributes, context: CompileContext): Condition | null {
  const taken = base.meteredUseCost?.unit ?? 'minutes';
  if (attributeOf(element, 'type') === null) {
    context.report.warn(element.offset, 'default', 'A-12', `the condition says no unit of time: ${taken} are taken; write type="${taken}"`);
  }
  const attribute = attributeOf(element, 'value');
  const unit = compileUnit(element, context, 'type') ?? taken;
  const value = attribute === null ? null : decimalOf(attribute, context, 'P-17', 'a length of time is plain decimal text, such as 1.5');
  return value === null ? null : { value, unit };
}
