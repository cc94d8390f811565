import { describe, expect, test } from 'vitest';
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
