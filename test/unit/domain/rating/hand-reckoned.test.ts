import { expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { prepareModel } from '../../../../src/domain/rating/prepared-model.ts';
import { rateHistory } from '../../../../src/domain/rating/rate-history.ts';
import { openZone } from '../../../../src/domain/rating/zone.ts';
import { parseInstant, ratedJson, readUsageFile } from '../../../../src/wire/rating-json.ts';

/** A case reckoned by hand: what is given, and what is due for each cycle. Of the cases of the requirements each is another mixture. */
interface HandCase {
  readonly why: string;
  readonly expression: string;
  /** `start`, or `start/seconds`, each in 2026 unless it says another year; `accept AMOUNT start`. */
  readonly uses: readonly string[];
  readonly until: string;
  readonly due: readonly string[];
  readonly currency?: string;
  readonly zone?: string;
  readonly start?: string;
  /** Ends of the cycles. */
  readonly ends?: readonly string[];
  /** Fields of single cycles, by their number. */
  readonly fields?: Readonly<Record<number, Readonly<Record<string, unknown>>>>;
}

const MONTHLY = '<billingCycle><monthly dayOfMonth="1"/></billingCycle>';
const cost = (name: string, value: string, rest = '', currency = 'USD'): string => `<${name} currency="${currency}" value="${value}" ${rest}/>`;
const fixed = (value: string, rest = '', currency = 'USD'): string => cost('fixedRateUseCost', value, rest, currency);
const basic = (attributes: string): string => `<basicPricing><billingAttributes>${attributes}</billingAttributes></basicPricing>`;
const alternate = (attributes: string, triggers: string): string =>
  `<alternatePricing><billingAttributes>${attributes}</billingAttributes><triggerDefinitions>${triggers}</triggerDefinitions></alternatePricing>`;
const entry = (condition: string, inner: string): string => `<triggerEntry>${condition === '' ? '' : `<condition ${condition}/>`}${inner}</triggerEntry>`;
const change = (inner: string): string => `<billingModificationAttributes>${inner}</billingModificationAttributes>`;
const instance = (inner: string, scope = ''): string => `<instanceTrigger ${scope}>${inner}</instanceTrigger>`;
const [JAN, FEB] = ['2026-01-10T12:00:00Z', '2026-02-10T12:00:00Z'];
const MARCH = '2026-03-01T00:00:00Z';
const times = (count: number, at: string, seconds = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${at.replace('12:00', `12:0${index}`)}/${seconds}`);

const CASES: readonly HandCase[] = [
  {
    why: 'thirds of a cent gather before they are rounded: 3 x 0.333 = 0.999, and 0.333 alone',
    expression: MONTHLY + basic(fixed('0.333')),
    uses: [...times(3, JAN), ...times(1, FEB)],
    until: MARCH,
    due: ['1.00', '0.33'],
  },
  {
    why: 'one cent, half of it in advance: the advance is rounded up, and nothing is left in arrears',
    expression: MONTHLY + basic(fixed('0.01', 'prePaidPercentage="50"')),
    uses: times(1, JAN),
    until: MARCH,
    due: ['0.01', '0.00'],
    fields: { 0: { pre_paid_fixed_rate_use_cost: '0.01', fixed_rate_use_cost: '0.00' } },
  },
  {
    why: '90 s and 100 s at 0.10 a minute: 190/60 x 0.10 = 0.31666',
    expression: MONTHLY + basic(cost('meteredUseCost', '0.10', 'unit="minutes"')),
    uses: [`${JAN}/90`, '2026-01-11T12:00:00Z/100'],
    until: MARCH,
    due: ['0.32', '0.00'],
    fields: { 0: { usage_time_ms: 190_000 } },
  },
  {
    why: 'yen have no minor unit: 3 x 10.5 = 31.5',
    expression: MONTHLY + basic(fixed('10.5', '', 'JPY')),
    uses: times(3, JAN),
    until: MARCH,
    currency: 'JPY',
    due: ['32', '0'],
  },
  {
    why: 'dinars have a thousand fils: half a fils is one',
    expression: MONTHLY + basic(fixed('0.0005', '', 'KWD')),
    uses: times(1, JAN),
    until: MARCH,
    currency: 'KWD',
    due: ['0.001', '0.000'],
  },
  {
    why: 'a cycle in advance is due whether it is used or not, and the open one is not billed',
    expression: MONTHLY + basic(cost('billingCycleCost', '5', 'prePaidPercentage="100"')),
    uses: [],
    until: '2026-03-15T00:00:00Z',
    due: ['5.00', '5.00'],
    fields: { 0: { pre_paid_billing_cycle_cost: '5.00', billing_cycle_cost: '0.00' } },
  },
  {
    why: 'three instalments of five months',
    expression: MONTHLY + basic(cost('installmentCost', '10', 'number="3"')),
    uses: [],
    until: '2026-06-01T00:00:00Z',
    due: ['10.00', '10.00', '10.00', '0.00', '0.00'],
    fields: { 0: { remaining_installments: 2 }, 2: { remaining_installments: 0 } },
  },
  {
    why: 'the use that reaches a step is at the old rate, and the step ends with its month: 1 + 1 + 0.50 + 0.50, then 1',
    expression: MONTHLY + alternate(fixed('1'), instance(entry('value="2"', change('<fixedRateUseCost currency="USD" reduceByPercent="50"/>')))),
    uses: [...times(4, JAN), ...times(1, FEB)],
    until: MARCH,
    due: ['3.00', '1.00'],
  },
  {
    why: 'basic until the third use, then alternate: 3 x 2 + 2 x 1',
    expression: MONTHLY + basic(fixed('2')) + alternate(fixed('1'), instance(entry('value="3"', ''))),
    uses: times(5, JAN),
    until: MARCH,
    due: ['8.00', '0.00'],
  },
  {
    why: 'a discount of 1 from 3.00 spent on, once a month',
    expression:
      MONTHLY +
      alternate(fixed('1'), `<expenditureTrigger>${entry('type="USD" value="3.00"', '<discountThisCycle currency="USD" value="1"/>')}</expenditureTrigger>`),
    uses: [...times(4, JAN), ...times(2, FEB)],
    until: MARCH,
    due: ['3.00', '2.00'],
  },
  {
    why: 'a discount of the next cycle that finds no charges is carried on, and used by the third: 2 - 1.50',
    expression:
      MONTHLY +
      alternate(
        fixed('1'),
        `<meteredTrigger>${entry('type="minutes" value="1"', '<discountLaterCycle currency="USD" value="1.50" cyclesLater="1"/>')}</meteredTrigger>`,
      ),
    uses: [`${JAN}/60`, ...times(2, '2026-03-10T12:00:00Z')],
    until: '2026-04-01T00:00:00Z',
    due: ['1.00', '0.00', '0.50'],
    fields: { 1: { credit_out: '1.50', amount_due: '0.00' }, 2: { credit_in: '1.50' } },
  },
  {
    why: 'capped at 2.00 by a formula that is reckoned at the close: 5 - max(5 - 2, 0); below the cap nothing is given',
    expression: MONTHLY + alternate(fixed('1'), instance(entry('', '<discountThisCycle currency="USD" formula="max(subtotal - USD(2), USD(0))"/>'))),
    uses: [...times(5, JAN), ...times(1, FEB)],
    until: MARCH,
    due: ['2.00', '1.00'],
  },
  {
    why: 'uses of a quarter: the third of January and February is the last at 1.00',
    expression:
      MONTHLY +
      alternate(
        fixed('1'),
        `${instance(entry('value="3"', change(fixed('0.10'))), 'billingHistoryScope="1"')}<supplementalBillingHistory><billingHistoryEntry scopeID="1"><billingCycle><timePeriod months="3"/></billingCycle></billingHistoryEntry></supplementalBillingHistory>`,
      ),
    uses: [...times(2, JAN), ...times(2, FEB)],
    until: MARCH,
    due: ['2.00', '1.10'],
  },
  {
    why: 'twenty minutes in one piece are cut at the tenth: 10 x 0.10 + 10 x 0.05',
    expression:
      MONTHLY +
      alternate(
        cost('meteredUseCost', '0.10', 'unit="minutes"'),
        `<meteredTrigger>${entry('value="10"', change(cost('meteredUseCost', '0.05', 'unit="minutes"')))}</meteredTrigger>`,
      ),
    uses: [`${JAN}/1200`],
    until: MARCH,
    due: ['1.50', '0.00'],
  },
  {
    why: 'a month of Berlin ends at its own midnight, which summer time moves: half past ten in the evening of UTC is April',
    expression: MONTHLY + basic(fixed('1')),
    start: '2026-02-28T23:00:00Z',
    zone: 'Europe/Berlin',
    uses: ['2026-03-31T21:59:59Z', '2026-03-31T22:30:00Z', '2026-04-01T12:00:00Z'],
    until: '2026-05-01T00:00:00Z',
    due: ['1.00', '2.00'],
    ends: ['2026-03-31T22:00:00Z', '2026-04-30T22:00:00Z'],
  },
  {
    why: 'each use is a bill',
    expression: `<billingCycle><instantaneous/></billingCycle>${basic(fixed('0.90'))}`,
    uses: times(2, JAN),
    until: MARCH,
    due: ['0.90', '0.90'],
  },
  {
    why: 'months from the 31st are clamped, and reckoned from the start: February of a leap year, then March again',
    expression: `<billingCycle><timePeriod months="1"/></billingCycle>${basic(cost('billingCycleCost', '1'))}`,
    start: '2024-01-31T00:00:00Z',
    uses: [],
    until: '2024-04-01T00:00:00Z',
    due: ['1.00', '1.00'],
    ends: ['2024-02-29T00:00:00Z', '2024-03-31T00:00:00Z'],
  },
  {
    why: 'dates of every year',
    expression: `<billingCycle><schedule><dueDate month="7" day="4"/><dueDate month="12" day="25"/></schedule></billingCycle>${basic(cost('billingCycleCost', '3'))}`,
    uses: [],
    until: '2027-01-01T00:00:00Z',
    due: ['3.00', '3.00'],
    ends: ['2026-07-04T00:00:00Z', '2026-12-25T00:00:00Z'],
  },
  {
    why: 'the third Tuesday',
    expression: `<billingCycle><monthly dayOfWeek="Tuesday" ordinal="third"/></billingCycle>${basic(cost('billingCycleCost', '1'))}`,
    uses: [],
    until: MARCH,
    due: ['1.00', '1.00'],
    ends: ['2026-01-20T00:00:00Z', '2026-02-17T00:00:00Z'],
  },
  {
    why: 'bought out for 25 instead of four instalments of 10: nothing but the 25 is due, ever',
    expression:
      MONTHLY +
      alternate(
        cost('installmentCost', '10', 'number="4"'),
        instance(entry('', `<alternatePayment currency="USD" value="25">${change(cost('installmentCost', '0', 'number="0"'))}</alternatePayment>`)),
      ),
    uses: [`accept 25.00 ${JAN}`],
    until: '2026-04-01T00:00:00Z',
    due: ['25.00', '0.00', '0.00'],
    fields: { 0: { simple_flat_rate_cost: '25.00', installment_cost: '0.00' } },
  },
  {
    why: 'another amount than what is on offer buys nothing out',
    expression:
      MONTHLY +
      alternate(
        cost('installmentCost', '10', 'number="4"'),
        instance(entry('', `<alternatePayment currency="USD" value="25">${change(cost('installmentCost', '0', 'number="0"'))}</alternatePayment>`)),
      ),
    uses: [`accept 24.99 ${JAN}`],
    until: MARCH,
    due: ['10.00', '10.00'],
  },
  {
    why: 'steps in a chain, each on the value in force: 10 less 10 %, that less 10 %: 10 + 9 + 8.10',
    expression:
      MONTHLY +
      alternate(fixed('10'), instance([1, 2].map((at) => entry(`value="${at}"`, change('<fixedRateUseCost currency="USD" reduceByPercent="10"/>'))).join(''))),
    uses: times(3, JAN),
    until: MARCH,
    due: ['27.10', '0.00'],
  },
  {
    why: 'two hours over the hour that summer time takes are two hours, and a month of New York ends at its midnight',
    expression: MONTHLY + basic(cost('meteredUseCost', '0.60', 'unit="hours"')),
    zone: 'America/New_York',
    start: '2026-02-01T05:00:00Z',
    uses: ['2026-03-08T06:30:00Z/7200'],
    until: '2026-04-02T00:00:00Z',
    due: ['0.00', '1.20'],
    ends: ['2026-03-01T05:00:00Z', '2026-04-01T04:00:00Z'],
  },
  {
    why: 'the day on which summer time ends has 25 hours',
    expression: `<billingCycle><timePeriod days="1"/></billingCycle>${basic(cost('meteredUseCost', '1', 'unit="hours"'))}`,
    zone: 'Europe/Berlin',
    start: '2026-10-24T22:00:00Z',
    uses: ['2026-10-24T22:00:00Z/90000'],
    until: '2026-10-26T00:00:00Z',
    due: ['25.00'],
    ends: ['2026-10-25T23:00:00Z'],
  },
  {
    why: '150 s of dinars: 2.5 x 0.0125 = 0.03125',
    expression: MONTHLY + basic(cost('meteredUseCost', '0.0125', 'unit="minutes"', 'KWD')),
    currency: 'KWD',
    uses: times(3, JAN, 50),
    until: '2026-02-01T00:00:00Z',
    due: ['0.031'],
  },
  {
    why: 'a quarter of 99 yen in advance is 24.75, rounded to 25; 74 are left',
    expression: MONTHLY + basic(cost('billingCycleCost', '99', 'prePaidPercentage="25"', 'JPY')),
    currency: 'JPY',
    uses: [],
    until: '2026-02-01T00:00:00Z',
    due: ['99'],
    fields: { 0: { pre_paid_billing_cycle_cost: '25', billing_cycle_cost: '74' } },
  },
  {
    why: 'what comes in last happened first',
    expression: MONTHLY + alternate(fixed('1'), instance(entry('value="1"', change(fixed('0.40'))))),
    uses: [FEB, '2026-01-20T12:00:00Z', JAN],
    until: MARCH,
    due: ['1.40', '1.00'],
  },
  {
    why: 'a discount two cycles later finds the March of a January: 1 - 0.75',
    expression: MONTHLY + alternate(fixed('1'), instance(entry('value="1"', '<discountLaterCycle currency="USD" value="0.75" cyclesLater="2"/>'))),
    uses: [JAN, '2026-03-10T12:00:00Z'],
    until: '2026-04-01T00:00:00Z',
    due: ['1.00', '0.00', '0.25'],
  },
  {
    why: 'a tenth of each month comes off the next: 3, 2 - 0.30, and 0.20 are carried on',
    expression: MONTHLY + alternate(fixed('1'), instance(entry('', '<discountLaterCycle currency="USD" formula="subtotal * 0.1" cyclesLater="1"/>'))),
    uses: [...times(3, JAN), ...times(2, FEB)],
    until: '2026-04-01T00:00:00Z',
    due: ['3.00', '1.70', '0.00'],
    fields: { 2: { credit_out: '0.20' } },
  },
  {
    why: 'a flat rate, 40 % in advance: all of it is due in the first cycle, and nothing after',
    expression: MONTHLY + basic(cost('simpleFlatRateCost', '9.99', 'prePaidPercentage="40"')),
    uses: times(1, JAN),
    until: MARCH,
    due: ['9.99', '0.00'],
    fields: { 0: { simple_flat_rate_cost: '9.99' } },
  },
  {
    why: 'five dollars in a year make the sixth use cheaper: 3, then 1 + 1 + 0.60',
    expression:
      MONTHLY +
      alternate(
        fixed('1'),
        `<expenditureTrigger billingHistoryScope="1">${entry('type="USD" value="5"', change('<fixedRateUseCost currency="USD" reduceByValue="0.40"/>'))}</expenditureTrigger><supplementalBillingHistory><billingHistoryEntry scopeID="1"><billingCycle><timePeriod years="1"/></billingCycle></billingHistoryEntry></supplementalBillingHistory>`,
      ),
    uses: [...times(3, JAN), ...times(3, FEB)],
    until: MARCH,
    due: ['3.00', '2.60'],
  },
  {
    why: 'a fee is bought out in its second month: 6, then 15 instead of it, then nothing',
    expression:
      MONTHLY +
      alternate(
        cost('billingCycleCost', '6'),
        instance(entry('', `<alternatePayment currency="USD" value="15">${change(cost('billingCycleCost', '0'))}</alternatePayment>`)),
      ),
    uses: [`accept 15.00 ${FEB}`],
    until: '2026-04-01T00:00:00Z',
    due: ['6.00', '15.00', '0.00'],
    fields: { 1: { simple_flat_rate_cost: '15.00', billing_cycle_cost: '0.00' } },
  },
  {
    why: 'dearer by a tenth after the first: 0.15 + 0.165 is half a cent, and goes up',
    expression: MONTHLY + alternate(fixed('0.15'), instance(entry('value="1"', change('<fixedRateUseCost currency="USD" increaseByPercent="10"/>')))),
    uses: times(2, JAN),
    until: '2026-02-01T00:00:00Z',
    due: ['0.32'],
  },
  {
    why: 'the 30th of February is the 28th',
    expression: `<billingCycle><monthly dayOfMonth="30"/></billingCycle>${basic(cost('billingCycleCost', '2'))}`,
    start: '2026-01-15T00:00:00Z',
    uses: [],
    until: '2026-04-01T00:00:00Z',
    due: ['2.00', '2.00', '2.00'],
    ends: ['2026-01-30T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-30T00:00:00Z'],
  },
  {
    why: 'a month and ten days twice are two months and twenty',
    expression: `<billingCycle><timePeriod months="1" days="10"/></billingCycle>${basic(cost('billingCycleCost', '1'))}`,
    uses: [],
    until: '2026-04-01T00:00:00Z',
    due: ['1.00', '1.00'],
    ends: ['2026-02-11T00:00:00Z', '2026-03-21T00:00:00Z'],
  },
  {
    why: 'a day without month and year is every month’s',
    expression: `<billingCycle><schedule><dueDate day="15"/></schedule></billingCycle>${basic(cost('billingCycleCost', '1'))}`,
    uses: [],
    until: '2026-03-20T00:00:00Z',
    due: ['1.00', '1.00', '1.00'],
    ends: ['2026-01-15T00:00:00Z', '2026-02-15T00:00:00Z', '2026-03-15T00:00:00Z'],
  },
];

function rateCase({ expression, uses, until, currency = 'USD', zone = 'UTC', start = '2026-01-01T00:00:00Z' }: HandCase): Readonly<Record<string, unknown>> {
  const xml = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="h"/><description>h</description><pricingExpression>${expression}</pricingExpression></pricingModel>`;
  const read = readModels(xml, 'strict');
  const [model] = read.models;
  expect(read.errors).toEqual([]);
  const usage = readUsageFile({ licence: { user_id: 'u', resource_id: 'r', start }, currency, time_zone: zone, usage_history: uses.map(asUse) });
  const opened = openZone(zone);
  if (model === undefined || !usage.ok || !opened.ok) throw new Error('the case cannot be read');
  const prepared = prepareModel(model, currency);
  const rated = rateHistory(prepared, { startMs: parseInstant(start) ?? 0, zone: opened.value, events: usage.value.events, untilMs: parseInstant(until) ?? 0 });
  if (!rated.ok) throw new Error(rated.error.message);
  return ratedJson(rated.value, prepared.digits);
}

function asUse(text: string): Readonly<Record<string, string>> {
  if (text.startsWith('accept')) return { type: 'acceptAlternatePayment', amount: text.split(' ')[1] ?? '', at: text.split(' ')[2] ?? '' };
  const [start = '', seconds = '0'] = text.split('/');
  const startMs = parseInstant(start) ?? 0;
  return { type: 'use', start, end: new Date(startMs + 1_000 * Number(seconds)).toISOString() };
}

test.each(CASES)('$why', (given) => {
  const { cycles } = rateCase(given) as { cycles: readonly Readonly<Record<string, unknown>>[] };
  expect(cycles.map(({ amount_due }) => amount_due)).toEqual(given.due);
  if (given.ends) expect(cycles.map(({ end }) => end)).toEqual(given.ends);
  for (const [index, fields] of Object.entries(given.fields ?? {})) expect(cycles[Number(index)]).toMatchObject(fields);
});
