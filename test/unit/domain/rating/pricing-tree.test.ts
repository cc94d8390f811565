import { describe, expect, test } from 'vitest';
import { prepareAttributes } from '../../../../src/domain/rating/attributes.ts';
import type { Modification } from '../../../../src/domain/rating/compiled-model.ts';
import { deriveModel } from '../../../../src/domain/rating/derive-model.ts';
import { priceInTree } from '../../../../src/domain/rating/pricing-tree.ts';
import { rationalText } from '../../../../src/units/rational.ts';
import { encodeModel, parseModel } from '../../../../src/wire/model-json.ts';
import { answerInTree, readPricingTree } from '../../../../src/wire/tree-json.ts';
import { modelOf } from '../../../fakes/price-scene.ts';

const use = (id: string, price: string) => ({ id, model: { fixedRateUseCost: price } });
const percent = (reduceByPercent: string) => ({ fixedRateUseCost: { reduceByPercent } });

function price(tree: unknown, licences: readonly string[], node: string): string {
  const read = readPricingTree(tree, (xml) => (xml === 'monthly' ? modelOf(MONTHLY) : null));
  if (!read.ok) return read.error.code;
  const found = priceInTree(read.value, new Set(licences), node);
  return found.ok ? rationalText(found.value.fixedRateUseCost.value) : found.error.code;
}

const MONTHLY =
  '<billingCycle><monthly dayOfMonth="1"/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="USD" value="0.70"/></billingAttributes></basicPricing>';

describe('a pricing tree', () => {
  test('is evaluated from the inside out, each node on the price so far (T-7)', () => {
    const inner = { id: 'inner', override: { quantifier: 'ANY', of: ['A'], modification: percent('50') }, children: [use('A', '1.00')] };
    const tree = { id: 'outer', override: { quantifier: 'ANY', of: ['X'], modification: { fixedRateUseCost: { reduceByValue: '0.10' } } }, children: [inner] };
    expect([price(tree, ['A'], 'A'), price(tree, ['A', 'X'], 'A'), price(tree, ['X'], 'A')]).toEqual(['0.5', '0.4', '0.9']);
  });

  test('lets an outer replacement win over what is inside', () => {
    const inner = { id: 'inner', override: { quantifier: 'ANY', modification: percent('50') }, children: [use('A', '1.00')] };
    const tree = { id: 'outer', override: { quantifier: 'ANY', of: ['X'], replacement: { fixedRateUseCost: '0.33' } }, children: [inner] };
    expect(price(tree, ['A', 'X'], 'A')).toBe('0.33');
  });

  test('evaluates the condition of a node outside that is named (T-3)', () => {
    const tree = {
      id: 'ours',
      override: { quantifier: 'ALL', of: ['rival'], modification: percent('10') },
      children: [use('A', '1.00')],
      external: [{ id: 'rival', override: { quantifier: 'ALL', of: ['r1', 'r2'], modification: percent('0') }, children: [use('r1', '1'), use('r2', '1')] }],
    };
    expect([price(tree, ['A', 'r1'], 'A'), price(tree, ['A', 'r1', 'r2'], 'A')]).toEqual(['1', '0.9']);
  });

  test('resolves a choice by licence, and asks for one where there is none (T-6)', () => {
    const tree = { id: 'root', children: [use('A', '1.00'), use('B', '0.50')], choices: [{ id: 'either', choices: ['A', 'B'] }] };
    expect([price(tree, ['B'], 'either'), price(tree, ['A', 'B'], 'either'), price(tree, [], 'either')]).toEqual(['0.5', '1', 'no-licence']);
  });

  test('takes whole models as XML', () => {
    expect(price({ id: 'root', children: [{ id: 'A', model: { xml: 'monthly' } }] }, ['A'], 'A')).toBe('0.7');
    expect(price({ id: 'root', children: [{ id: 'A', model: { xml: 'broken' } }] }, ['A'], 'A')).toBe('invalid-tree');
  });

  test('is refused where conditions refer to each other in a circle', () => {
    const side = (id: string, of: string) => ({ id, override: { quantifier: 'ANY', of: [of], modification: percent('1') }, children: [use(`${id}1`, '1')] });
    expect(price({ id: 'root', children: [side('a', 'b'), side('b', 'a')] }, [], 'a1')).toBe('reference-cycle');
  });

  test.each([
    ['two nodes with one id', { id: 'A', children: [use('A', '1')] }],
    ['an unknown quantifier', { id: 'r', override: { quantifier: 'SOME', modification: {} }, children: [use('A', '1')] }],
    ['a price with a symbol', { id: 'r', children: [use('A', '$1')] }],
    ['a list', []],
  ])('is refused with %s', (_what, tree) => {
    expect(price(tree, [], 'A')).toBe('invalid-tree');
  });

  test('names what is not in it, and what is no terminal', () => {
    const tree = { id: 'root', children: [use('A', '1')] };
    expect([price(tree, [], 'Z'), price(tree, [], 'root')]).toEqual(['unknown-node', 'not-terminal']);
  });
});

