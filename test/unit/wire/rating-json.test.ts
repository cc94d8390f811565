import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daysInMonth } from '../../../src/domain/rating/civil.ts';
import { parseInstant, readUsageFile } from '../../../src/wire/rating-json.ts';

const licence = { user_id: 'u', resource_id: 'r', start: '2026-01-28T00:00:00Z' };
const file = (event: unknown) => readUsageFile({ licence, currency: 'USD', time_zone: 'UTC', usage_history: [event] });

describe('a usage file', () => {
  test('gives acknowledged time precedence over start and end (ruling 45)', () => {
    const read = file({ type: 'use', id: 'a', start: '2026-02-01T10:00:00Z', end: '2026-02-01T11:00:00Z', acknowledged_ms: 1_500 });
    expect(read).toMatchObject({ ok: true, value: { events: [{ kind: 'use', id: 'a', durationMs: 1_500 }] } });
  });

  test('takes times with an offset, and none without a zone', () => {
    expect([parseInstant('2026-02-01T10:00:00+01:00'), parseInstant('2026-02-01T10:00:00')]).toEqual([Date.UTC(2026, 1, 1, 9), null]);
  });

  test('knows no day that its month does not have, in any spelling, leap years and all', () => {
    for (const text of ['2026-02-30T00:00:00Z', '2026-02-29T00:00:00.000Z', '2026-04-31T00:00:00+02:00', '1900-02-29T00:00Z', '2026-06-31T12:00:00Z'])
      expect(parseInstant(text), text).toBeNull();
    expect(parseInstant('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29));
    expect(parseInstant('2026-12-31T00:00:00Z')).toBe(Date.UTC(2026, 11, 31));
  });

  test('names the ids over events that differ, and no others', () => {
    const at = (hour: string, id: string) => ({ type: 'use', id, start: `2026-02-01T${hour}:00:00Z` });
    const usage_history = [at('10', 'a'), at('10', 'a'), at('10', 'b'), at('11', 'b'), at('12', ''), at('13', '')];
    const read = readUsageFile({ licence, usage_history });
    expect(read.ok && read.value.conflicts()).toEqual(['b']);
  });

  test('reads plain times just as Date does, but for days that a month has not, quick as it is about it', () => {
    const part = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 70 }).map((number) => String(number).padStart(2, '0')) },
      fc.constantFrom('x1', ' 1', '1/'),
    );
    fc.assert(
      fc.property(fc.tuple(part, part, part, part, part, part, part), ([century, year, month, day, hour, minute, second]) => {
        const text = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
        const judged = /^[\dTZ:-]+$/.test(text) ? Date.parse(text) : Number.NaN;
        const dayIsReal = Number(day) <= daysInMonth(Number(century + year), Number(month));
        expect(parseInstant(text)).toBe(Number.isNaN(judged) || !dayIsReal ? null : judged);
      }),
      { numRuns: 2_000 },
    );
    expect(parseInstant('0000-01-01T00:00:00Z')).toBe(Date.parse('0000-01-01T00:00:00Z'));
    expect(parseInstant('2026-02-28T23:59:59Z')).toBe(Date.UTC(2026, 1, 28, 23, 59, 59));
  });

  test('refuses uses that are longer together than can be counted exactly', () => {
    const start = '2026-02-01T00:00:00Z';
    const long = { type: 'use', start, end: '2036-02-01T00:00:00Z' };
    const read = readUsageFile({ licence, usage_history: Array.from({ length: 30_000 }, () => long) });
    expect(read).toMatchObject({ ok: false, error: { message: expect.stringContaining('longer together than can be counted') } });
  });

  test.each([
    [{ type: 'use', start: 'yesterday' }, 'start must be a time'],
    [{ type: 'use', start: '2026-02-01T10:00:00Z', end: '2026-02-01T09:00:00Z' }, 'not before start'],
    [{ type: 'use', start: '2026-01-01T10:00:00Z' }, "before the licence's start"],
    [{ type: 'use', start: '2026-02-01T10:00:00Z', acknowledged_ms: 0.5 }, 'whole number'],
    [{ type: 'use', start: '2026-02-01T10:00:00Z', end: '2126-02-01T10:00:00Z' }, 'ten years'],
    [{ type: 'acceptAlternatePayment', at: '2026-02-01T10:00:00Z', amount: 72 }, 'decimal text'],
    [{ type: 'refund' }, 'no type of event'],
    [7, 'must be an object'],
  ])('refuses %j', (event, words) => {
    expect(file(event)).toMatchObject({ ok: false, error: { message: expect.stringContaining(words) } });
  });
});
