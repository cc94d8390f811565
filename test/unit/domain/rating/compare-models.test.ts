import { expect, test } from 'vitest';
import { compareModels } from '../../../../src/domain/rating/compare-models.ts';
import type { BillingAttribute, CompiledModel, Modification, TriggerEntry } from '../../../../src/domain/rating/compiled-model.ts';
import { parseFormula } from '../../../../src/domain/rating/parse-formula.ts';
import { writeFormula } from '../../../../src/domain/rating/write-formula.ts';

const cost = (value: string, prePaidPercentage = '0'): BillingAttribute => ({ value, prePaidPercentage, at: { line: 1, column: 1 } });
const base: CompiledModel = {
  version: 1,
  modelId: 'a',
  description: 'the old one',
  currency: 'USD',
  cycle: { kind: 'monthly-day', dayOfMonth: 28 },
  basic: { fixedRateUseCost: cost('0.9') },
  alternate: null,
};
const less = (amount: string): Modification => ({ attribute: 'fixedRateUseCost', change: { kind: 'reduceByPercent', amount }, unit: null, number: null });

function entry(uses: string, modifications: readonly Modification[]): TriggerEntry {
  const none = { discountThisCycle: null, discountLaterCycle: null, alternatePayment: null, promotionalOffer: null, vendorResults: [] };
  return { condition: { value: uses, unit: null }, modifications, ...none };
}

function withEntries(...entries: readonly TriggerEntry[]): CompiledModel {
  return { ...base, alternate: { attributes: {}, triggers: [{ type: 'instance', scope: 0, entries }], scopes: [] } };
}

const words = (left: CompiledModel, right: CompiledModel): readonly string[] => compareModels(left, right).map((difference) => difference.words);

test('ids, descriptions and places in the source are no differences', () => {
  expect(words(base, { ...base, modelId: 'b', description: 'new', basic: { fixedRateUseCost: { value: '0.9', prePaidPercentage: '0' } } })).toEqual([]);
});

test('a price is compared with its size, in the words of the document', () => {
  expect(words(base, { ...base, basic: { fixedRateUseCost: cost('1') } })).toEqual([
    'basic pricing, fixedRateUseCost was 0.90 USD per use, and is 1.00 USD per use, 11.1 % more',
  ]);
  expect(words({ ...base, basic: { fixedRateUseCost: cost('1') } }, base)).toEqual([
    'basic pricing, fixedRateUseCost was 1.00 USD per use, and is 0.90 USD per use, 10.0 % less',
  ]);
});

test('what is new and what is gone is named', () => {
  const other: CompiledModel = {
    ...base,
    cycle: { kind: 'time-period', years: 0, months: 3, days: 0, hours: 0 },
    basic: { billingCycleCost: cost('13.99', '100') },
  };
  expect(words(base, other)).toEqual([
    'basic pricing, fixedRateUseCost is gone: 0.90 USD per use',
    'billing cycle was monthly on day 28, and is every 3 months',
    'basic pricing, billingCycleCost is new: 13.99 USD per cycle',
    'basic pricing, billingCycleCost, share paid in advance is new: 100 %',
  ]);
});

test('an entry between two others is one difference, not three', () => {
  const [three, five] = [entry('3', [less('10')]), entry('5', [less('20')])];
  expect(words(withEntries(three, five), withEntries(three, entry('4', []), five))).toEqual(['instance trigger, from 4 uses is new']);
});

test('the order of entries is a difference, as entries that fire together apply in it', () => {
  const [three, five] = [entry('3', []), entry('5', [])];
  expect(words(withEntries(three, five), withEntries(five, three))).toEqual([
    'the order of what fires at the same moment changes: instance trigger, from 5 uses now comes before instance trigger, from 3 uses',
  ]);
});

test('two entries of the same condition are kept apart', () => {
  const twice = withEntries(entry('3', [less('10')]), entry('3', [less('20')]));
  expect(words(twice, withEntries(entry('3', [less('10')]), entry('3', [less('25')])))).toEqual([
    'instance trigger, from 3 uses (entry 2), fixedRateUseCost was less 20 %, and is less 25 %',
  ]);
});

test('a formula is written so that it reads back the same', () => {
  const context = { currency: 'USD', scopes: [1], yields: 'money' } as const;
  const read = parseFormula('max (billingCycleCost - (sub_total[1] * 0.02), -USD(17.95)) / use_count', context);
  if (!read.ok) throw new Error(read.error.message);
  const text = writeFormula(read.value);
  expect(text).toBe('(max((billingCycleCost - (subtotal[1] * 0.02)), -(USD(17.95))) / use_count)');
  expect(parseFormula(text, context)).toEqual(read);
});