test('a model that a tree changes charges the changed price, by its hour or by its minute, and keeps its cycle, its triggers and what is paid in advance', () => {
  const model = modelOf(
    `<billingCycle><monthly dayOfMonth="1"/></billingCycle><alternatePricing><billingAttributes><meteredUseCost currency="USD" value="6.00" unit="hours"/>
     <billingCycleCost currency="USD" value="9.99" prePaidPercentage="25"/><installmentCost currency="USD" value="5" number="4"/></billingAttributes>
     <triggerDefinitions><instanceTrigger><triggerEntry><condition value="2"/><discountThisCycle currency="USD" value="0.30"/></triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing>`,
  );
  const by = (attribute: Modification['attribute'], change: Modification['change'], unit: Modification['unit'] = null): Modification => {
    return { attribute, change, unit, number: null };
  };
  const changes = [
    by('billingCycleCost', { kind: 'reduceByPercent', amount: '33' }),
    by('meteredUseCost', { kind: 'increaseByValue', amount: '0.01' }, 'minutes'),
    by('fixedRateUseCost', { kind: 'value', amount: '0.10' }),
  ];
  const derived = deriveModel(model, changes, 'ackbox:tree-1');
  const read = parseModel(encodeModel(derived));
  expect(read).toEqual({ ok: true, value: derived });
  expect(derived).toMatchObject({ modelId: 'ackbox:tree-1', cycle: model.cycle, alternate: { triggers: model.alternate?.triggers } });
  expect(derived.alternate?.attributes).toEqual({
    fixedRateUseCost: { value: '0.1', prePaidPercentage: '0' },
    meteredUseCost: { value: '6.6', prePaidPercentage: '0', unit: 'hours', prePaidUnits: null },
    billingCycleCost: { value: '6.6933', prePaidPercentage: '25' },
    installmentCost: { value: '5', prePaidPercentage: '0', number: 4 },
  });
  expect(prepareAttributes(deriveModel(model, [], 'x').alternate?.attributes ?? {})).toEqual(prepareAttributes(model.alternate?.attributes ?? {}));
});

/** Reckoned by hand. */
const HAND: readonly (readonly [string, unknown, readonly string[], string, string])[] = (() => {
  const per = (billingCycleCost: string) => ({ billingCycleCost });
  const inner = { quantifier: 'ALL', of: ['A', 'B'], modification: { billingCycleCost: { reduceByValue: '1.00' } } };
  const children = [
    { id: 'A', model: per('10.00') },
    { id: 'B', model: per('4.00') },
  ];
  const nested = {
    id: 'outer',
    override: { quantifier: 'ANY', of: ['B', 'rival.X'], modification: { billingCycleCost: { reduceByPercent: '50' } } },
    children: [{ id: 'inner', override: inner, children }],
  };
  const dearer = { ...nested, override: { quantifier: 'ANY', of: ['rival.X'], modification: { billingCycleCost: { increaseByValue: '0.25' } } } };
  const dinars = { id: 'r', currency: 'KWD', override: { ...inner, of: ['A'], modification: { billingCycleCost: { reduceByPercent: '10' } } } };
  return [
    ['nobody’s conditions hold', nested, ['A'], 'A', '10.00'],
    ['both: less 1.00, then half', nested, ['A', 'B'], 'A', '4.50'],
    ['the other node is shared by both conditions: 4 - 1, then half', nested, ['A', 'B'], 'B', '1.50'],
    ['a rival’s subscriber pays half, though ALL does not hold', nested, ['A', 'rival.X'], 'A', '5.00'],
    ['less 1.00, then 0.25 more', dearer, ['A', 'B', 'rival.X'], 'B', '3.25'],
    ['a tenth of 1.0005 dinars less is 0.90045', { ...dinars, children: [{ id: 'A', model: per('1.0005') }] }, ['A'], 'A', '0.900'],
  ];
})();

test.each(HAND)('costs what the hand says: %s', (_why, tree, licences, use, price) => {
  expect(answerInTree(tree, () => null, licences, use)).toMatchObject({ ok: true, value: { price } });
});
