import type { ExactText, Position } from '../../domain/rating/compiled-model.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { parseRational, rationalText, ZERO } from '../../units/rational.ts';
import type { FindingCode } from './finding.ts';
import type { ReadingReport } from './reading-report.ts';
import type { SourceText } from './source-text.ts';
import type { ReadingMode } from './xml-reader.ts';
import { attributeOf, type XmlAttribute, type XmlElement } from './xml-tree.ts';

/** What every part of the compiler needs to know about its document. */
export interface CompileContext {
  readonly source: SourceText;
  readonly report: ReadingReport;
  readonly mode: ReadingMode;
  /** The first valid one that the model names; every other must equal it. */
  readonly currency: string | null;
  /** Scopes that supplementalBillingHistory declares. */
  readonly scopes: readonly number[];
}

export function placeOf(element: XmlElement, context: CompileContext): { readonly at: Position } {
  return { at: context.source.positionOf(element.offset) };
}

export function reportValue(attribute: XmlAttribute, context: CompileContext, rule: string, message: string, code: FindingCode = 'value'): void {
  context.report.error(attribute.valueOffset, code, rule, `${attribute.name}=${JSON.stringify(shortened(attribute.value))}: ${message}`);
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}...`;
}

const DECIMAL = /^(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})$/;

/**
 * An amount of an attribute, in major units: decimal text, no sign and no symbol; empty is 0 (P-11). Absent is null, and so is what
 * can not be read, after an error was reported.
 */
export function amountOf(element: XmlElement, name: string, context: CompileContext): ExactText | null {
  const attribute = attributeOf(element, name);
  if (attribute === null) return null;
  if (attribute.value === '') return '0';
  return decimalOf(attribute, context, 'P-11', 'write an amount as plain decimal text, such as 0.90, without a sign, a money symbol or a thousands separator');
}

/** A percentage 0 .. `most`; null where absent or wrong. */
export function percentOf(element: XmlElement, name: string, most: number, context: CompileContext): ExactText | null {
  const attribute = attributeOf(element, name);
  if (attribute === null) return null;
  const text = decimalOf(attribute, context, 'P-11', `write a percentage as plain decimal text from 0 to ${most}`);
  if (text === null || Number(text) <= most) return text;
  reportValue(attribute, context, 'P-11', `a percentage here is at most ${most}`);
  return null;
}

export function decimalOf(attribute: XmlAttribute, context: CompileContext, rule: string, advice: string): ExactText | null {
  if (DECIMAL.test(attribute.value)) return rationalText(parseRational(attribute.value) ?? ZERO);
  reportValue(attribute, context, rule, advice);
  return null;
}

/** A whole number from `least` to `most`; null where absent or wrong. */
export function wholeOf(element: XmlElement, name: string, least: number, most: number, context: CompileContext, rule: string): number | null {
  const attribute = attributeOf(element, name);
  if (attribute === null) return null;
  const number = /^-?\d{1,9}$/.test(attribute.value) ? Number(attribute.value) : Number.NaN;
  if (number >= least && number <= most) return number === 0 ? 0 : number;
  reportValue(attribute, context, rule, `a whole number from ${least} to ${most} is needed`);
  return null;
}

/** Reports a currency that is none, or not the model's own. */
export function checkCurrency(attribute: XmlAttribute | null, context: CompileContext): void {
  if (attribute === null) return;
  const { value } = attribute;
  if (minorDigitsOf(value) === null) {
    const upper = minorDigitsOf(value.toUpperCase()) === null ? 'USD' : value.toUpperCase();
    reportValue(attribute, context, 'P-11', `this is no currency code of ISO 4217; write one, such as ${upper}`, 'currency');
  } else if (context.currency !== null && value !== context.currency) {
    reportValue(attribute, context, 'A-36', `the model began in ${context.currency}; a model has one currency: make a model for each`, 'currency');
  }
}

export function currencyAttributeOf(element: XmlElement): XmlAttribute | null {
  return attributeOf(element, 'currency');
}
