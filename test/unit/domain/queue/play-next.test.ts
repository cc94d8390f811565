import { describe, expect, test } from 'vitest';
import { parsePremium, premiumOf, premiumText } from '../../../../src/domain/queue/play-next.ts';

describe('the premium for being heard next', () => {
  test.each([
    [100n, 0, 50n],
    [100n, 3, 80n],
    [99n, 0, 50n],
    [0n, 9, 0n],
  ])('of a price of %s with %i waiting is %s, half a minor unit rounded up', (quoteMinor, waiting, expected) => {
    expect(premiumOf({ basePercent: 50, perWaitingPercent: 10 }, quoteMinor, waiting)).toBe(expected);
  });

  test('is kept as text and read back', () => {
    const rule = { basePercent: 50, perWaitingPercent: 10 };
    expect(parsePremium(premiumText(rule))).toEqual({ ok: true, value: rule });
  });

  test.each(['', '50', '50 1001', '-1 0', '1 2 3', '0.5 1'])('is not read from %j', (text) => {
    expect(parsePremium(text)).toMatchObject({ ok: false, error: { code: 'bad-premium' } });
  });
});
