import { describe, expect, test } from 'vitest';
import { accept, at, column, lenientModelOf, modelOf, rate, use } from '../../../fakes/price-scene.ts';

const MONTHLY = '<billingCycle><monthly dayOfMonth="28"/></billingCycle>';
const LIFETIME =
  '<supplementalBillingHistory><billingHistoryEntry scopeID="1"><billingCycle><timePeriod years="999"/></billingCycle></billingHistoryEntry></supplementalBillingHistory>';

function priced(attributes: string, triggers: string, before = ''): ReturnType<typeof modelOf> {
  const definitions = `<triggerDefinitions>${triggers}</triggerDefinitions>`;
  return modelOf(`${MONTHLY}${before}<alternatePricing><billingAttributes>${attributes}</billingAttributes>${definitions}</alternatePricing>`);
}
const entry = (condition: string, result: string): string => `<triggerEntry>${condition}${result}</triggerEntry>`;
const modify = (change: string): string => `<billingModificationAttributes>${change}</billingModificationAttributes>`;
const FIXED = '<fixedRateUseCost currency="USD" value="1.00"/>';
const cheaper = (percent: number): string => modify(`<fixedRateUseCost currency="USD" reduceByPercent="${percent}"/>`);
const days = (...list: readonly string[]) => list.map((day) => use(day));
const ONE_CYCLE = '2026-02-28T00:00:00Z';
const TWO_CYCLES = '2026-03-28T00:00:00Z';

describe('conditions', () => {
  test('a milestone is met when the figure equals it, and holds from the next use on (I-GE, I-FORWARD)', () => {
    const model = priced(FIXED, `<instanceTrigger>${entry('<condition value="2"/>', cheaper(50))}</instanceTrigger>`);
    expect(column({ model, events: days('02-01', '02-02', '02-03'), until: ONE_CYCLE }, 'fixed_rate_use_cost')).toEqual(['2.50']);
  });

  test('an entry without condition holds from the opening of its period (I-NOCOND)', () => {
    const model = priced(FIXED, `<instanceTrigger>${entry('', cheaper(10))}</instanceTrigger>`);
    expect(column({ model, events: days('02-01', '03-01'), until: TWO_CYCLES }, 'fixed_rate_use_cost')).toEqual(['0.90', '0.90']);
  });

  test('money that is reached inside a session counts from the next posting (I-EXPSPLIT)', () => {
    const half = modify('<meteredUseCost currency="USD" reduceByPercent="50" unit="minutes"/>');
    const model = priced(
      '<meteredUseCost currency="USD" value="0.10" unit="minutes"/>',
      `<expenditureTrigger>${entry('<condition type="USD" value="1.00"/>', half)}</expenditureTrigger>`,
    );
    expect(column({ model, events: [use('02-01', 30), use('02-02', 10)], until: ONE_CYCLE }, 'metered_use_cost')).toEqual(['3.50']);
  });

  test('time reaches a milestone inside a session exactly (I-SPLIT)', () => {
    const half = modify('<meteredUseCost currency="USD" reduceByPercent="50" unit="minutes"/>');
    const model = priced(
      '<meteredUseCost currency="USD" value="0.10" unit="minutes"/>',
      `<meteredTrigger>${entry('<condition type="minutes" value="20"/>', half)}</meteredTrigger>`,
    );
    expect(column({ model, events: [use('02-01', 30)], until: ONE_CYCLE }, 'metered_use_cost')).toEqual(['2.50']);
  });

  test('money is judged gross of discounts (A-29)', () => {
    const first = entry('<condition type="USD" value="1.00"/>', '<discountThisCycle currency="USD" value="1.00"/>');
    const model = priced(FIXED, `<expenditureTrigger>${first}${entry('<condition type="USD" value="2.00"/>', cheaper(50))}</expenditureTrigger>`);
    expect(column({ model, events: days('02-01', '02-02', '02-03'), until: ONE_CYCLE }, 'amount_due')).toEqual(['1.50']);
  });

  test('a closed cycle reads as billed: three times 16.666 are 50.01, one cent more than 49.998 (ruling 44)', () => {
    const change = modify('<billingCycleCost currency="USD" value="1.00"/>');
    const model = priced(
      '<billingCycleCost currency="USD" value="16.666"/>',
      `<expenditureTrigger billingHistoryScope="1">${entry('<condition type="USD" value="50.00"/>', change)}</expenditureTrigger>${LIFETIME}`,
    );
    expect(column({ model, until: '2026-05-28T00:00:00Z' }, 'billing_cycle_cost')).toEqual(['16.67', '16.67', '16.67', '1.00']);
  });
});

