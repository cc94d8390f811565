import { describe, expect, test } from 'vitest';
import { at, boundaries, column, lenientModelOf, modelOf, rate, use } from '../../../fakes/price-scene.ts';

const MONTHLY = '<billingCycle><monthly dayOfMonth="28"/></billingCycle>';
const basic = (attributes: string, cycle = MONTHLY): ReturnType<typeof modelOf> => {
  return modelOf(`${cycle}<basicPricing><billingAttributes>${attributes}</billingAttributes></basicPricing>`);
};

describe('what is charged', () => {
  test('three sessions of 20 seconds at 0.55 a minute are 0.55: time is added up before money is rounded (I-ROUND, I-METER)', () => {
    const model = basic('<meteredUseCost currency="USD" value="0.55" unit="minutes"/>');
    const events = ['02-03', '02-04', '02-05'].map((day) => use(day, 1 / 3));
    expect(column({ model, events, until: '2026-02-28T00:00:00Z' }, 'metered_use_cost')).toEqual(['0.55']);
  });

  test('half a cent goes up, and half a cent of a refund goes up too: on the magnitude (ruling 43)', () => {
    const half = basic('<fixedRateUseCost currency="USD" value="0.825"/>');
    expect(column({ model: half, events: [use('02-03')], until: '2026-02-28T00:00:00Z' }, 'fixed_rate_use_cost')).toEqual(['0.83']);
    const refund = modelOf(
      `${MONTHLY}<alternatePricing><billingAttributes><fixedRateUseCost currency="USD" value="1"/></billingAttributes><triggerDefinitions><instanceTrigger><triggerEntry>` +
        '<billingModificationAttributes><fixedRateUseCost currency="USD" reduceByValue="1.825"/></billingModificationAttributes></triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing>',
    );
    expect(column({ model: refund, events: [use('02-03')], until: '2026-02-28T00:00:00Z' }, 'fixed_rate_use_cost')).toEqual(['-0.83']);
  });

  test('currencies have 0 or 3 minor digits too', () => {
    const yen = basic('<meteredUseCost currency="JPY" value="7" unit="minutes"/>');
    expect(column({ model: yen, events: [use('02-03', 1.5)], until: '2026-02-28T00:00:00Z', currency: 'JPY' }, 'amount_due')).toEqual(['11']);
    const dinar = basic('<fixedRateUseCost currency="KWD" value="0.0125"/>');
    expect(column({ model: dinar, events: [use('02-03')], until: '2026-02-28T00:00:00Z', currency: 'KWD' }, 'amount_due')).toEqual(['0.013']);
  });

  test('a quarter pre-paid: the whole is rounded, then its pre-paid part, and the rest is the difference (ruling 43)', () => {
    const model = basic('<fixedRateUseCost currency="USD" value="0.33" prePaidPercentage="25"/>');
    const scene = { model, events: [use('02-03')], until: '2026-02-28T00:00:00Z' };
    expect([column(scene, 'fixed_rate_use_cost'), column(scene, 'pre_paid_fixed_rate_use_cost'), column(scene, 'subtotal')]).toEqual([
      ['0.25'],
      ['0.08'],
      ['0.33'],
    ]);
  });

  test('a cycle cost is charged whole for a short first cycle (I-NOPRORATE)', () => {
    const model = basic('<billingCycleCost currency="USD" value="13.99"/>');
    expect(column({ model, start: '2026-02-27T00:00:00Z', until: '2026-03-28T00:00:00Z' }, 'billing_cycle_cost')).toEqual(['13.99', '13.99']);
  });

  test('half of a cycle cost in advance stands in its own column', () => {
    const model = basic('<billingCycleCost currency="USD" value="5.01" prePaidPercentage="50"/>');
    const scene = { model, until: '2026-02-28T00:00:00Z' };
    expect([column(scene, 'billing_cycle_cost'), column(scene, 'pre_paid_billing_cycle_cost')]).toEqual([['2.50'], ['2.51']]);
  });

  test('a flat rate is charged once', () => {
    const model = basic('<simpleFlatRateCost currency="USD" value="129.00"/>');
    expect(column({ model, until: '2026-04-28T00:00:00Z' }, 'simple_flat_rate_cost')).toEqual(['129.00', '0.00', '0.00']);
  });

  test('instalments count down, also when they are paid in advance', () => {
    const model = basic('<installmentCost currency="USD" value="10" number="2" prePaidPercentage="100"/>');
    const scene = { model, until: '2026-05-28T00:00:00Z' };
    expect([column(scene, 'installment_cost'), column(scene, 'remaining_installments')]).toEqual([
      ['10.00', '10.00', '0.00', '0.00'],
      [1, 0, 0, 0],
    ]);
  });

  test('acknowledged time replaces the time between start and end: it is what a use carries as its duration', () => {
    const model = basic('<meteredUseCost currency="USD" value="0.60" unit="hours"/>');
    expect(column({ model, events: [use('02-03', 30)], until: '2026-02-28T00:00:00Z' }, 'usage_time_ms')).toEqual([1_800_000]);
  });

  test('units bought in advance are paid whole, used up first, and gone at the end of the cycle (A-31)', () => {
    const model = lenientModelOf(
      `<pricingModel version="1.0"><pricingModelID value="7"/><description/><pricingExpression>${MONTHLY}<basicPricing><billingAttributes>` +
        '<meteredUseCost currency="USD" value="0.10" unit="minutes" prePaidUnits="60"/></billingAttributes></basicPricing></pricingExpression></pricingModel>',
    );
    const events = [use('02-03', 50), use('02-04', 30), use('03-04', 10)];
    expect(column({ model, events, until: '2026-03-28T00:00:00Z' }, 'metered_use_cost')).toEqual(['8.00', '6.00']);
  });

  test('a model with no pricing is free', () => {
    expect(rate({ model: modelOf(''), events: [use('02-03')], until: '2026-03-28T00:00:00Z' })).toMatchObject({ bills: [], totalDueMinor: 0n });
  });
});

