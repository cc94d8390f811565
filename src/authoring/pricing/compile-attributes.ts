import type { BillingAttribute, BillingAttributes, InstallmentAttribute, MeteredAttribute, TimeUnit } from '../../domain/rating/compiled-model.ts';
import { amountOf, type CompileContext, checkCurrency, currencyAttributeOf, decimalOf, percentOf, placeOf, reportValue, wholeOf } from './compile-values.ts';
import { attributeOf, childOf, type XmlElement } from './xml-tree.ts';

const UNITS: Readonly<Record<string, TimeUnit>> = {
  millisecond: 'milliseconds',
  second: 'seconds',
  minute: 'minutes',
  hour: 'hours',
  day: 'days',
};
/** More instalments than a lifetime has months. */
export const INSTALLMENTS_MAX = 1_200;

/** Compiles `billingAttributes` (P-11). Where an attribute is wrong, an error was reported and its value here means nothing. */
export function compileAttributes(element: XmlElement, context: CompileContext): BillingAttributes {
  const attributes: { -readonly [Name in keyof BillingAttributes]: BillingAttributes[Name] } = {};
  const fixed = childOf(element, 'fixedRateUseCost');
  if (fixed !== null) attributes.fixedRateUseCost = compileCost(fixed, context);
  const metered = childOf(element, 'meteredUseCost');
  if (metered !== null) attributes.meteredUseCost = compileMetered(metered, context);
  const cycle = childOf(element, 'billingCycleCost');
  if (cycle !== null) attributes.billingCycleCost = compileCost(cycle, context);
  const installment = childOf(element, 'installmentCost');
  if (installment !== null) attributes.installmentCost = compileInstallment(installment, context);
  const flat = childOf(element, 'simpleFlatRateCost');
  if (flat !== null) attributes.simpleFlatRateCost = compileCost(flat, context);
  return attributes;
}

function compileCost(element: XmlElement, context: CompileContext): BillingAttribute {
  checkCurrency(currencyAttributeOf(element), context);
  const value = amountOf(element, 'value', context) ?? '0';
  return { value, prePaidPercentage: percentOf(element, 'prePaidPercentage', 100, context) ?? '0', ...placeOf(element, context) };
}

function compileInstallment(element: XmlElement, context: CompileContext): InstallmentAttribute {
  return { ...compileCost(element, context), number: wholeOf(element, 'number', 1, INSTALLMENTS_MAX, context, 'P-11') ?? 1 };
}

/** pre-payment of metered use is bought in units, our extension; a percentage of what nobody knows yet is none. */
function compileMetered(element: XmlElement, context: CompileContext): MeteredAttribute {
  const cost = compileCost(element, context);
  const percentage = attributeOf(element, 'prePaidPercentage');
  if (percentage !== null && cost.prePaidPercentage !== '0') {
    const said = 'a share of use that is still to come can not be paid in advance';
    if (context.mode === 'strict') reportValue(percentage, context, 'A-31', `${said}; leave it out, or sell prePaidUnits="..." each cycle`);
    else context.report.warn(percentage.offset, 'price-may-differ', 'A-31', `${said}: all of it falls due at the end of the cycle`);
  }
  const units = attributeOf(element, 'prePaidUnits');
  if (units !== null)
    context.report.warn(
      units.offset,
      'extension',
      'A-31',
      'prePaidUnits is an extension of ours: so many units are bought at the start of every cycle, the rest is metered',
    );
  const prePaidUnits = units === null ? null : decimalOf(units, context, 'A-31', 'write the number of units as plain decimal text, such as 60');
  return { ...cost, prePaidPercentage: '0', unit: compileUnit(element, context) ?? defaultUnit(element, context), prePaidUnits };
}

function defaultUnit(element: XmlElement, context: CompileContext): TimeUnit {
  if (attributeOf(element, 'unit') === null) {
    context.report.warn(element.offset, 'default', 'A-11', 'meteredUseCost says no unit: minutes are taken; write unit="minutes"');
  }
  return 'minutes';
}

/** The `unit` of metered use; null where it is absent, or wrong and reported. */
export function compileUnit(element: XmlElement, context: CompileContext, name = 'unit'): TimeUnit | null {
  const attribute = attributeOf(element, name);
  if (attribute === null) return null;
  const singular = attribute.value.toLowerCase().replace(/s$/, '');
  const unit = Object.hasOwn(UNITS, singular) ? UNITS[singular] : undefined;
  if (unit === undefined) reportValue(attribute, context, 'P-17', 'a unit of time is needed: seconds, minutes, hours or days');
  return unit ?? null;
}