describe('what fires', () => {
  test('lasts to the end of the period of its scope, and may come again (I-LATCH)', () => {
    const model = priced(FIXED, `<instanceTrigger>${entry('<condition value="1"/>', cheaper(50))}</instanceTrigger>`);
    expect(column({ model, events: days('02-01', '02-02', '03-01', '03-02'), until: TWO_CYCLES }, 'fixed_rate_use_cost')).toEqual(['1.50', '1.50']);
  });

  test('in a scope of the whole lifetime lasts for the lifetime', () => {
    const model = priced(FIXED, `<instanceTrigger billingHistoryScope="1">${entry('<condition value="1"/>', cheaper(50))}</instanceTrigger>${LIFETIME}`);
    expect(column({ model, events: days('02-01', '03-01', '03-02'), until: TWO_CYCLES }, 'fixed_rate_use_cost')).toEqual(['1.00', '1.00']);
  });

  test('applies in firing order, each change to the value then in force (I-CHAIN)', () => {
    const two =
      entry('<condition value="1"/>', cheaper(10)) + entry('<condition value="1"/>', modify('<fixedRateUseCost currency="USD" reduceByValue="0.10"/>'));
    const model = priced(FIXED, `<instanceTrigger>${two}</instanceTrigger>`);
    expect(column({ model, events: days('02-01', '02-02'), until: ONE_CYCLE }, 'fixed_rate_use_cost')).toEqual(['1.80']);
  });

  test('leaves all other attributes as they are, and value 0 removes one (P-19)', () => {
    const model = priced(
      `${FIXED}<billingCycleCost currency="USD" value="5.00"/>`,
      `<instanceTrigger>${entry('<condition value="1"/>', modify('<fixedRateUseCost currency="USD" value="0"/>'))}</instanceTrigger>`,
    );
    expect(column({ model, events: days('02-01', '02-02'), until: ONE_CYCLE }, 'amount_due')).toEqual(['6.00']);
  });

  test('changes a rate in another unit of time by what that unit is worth', () => {
    const model = priced(
      '<meteredUseCost currency="USD" value="0.10" unit="minutes"/>',
      `<instanceTrigger>${entry('', modify('<meteredUseCost currency="USD" reduceByValue="3.00" unit="hours"/>'))}</instanceTrigger>`,
    );
    expect(column({ model, events: [use('02-01', 60)], until: ONE_CYCLE }, 'metered_use_cost')).toEqual(['3.00']);
  });

  test('puts alternate pricing in the place of basic pricing until its scope period ends (P-23)', () => {
    const before = '<basicPricing><billingAttributes><fixedRateUseCost currency="USD" value="2.00"/></billingAttributes></basicPricing>';
    const model = priced(FIXED, `<instanceTrigger>${entry('<condition value="1"/>', '')}</instanceTrigger>`, before);
    expect(column({ model, events: days('02-01', '02-02', '03-01'), until: TWO_CYCLES }, 'fixed_rate_use_cost')).toEqual(['3.00', '2.00']);
  });

  test('can look at the period before, by our extension (A-27)', () => {
    const model = lenientModelOf(
      `<pricingModel version="1.0"><pricingModelID value="7"/><description/><pricingExpression>${MONTHLY}<alternatePricing><billingAttributes>${FIXED}</billingAttributes><triggerDefinitions>` +
        `<instanceTrigger billingHistoryScope="1">${entry('<condition value="2"/>', cheaper(50))}</instanceTrigger><supplementalBillingHistory>` +
        '<billingHistoryEntry scopeID="1" offset="-1"><billingCycle><monthly dayOfMonth="28"/></billingCycle></billingHistoryEntry></supplementalBillingHistory></triggerDefinitions></alternatePricing></pricingExpression></pricingModel>',
    );
    expect(column({ model, events: days('02-01', '02-02', '03-01', '04-01'), until: '2026-04-28T00:00:00Z' }, 'fixed_rate_use_cost')).toEqual([
      '2.00',
      '0.50',
      '1.00',
    ]);
  });

  test('fires promotions in the cycle in which it fires', () => {
    const model = priced(FIXED, `<instanceTrigger>${entry('<condition value="1"/>', '<promotionalOffer type="advert" value="winter"/>')}</instanceTrigger>`);
    expect(column({ model, events: days('03-01'), until: TWO_CYCLES }, 'promotions')).toEqual([[], [{ type: 'advert', value: 'winter' }]]);
  });
});

