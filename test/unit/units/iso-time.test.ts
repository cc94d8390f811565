import { describe, expect, test } from 'vitest';
import { readIsoTime } from '../../../src/units/iso-time.ts';

describe('an ISO 8601 time', () => {
  test.each([
    ['2026-02-01T20:00:10Z', '2026-02-01T20:00:10.000Z'],
    ['2026-02-01T20:00:10', '2026-02-01T20:00:10.000Z'],
    ['2026-02-01 20:00', '2026-02-01T20:00:00.000Z'],
    ['2026-02-01T20:00:10.25+0130', '2026-02-01T18:30:10.250Z'],
    ['2026-02-28', '2026-02-28T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2026-10-31T23:59:59-01:00', '2026-11-01T00:59:59.000Z'],
  ])('%s is %s wherever it is read', (text, instant) => {
    expect(new Date(readIsoTime(text)).toISOString()).toBe(instant);
  });

  test.each(['', 'yesterday', '1 Feb 2026', '2026', '2026-02-30', '2026-02-29T10:00:00Z', '2026-04-31', '2026-13-01', '2026-02-01T25:00:00Z', '1769976010'])(
    '%j is none',
    (text) => {
      expect(readIsoTime(text)).toBeNaN();
    },
  );
});
