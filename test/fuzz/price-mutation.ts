import type { Draw } from './mutation.ts';
import { PRICE_CORPUS } from './price-corpus.ts';

/**
 * `structure`: one tag or name spoilt as document 002 does it, no value touched: a repair must not change the price.
 * `value`: one amount or number changed: it must show.
 * `chaos`: anything at all.
 */
export interface SpoiltModel {
  readonly kind: 'structure' | 'value' | 'chaos';
  readonly original: string;
  readonly text: string;
}

const NAMES = [
  'pricingModel',
  'pricingExpression',
  'billingCycle',
  'monthly',
  'basicPricing',
  'alternatePricing',
  'billingAttributes',
  'fixedRateUseCost',
  'installmentCost',
];
const MORE_NAMES = [
  'triggerDefinitions',
  'instanceTrigger',
  'triggerEntry',
  'condition',
  'billingModificationAttributes',
  'alternatePayment',
  'billingHistoryEntry',
];
const ELEMENTS = [...NAMES, ...MORE_NAMES];
const PIECES = [
  '<',
  '>',
  '/>',
  '"',
  "'",
  '&',
  ';',
  '=',
  '\u0000',
  '\u001b[2J',
  '\u202e',
  '\ufeff',
  'é',
  '😀',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?',
  '?>',
  '<!DOCTYPE a [',
  '<!ENTITY x "y">',
  '&x;',
  '&#48;',
  '&#x39;',
  '&#0;',
  'xmlns="u"',
  'p:',
  ' value="0"',
  ' number="3"',
  '0',
  '9',
  '-',
  '.',
  'e9',
  ' ',
  '\t',
  '\r\n',
  'USD(1)',
  '[1]',
  '((((',
  'max(',
  ' * 2',
  '/0',
];
const VALUES = [
  '',
  '0',
  '1',
  '-1',
  '1e3',
  '0.5',
  '99999999999999999999',
  '1,5',
  '$1',
  'NaN',
  'USD',
  'EUR',
  'usd',
  'JPY',
  'hours',
  'Tuesday',
  'third',
  '28',
  '31',
  'value',
  '1.0',
  '２',
];
/** Attributes whose numbers all mean something. */
const MEANT =
  /(?<!<pricingModelID )\b(?:value|reduceByPercent|increaseByValue|number|prePaidPercentage|prePaidUnits|dayOfMonth|months|years|days|month|day|cyclesLater)="([0-9][0-9.]*)"/g;

/** A valid model and what became of it; the same for the same draws. */
export function spoilModel(draw: Draw): SpoiltModel {
  const original = pick(PRICE_CORPUS, draw);
  const kind = (['structure', 'value', 'chaos', 'chaos', 'chaos'] as const)[draw(5)] ?? 'chaos';
  if (kind === 'structure') return { kind, original, text: spoilStructure(original, draw) };
  const changed = changeNumber(original, draw);
  if (kind === 'value' && changed !== original) return { kind, original, text: changed };
  let text = original;
  for (let changes = 1 + draw(4); changes > 0; changes -= 1) text = spoil(text, draw);
  return { kind: 'chaos', original, text };
}

function pick<T>(from: readonly T[], draw: Draw): T {
  const picked = from[draw(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

function spoilStructure(text: string, draw: Draw): string {
  switch (draw(10)) {
    case 0:
      return replaceOne(text, /<\/\w+>/g, () => '', draw);
    case 1:
      return replaceOne(text, /\/>/g, () => '>', draw);
    case 2:
      return replaceOne(text, /<\/?\w+[^>]*>/g, (tag) => `${tag}</${pick(ELEMENTS, draw)}>`, draw);
    case 3:
      return replaceOne(text, /<\w+[^>]*[^/]>/g, () => '', draw);
    case 4:
      return replaceOne(text, /<\w+[^>]*[^/]>/g, (tag) => tag.replace(/>$/, '/>'), draw);
    case 5:
      return text.replace(/^<\?xml[^>]*\?>/, pick(['<?xml version="1.0">', '</?xml version="1.0">', ' <?xml version="1.0"?>', '<?XML version="1.0">'], draw));
    case 6:
      return text.replaceAll('installmentCost', 'installmentCycleCost').replaceAll('simpleFlatRateCost', 'simpleFlatRate').replace('ByPercent', 'ByPercentage');
    case 7:
      return text.replace('scopeID=', '= ');
    case 8:
      return text.replaceAll('billingCycleCost', 'prePaidBillingCycleCost').replaceAll('installmentCost', 'billingCycleCost');
    default:
      return replaceOne(text, /<\/\w+>/g, (tag) => tag + tag, draw);
  }
}

function changeNumber(text: string, draw: Draw): string {
  return replaceOne(text, MEANT, (found) => found.replace(/"([0-9])/, (_, digit: string) => `"${(Number(digit) + 1 + draw(8)) % 10}`), draw);
}

function replaceOne(text: string, pattern: RegExp, by: (found: string) => string, draw: Draw): string {
  const found = [...text.matchAll(pattern)];
  const one = found[draw(Math.max(1, found.length))];
  return one === undefined ? text : text.slice(0, one.index) + by(one[0]) + text.slice(one.index + one[0].length);
}

function spoil(text: string, draw: Draw): string {
  const at = draw(text.length + 1);
  const end = Math.min(text.length, at + 1 + draw(40));
  switch (draw(11)) {
    case 0:
      return text.slice(0, at) + pick(PIECES, draw) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(end);
    case 2:
      return text.slice(0, at) + String.fromCharCode(draw(10) === 0 ? draw(65_536) : 32 + draw(95)) + text.slice(at + 1);
    case 3:
      return text.slice(0, at);
    case 4:
      return text.slice(0, end) + text.slice(at, end).repeat(draw(40)) + text.slice(end);
    case 5:
      return text.slice(0, at) + pick(PRICE_CORPUS, draw).slice(draw(2_000));
    case 6:
      return replaceOne(text, /="[^"]*"/g, () => `="${pick(VALUES, draw)}"`, draw);
    case 7:
      return replaceOne(text, / \w+="[^"]*"/g, () => '', draw);
    case 8:
      return replaceOne(text, /<\w+[^>]*\/>/g, (tag) => tag.repeat(draw(4)), draw);
    case 9:
      return replaceOne(text, /<\w+[^>]*\/>/g, () => pick(text.match(/<\w+[^>]*\/>/g) ?? [''], draw), draw);
    default:
      return spoilStructure(text, draw);
  }
}