describe('discounts', () => {
  test('are granted once per firing, and add up (I-ONCE)', () => {
    const two =
      entry('<condition value="1"/>', '<discountThisCycle currency="USD" value="0.25"/>') +
      entry('<condition value="2"/>', '<discountThisCycle currency="USD" value="0.50"/>');
    const model = priced(FIXED, `<instanceTrigger>${two}</instanceTrigger>`);
    expect(column({ model, events: days('02-01', '02-02', '02-03'), until: ONE_CYCLE }, 'discount_this_cycle')).toEqual(['0.75']);
  });

  test('by formula are reckoned at the close of the cycle, from the rounded columns (I-LAZY, ruling 44)', () => {
    const model = priced(
      '<fixedRateUseCost currency="USD" value="0.333"/>',
      `<instanceTrigger>${entry('<condition value="1"/>', '<discountThisCycle currency="USD" formula="fixed_rate_use_cost * 0.5 + use_count * USD(0.01)"/>')}</instanceTrigger>`,
    );
    // Two uses: 0.666 is billed as 0.67; half of it is 0.335, and 2 cents: 0.355.
    expect(column({ model, events: days('02-01', '02-02'), until: ONE_CYCLE }, 'discount_this_cycle')).toEqual(['0.36']);
  });

  test('for later cycles arrive so many cycles later; what is more than the charges is carried on (I-CARRY)', () => {
    const model = priced(
      FIXED,
      `<instanceTrigger>${entry('<condition value="1"/>', '<discountLaterCycle currency="USD" value="1.50" cyclesLater="2"/>')}</instanceTrigger>`,
    );
    const scene = { model, events: days('02-01', '04-01', '05-01'), until: '2026-05-28T00:00:00Z' };
    expect([column(scene, 'discount_this_cycle'), column(scene, 'amount_due'), column(scene, 'credit_out')]).toEqual([
      ['0.00', '0.00', '1.50', '0.00'],
      ['1.00', '0.00', '0.00', '0.50'],
      ['0.00', '0.00', '0.50', '0.00'],
    ]);
  });

  test('that divide by zero grant nothing', () => {
    const model = priced(FIXED, `<instanceTrigger>${entry('', '<discountThisCycle currency="USD" formula="USD(1) / use_count"/>')}</instanceTrigger>`);
    expect(column({ model, until: ONE_CYCLE }, 'discount_this_cycle')).toEqual(['0.00']);
  });
});

describe('alternate payments', () => {
  const plan = '<installmentCost currency="USD" value="29.95" number="4"/>';
  const done = modify('<installmentCost currency="USD" value="0" number="0"/>');
  const offer = (condition: string, amount: string): string =>
    entry(condition, `<alternatePayment currency="USD" value="${amount}">${done}</alternatePayment>`);
  const model = priced(
    plan,
    `<expenditureTrigger billingHistoryScope="1">${offer('<condition type="USD" value="0"/>', '96.00')}${offer('<condition type="USD" value="29.95"/>', '72.00')}${offer('<condition type="USD" value="59.90"/>', '48.00')}</expenditureTrigger>${LIFETIME}`,
  );

  test('taken end the plan for the licence, and all offers (ruling 42)', () => {
    const scene = { model, events: [accept('02-10', '96.00'), accept('03-10', '72.00')], until: '2026-05-28T00:00:00Z' };
    expect(column(scene, 'amount_due')).toEqual(['96.00', '0.00', '0.00', '0.00']);
    expect(rate(scene)).toMatchObject({
      offers: [{ fromMs: at('2026-01-28T00:00:00Z'), amountMinor: 9_600n }],
      rejections: [{ reason: 'no alternate payment is on offer' }],
    });
  });

  test('are refused at any other amount than the last offer (I-OFFER)', () => {
    const scene = { model, events: [accept('03-10', '96.00')], until: '2026-03-28T00:00:00Z' };
    expect(rate(scene).rejections).toMatchObject([{ reason: 'the amount is not the one on offer' }]);
    expect(column(scene, 'installment_cost')).toEqual(['29.95', '29.95']);
  });

  test('are hidden, and refused, once they are dearer than what is left (A-24)', () => {
    const scene = { model, events: [accept('05-10', '48.00')], until: '2026-05-28T00:00:00Z' };
    expect(rate(scene).rejections).toMatchObject([{ reason: 'no alternate payment is on offer' }]);
  });
});