describe('when it is charged', () => {
  test('a use at the instant of a boundary belongs to the new cycle (I-CYCLE)', () => {
    const model = basic('<fixedRateUseCost currency="USD" value="0.90"/>');
    expect(column({ model, events: [use('2026-02-28T00:00:00Z')], until: '2026-03-28T00:00:00Z' }, 'use_count')).toEqual([0, 1]);
  });

  test('time is split where a cycle ends; the use counts where it began (ruling 45)', () => {
    const model = basic('<fixedRateUseCost currency="USD" value="1"/><meteredUseCost currency="USD" value="1" unit="hours"/>');
    const scene = { model, events: [use('2026-02-27T23:00:00Z', 180)], until: '2026-03-28T00:00:00Z' };
    expect([column(scene, 'use_count'), column(scene, 'metered_use_cost'), column(scene, 'fixed_rate_use_cost')]).toEqual([
      [1, 0],
      ['1.00', '2.00'],
      ['1.00', '0.00'],
    ]);
  });

  test('overlapping uses add (ruling 45)', () => {
    const model = basic('<meteredUseCost currency="USD" value="1" unit="hours"/>');
    const events = [use('2026-02-03T10:00:00Z', 60), use('2026-02-03T10:30:00Z', 60)];
    expect(column({ model, events, until: '2026-02-28T00:00:00Z' }, 'metered_use_cost')).toEqual(['2.00']);
  });

  test('cycles follow the local midnight through summer time', () => {
    const model = basic('<fixedRateUseCost currency="USD" value="1"/>', '<billingCycle><monthly dayOfMonth="1"/></billingCycle>');
    expect(boundaries({ model, start: '2026-03-01T00:00:00Z', until: '2026-05-31T00:00:00Z', zone: 'Europe/Berlin' })).toEqual([
      '2026-03-01T00:00:00Z',
      '2026-03-31T22:00:00Z',
      '2026-04-30T22:00:00Z',
    ]);
  });

  test('with an instantaneous cycle one use is one bill and one rounding, over all boundaries (ruling 5, I-INSTANT)', () => {
    const model = modelOf(
      '<billingCycle><instantaneous/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="USD" value="0.104"/>' +
        '<meteredUseCost currency="USD" value="0.10" unit="minutes"/></billingAttributes><triggerDefinitions><meteredTrigger billingHistoryScope="1"><triggerEntry><condition type="minutes" value="1000"/></triggerEntry></meteredTrigger>' +
        '<supplementalBillingHistory><billingHistoryEntry scopeID="1"><billingCycle><timePeriod hours="1"/></billingCycle></billingHistoryEntry></supplementalBillingHistory></triggerDefinitions></alternatePricing>',
    );
    const { bills } = rate({ model, events: [use('2026-02-03T10:30:00Z', 90), use('02-04')], until: '2026-02-28T00:00:00Z' });
    expect(bills.map(({ startMs, endMs, amountDue }) => [startMs, endMs, amountDue])).toEqual([
      [at('2026-02-03T10:30:00Z'), at('2026-02-03T10:30:00Z'), 910n],
      [at('02-04'), at('02-04'), 10n],
    ]);
  });

  test('a use that cost more than its quote gives the difference back, and milestones follow the price (ruling 11)', () => {
    const model = basic('<fixedRateUseCost currency="USD" value="0.90"/>');
    const scene = { model, events: [use('02-03', 0, { quote: '0.75' }), use('02-04', 0, { quote: '1.00' })], until: '2026-02-28T00:00:00Z' };
    expect([column(scene, 'subtotal'), column(scene, 'quote_honoured'), column(scene, 'amount_due')]).toEqual([['1.80'], ['0.15'], ['1.65']]);
  });
});
