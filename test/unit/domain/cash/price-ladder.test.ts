import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coinYield, ladderText, makeLadder, PLAIN_LADDER, parseLadder } from '../../../../src/domain/cash/price-ladder.ts';

function ladder(text: string) {
  const read = parseLadder(text);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

/** Bonus of each coin put in one after the other. */
function bonuses(text: string, coins: readonly number[], extraPercent = 0): readonly number[] {
  let paidIn = 0n;
  return coins.map((coin) => {
    const { bonusMinor } = coinYield(ladder(text), paidIn, BigInt(coin), extraPercent);
    paidIn += BigInt(coin);
    return Number(bonusMinor);
  });
}

describe('a price ladder', () => {
  test.each([
    ['', [100, 500], [0, 0]],
    ['500:100', [100, 100, 500], [0, 0, 100]],
    ['500:100 1000:250', [500, 500], [100, 150]],
    ['500:100 1000:250', [1_000], [250]],
    ['500:100', [500, 500, 100], [100, 100, 0]],
    ['500:100 1000:250', [2_700], [600]],
  ])('%s turns %j into bonuses %j', (text, coins, expected) => {
    expect(bonuses(text, coins)).toEqual(expected);
  });

  test('names the rung that gave the bonus, and none where none did', () => {
    expect(coinYield(ladder('500:100'), 400n, 100n).rung).toEqual({ atMinor: 500n, bonusMinor: 100n });
    expect(coinYield(ladder('500:100'), 0n, 100n).rung).toBeNull();
  });

  test('a bonus hour adds its percent to every coin, and parts of a minor unit fall away', () => {
    expect(bonuses('', [99], 50)).toEqual([49]);
    expect(bonuses('500:100', [500], 100)).toEqual([600]);
  });

  test('however a sum is put in, it brings the same bonus', () => {
    const coins = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(coins, (given) => {
        const sum = given.reduce((total, coin) => total + coin, 0);
        const parts = bonuses('500:100 1000:250 2000:600', given);
        expect(parts.every((bonus) => bonus >= 0)).toBe(true);
        expect(parts.reduce((total, bonus) => total + bonus, 0)).toBe(bonuses('500:100 1000:250 2000:600', [sum])[0]);
      }),
    );
  });

  test.each([
    ['500:100 500:200', 'Two rungs'],
    ['0:0', 'at nothing'],
    ['500:100 1000:100', 'not above'],
    ['100:200', 'more than was paid'],
    ['5.00', 'no rung'],
  ])('refuses %s', (text, words) => {
    const read = parseLadder(text);
    expect(read.ok ? '' : read.error.message).toContain(words);
  });

  test('is written as it is read, lowest rung first', () => {
    expect(ladderText(ladder('1000:250 500:100'))).toBe('500:100 1000:250');
    expect(makeLadder([])).toEqual({ ok: true, value: PLAIN_LADDER });
  });
});
