import { describe, expect, test } from 'vitest';
import { coinKey, countCoins } from '../../../../src/domain/cash/coin-counter.ts';
import { limits } from '../../../../src/limits.ts';

const at = (counter: number, counterEpoch = 1): { counter: number; counterEpoch: number } => ({ counter, counterEpoch });

describe('an absolute coin counter', () => {
  test('tells every coin between two readings, seen or not', () => {
    expect(countCoins(at(5), at(8))).toEqual({ ok: true, value: [6, 7, 8] });
    expect(countCoins(at(5), at(5))).toEqual({ ok: true, value: [] });
  });

  test('starts at zero in a new epoch', () => {
    expect(countCoins(at(5), at(2, 2))).toEqual({ ok: true, value: [1, 2] });
    expect(countCoins(null, at(1))).toEqual({ ok: true, value: [1] });
  });

  test.each([
    ['went back', at(4), 'counter-went-back'],
    ['jumped beyond belief', at(6 + limits.coinsPerReading), 'counter-jumped'],
    ['is no number', at(Number.NaN), 'counter-invalid'],
    ['is negative', at(-1), 'counter-invalid'],
  ])('that %s books nothing', (_name, reading, code) => {
    expect(countCoins(at(5), reading)).toMatchObject({ ok: false, error: { code } });
  });

  test('gives each coin a key of its own', () => {
    expect(coinKey({ source: 'slot', counterEpoch: 2, counter: 9 })).toBe('coin:slot:2:9');
  });
});
