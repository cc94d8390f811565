import { describe, expect, test } from 'vitest';
import { explainHistory } from '../../../../src/domain/rating/explain.ts';
import { quoteUse } from '../../../../src/domain/rating/quote-use.ts';
import { add, rationalText, roundToMinor, ZERO } from '../../../../src/units/rational.ts';
import { at, historyOf, modelOf, rate, use } from '../../../fakes/price-scene.ts';
import { asHistory } from '../../../oracle/compare.ts';
import { randomPair } from '../../../oracle/random-pairs.ts';

const model = modelOf(
  '<billingCycle><monthly dayOfMonth="28"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="USD" value="0.90"/><meteredUseCost currency="USD" value="0.05" unit="minutes"/></billingAttributes>' +
    '<triggerDefinitions><instanceTrigger><triggerEntry><condition value="2"/><billingModificationAttributes><fixedRateUseCost currency="USD" reduceByPercent="10"/></billingModificationAttributes></triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing>',
);
const events = [use('02-01', 10, { id: 'e1' }), use('02-02', 0, { id: 'e2' }), use('02-03', 0, { id: 'e3' })];

describe('an explanation', () => {
  test('names events, prices, entries and lines of the model', () => {
    const { model: prepared, history } = historyOf({ model, events, until: '2026-02-28T00:00:00Z' });
    const explained = explainHistory(prepared, history);
    if (!explained.ok) throw new Error(explained.error.message);
    const [cycle] = explained.value.cycles;
    expect(cycle?.columns[0]?.lines.map(({ event, words }) => `${event?.id}: ${words}`)).toEqual([
      'e1: one use at 0.9 (alternatePricing fixedRateUseCost 0.9, line 1)',
      'e2: one use at 0.9 (alternatePricing fixedRateUseCost 0.9, line 1)',
      'e3: one use at 0.81 (alternatePricing fixedRateUseCost 0.9, line 1; reduceByPercent 10, line 1 by instanceTrigger entry 1 (scope 0), line 1)',
    ]);
    expect(cycle?.columns[1]?.lines[0]?.words).toBe('10 min at 0.05 a minute (alternatePricing meteredUseCost 0.05, line 1)');
    expect(cycle?.firings[0]?.words).toContain('fired, as the figure reached 2 uses (I-GE): fixedRateUseCost is now 0.81');
  });

  test('adds up: the lines of every column are its exact amount, and that rounds to the bill, in 300 random histories', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const { model: prepared, history } = asHistory(randomPair(seed));
      const explained = explainHistory(prepared, history);
      if (!explained.ok) throw new Error(explained.error.message);
      for (const { bill, columns } of explained.value.cycles) {
        const sums = new Map(columns.map(({ column, lines }) => [column, lines.reduce((sum, line) => add(sum, line.amount), ZERO)] as const));
        for (const { column, exact } of columns) {
          expect(sums.get(column), `seed ${seed} ${column}`).toEqual(exact);
          const ahead =
            column === 'fixed_rate_use_cost' ? 'pre_paid_fixed_rate_use_cost' : column === 'billing_cycle_cost' ? 'pre_paid_billing_cycle_cost' : null;
          const advance = ahead === null ? ZERO : (sums.get(ahead) ?? ZERO);
          const rounded = roundToMinor(add(exact, advance), prepared.digits) - roundToMinor(advance, prepared.digits);
          expect(bill.columns[column], `seed ${seed} ${column}`).toBe(rounded);
        }
      }
    }
  });
});

describe('a quote', () => {
  test('is what the use then costs, milestones on the way included', () => {
    const { model: prepared, history } = historyOf({ model, events, until: '2026-02-28T00:00:00Z' });
    const quote = quoteUse(prepared, history, at('02-03'), 600_000);
    if (!quote.ok) throw new Error(quote.error.message);
    const without = rate({ model, events: events.slice(0, 2), until: '2026-02-28T00:00:00Z' });
    const played = rate({ model, events: [...events.slice(0, 2), use('02-03', 10)], until: '2026-02-28T00:00:00Z' });
    expect(quote.value.priceMinor).toBe(131n);
    expect(played.totalDueMinor - without.totalDueMinor).toBe(131n);
    expect(rationalText(quote.value.attributes.fixedRateUseCost.value)).toBe('0.81');
  });
});
