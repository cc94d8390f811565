import { describe, expect, test } from 'vitest';
import { nextCloseMs, planHistory } from '../../../../src/domain/rating/planned-usage.ts';
import { prepareModel } from '../../../../src/domain/rating/prepared-model.ts';
import { openZone, type Zone } from '../../../../src/domain/rating/zone.ts';
import { instantText, parseInstant } from '../../../../src/wire/rating-json.ts';
import { modelOf } from '../../../fakes/price-scene.ts';

function zoneOf(name: string): Zone {
  const zone = openZone(name);
  if (!zone.ok) throw new Error(zone.error.message);
  return zone.value;
}
const at = (text: string): number => parseInstant(text) ?? Number.NaN;
const modelWith = (cycle: string) =>
  prepareModel(
    modelOf(
      `<billingCycle>${cycle}</billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="USD" value="1"/></billingAttributes></basicPricing>`,
    ),
    'USD',
  );

describe('a plan of so many uses a month', () => {
  test('is spread evenly over months that end on the licence day, clamped to short months', () => {
    const { events, untilMs } = planHistory({ startMs: at('2026-01-31T00:00:00Z'), zone: zoneOf('UTC'), months: 2, usesAMonth: 2, minutesMs: 60_000 });
    expect(instantText(untilMs)).toBe('2026-03-31T00:00:00Z');
    expect(events.map(({ startMs }) => instantText(startMs))).toEqual([
      '2026-02-07T00:00:00Z',
      '2026-02-21T00:00:00Z',
      '2026-03-07T18:00:00Z',
      '2026-03-23T06:00:00Z',
    ]);
  });

  test('keeps its local time of day over a change of the clocks, and no use lies before the licence', () => {
    const zone = zoneOf('Europe/Berlin');
    // The second 02:30 of the night in which the clocks are put back.
    const { startMs, events, untilMs } = planHistory({ startMs: at('2026-10-25T01:30:00Z'), zone, months: 1, usesAMonth: 1_000, minutesMs: 0 });
    expect(events.filter((event) => event.startMs < startMs || event.startMs >= untilMs)).toEqual([]);
    expect(instantText(untilMs)).toBe('2026-11-25T01:30:00Z');
  });

  test('is billed to the close of the cycle under way at its end, and no further where one closes just then', () => {
    const history = planHistory({ startMs: at('2026-01-01T00:00:00Z'), zone: zoneOf('UTC'), months: 3, usesAMonth: 1, minutesMs: 0 });
    expect(instantText(nextCloseMs(modelWith('<monthly dayOfMonth="28"/>'), history))).toBe('2026-04-28T00:00:00Z');
    expect(instantText(nextCloseMs(modelWith('<monthly dayOfMonth="1"/>'), history))).toBe('2026-04-01T00:00:00Z');
    expect(instantText(nextCloseMs(modelWith('<instantaneous/>'), history))).toBe('2026-04-01T00:00:00Z');
  });

  test('ends where no cycle closes any more', () => {
    const history = planHistory({ startMs: at('2026-01-01T00:00:00Z'), zone: zoneOf('UTC'), months: 3, usesAMonth: 1, minutesMs: 0 });
    expect(nextCloseMs(modelWith('<schedule><dueDate year="2026" month="2" day="1"/></schedule>'), history)).toBe(history.untilMs);
  });
});
