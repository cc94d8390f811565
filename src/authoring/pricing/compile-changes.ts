import type { AmountRule, BillingAttributes, Change, Modification } from '../../domain/rating/compiled-model.ts';
import type { AttributeName, Formula } from '../../domain/rating/formula-ast.ts';
import { attributeNamed } from '../../domain/rating/formula-types.ts';
import { parseFormula } from '../../domain/rating/parse-formula.ts';
import { compileUnit, INSTALLMENTS_MAX } from './compile-attributes.ts';
import { amountOf, type CompileContext, checkCurrency, currencyAttributeOf, percentOf, placeOf, wholeOf } from './compile-values.ts';
import { CHANGES } from './grammar.ts';
import { attributeOf, offsetWithin, type XmlAttribute, type XmlElement } from './xml-tree.ts';

/** An increase of more than this is a slip of the pen. */
const INCREASE_PERCENT_MAX = 100_000;

/** What `billingModificationAttributes` may change: what is defined, and what some entry of the same model sets by value (P-19). */
export interface Defined {
  readonly base: BillingAttributes;
  readonly byValue: ReadonlySet<AttributeName>;
}

/** Compiles `billingModificationAttributes` in document order (P-19, I-CHAIN); what is wrong is reported and left out. */
export function compileModifications(element: XmlElement | null, defined: Defined, context: CompileContext): readonly Modification[] {
  if (element === null) return [];
  return element.children.flatMap((child) => {
    const attribute = attributeNamed(child.name);
    const modification = attribute === null ? null : compileModification(child, attribute, defined, context);
    return modification === null ? [] : [modification];
  });
}

function compileModification(element: XmlElement, attribute: AttributeName, defined: Defined, context: CompileContext): Modification | null {
  checkCurrency(currencyAttributeOf(element), context);
  const change = compileChange(element, context);
  const unit = attribute === 'meteredUseCost' ? compileUnit(element, context) : null;
  const number = attribute === 'installmentCost' ? wholeOf(element, 'number', 0, INSTALLMENTS_MAX, context, 'P-19') : null;
  if (change === null) return null;
  const known = defined.base[attribute] !== undefined;
  if (!known && change.kind !== 'value') checkDifferential(element, attribute, defined, context);
  const fresh = !known && change.kind === 'value' && change.amount !== '0';
  if (fresh && attribute === 'installmentCost' && number === null) {
    context.report.error(element.offset, 'missing-attribute', 'P-19', 'instalments that begin here need their number; write number="..."');
  }
  const metered = fresh && attribute === 'meteredUseCost' && unit === null && attributeOf(element, 'unit') === null;
  if (metered) context.report.warn(element.offset, 'default', 'A-11', 'meteredUseCost says no unit: minutes are taken; write unit="minutes"');
  return { attribute, change, unit: metered ? 'minutes' : unit, number, ...placeOf(element, context) };
}

function checkDifferential(element: XmlElement, attribute: AttributeName, defined: Defined, context: CompileContext): void {
  if (defined.byValue.has(attribute)) {
    context.report.warn(
      element.offset,
      'no-effect',
      'P-19',
      `${attribute} is there only once another entry has set it by value; before that, this changes nothing`,
    );
    return;
  }
  const advice = `define it in alternatePricing's billingAttributes (value="0" is enough), or set it by value`;
  context.report.error(element.offset, 'modification', 'P-19', `this changes ${attribute}, which is not defined; ${advice}`);
}

function compileChange(element: XmlElement, context: CompileContext): Change | null {
  const said = CHANGES.filter((name) => attributeOf(element, name) !== null);
  const [kind, second] = said;
  if (kind === undefined || second !== undefined) {
    const found = kind === undefined ? 'says no change' : `says ${said.join(' and ')}`;
    context.report.error(element.offset, 'modification', 'P-19', `<${element.name}> ${found}; write exactly one of ${CHANGES.join(', ')}`);
    return null;
  }
  if (kind === 'formula') {
    const read = compileFormula(attributeOf(element, 'formula'), context);
    return read === null ? null : { kind, ...read };
  }
  const amount = kind.endsWith('Percent')
    ? percentOf(element, kind, kind === 'reduceByPercent' ? 100 : INCREASE_PERCENT_MAX, context)
    : amountOf(element, kind, context);
  return amount === null ? null : { kind, amount };
}

/** `value` or `formula` of a discount or an alternate payment (P-20, P-21); null where neither or both stand, or one is wrong: reported. */
export function compileAmount(element: XmlElement, context: CompileContext): AmountRule | null {
  checkCurrency(currencyAttributeOf(element), context);
  const formula = attributeOf(element, 'formula');
  if ((formula === null) === (attributeOf(element, 'value') === null)) {
    const found = formula === null ? 'says no amount' : 'says both value and formula';
    context.report.error(element.offset, 'value', 'P-20', `<${element.name}> ${found}; write value="..." or formula="..."`);
    return null;
  }
  if (formula !== null) {
    const read = compileFormula(formula, context);
    return read === null ? null : { kind: 'formula', ...read, ...placeOf(element, context) };
  }
  const amount = amountOf(element, 'value', context);
  return amount === null ? null : { kind: 'value', amount, ...placeOf(element, context) };
}

function compileFormula(attribute: XmlAttribute | null, context: CompileContext): { readonly formula: Formula; readonly text: string } | null {
  if (attribute === null) return null;
  const parsed = parseFormula(attribute.value, { currency: context.currency ?? '', scopes: context.scopes, yields: 'money' });
  if (parsed.ok) return { formula: parsed.value, text: attribute.value };
  context.report.error(offsetWithin(attribute, parsed.error.column - 1), 'formula', 'P-24', `formula: ${parsed.error.message}`);
  return null;
}
