import { describe, expect, test } from 'vitest';
import { adjustmentsSince } from '../../../../src/domain/rating/adjustments.ts';
import { modelOf, rate, use } from '../../../fakes/price-scene.ts';

const model = modelOf(
  '<billingCycle><monthly dayOfMonth="28"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="USD" value="0.90"/></billingAttributes>' +
    '<triggerDefinitions><instanceTrigger><triggerEntry><condition value="2"/><discountThisCycle currency="USD" value="0.30"/></triggerEntry></instanceTrigger></triggerDefinitions></alternatePricing>',
);
const until = '2026-03-28T00:00:00Z';
const known = [use('02-03', 0, { id: 'a' }), use('03-03', 0, { id: 'b' })];
const late = use('02-01', 0, { id: 'late' });

describe('a closed cycle', () => {
  test('gets lines for what came late, and is never rewritten', () => {
    const closed = rate({ model, events: known, until }).bills;
    const { lines, netMinor, newBills } = adjustmentsSince(closed, [], rate({ model, events: [...known, late], until }).bills);
    expect(lines.map(({ column, billedMinor, replayedMinor }) => [column, billedMinor, replayedMinor])).toEqual([
      ['fixed_rate_use_cost', 90n, 180n],
      ['discount_this_cycle', 0n, 30n],
    ]);
    expect([netMinor, newBills]).toEqual([60n, []]);
  });

  test('gets each line once', () => {
    const closed = rate({ model, events: known, until }).bills;
    const replay = rate({ model, events: [...known, late], until }).bills;
    const { lines } = adjustmentsSince(closed, [], replay);
    expect(adjustmentsSince(closed, lines, replay)).toEqual({ lines: [], newBills: [], netMinor: 0n });
  });

  test('stays as it is when the same event comes again', () => {
    const closed = rate({ model, events: known, until }).bills;
    expect(adjustmentsSince(closed, [], rate({ model, events: [...known, ...known], until }).bills).lines).toEqual([]);
  });

  test('of one instant is billed anew for a late use', () => {
    const instant = modelOf(
      '<billingCycle><instantaneous/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="USD" value="0.25"/></billingAttributes></basicPricing>',
    );
    const closed = rate({ model: instant, events: known, until }).bills;
    const { lines, newBills } = adjustmentsSince(closed, [], rate({ model: instant, events: [...known, late], until }).bills);
    expect([lines, newBills.map(({ amountDue }) => amountDue)]).toEqual([[], [25n]]);
  });
});
