import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DifferenceTally, percentileOf } from '../../../../src/domain/rating/difference-tally.ts';

function tallyOf(pairs: readonly (readonly [bigint, bigint])[]): DifferenceTally {
  const tally = new DifferenceTally();
  for (const [beforeMinor, afterMinor] of pairs) tally.add({ beforeMinor, afterMinor });
  return tally;
}

describe('the differences between two models', () => {
  test('tells winners, losers and the unchanged apart, and adds up exactly', () => {
    expect(
      tallyOf([
        [100n, 90n],
        [100n, 130n],
        [50n, 50n],
        [100n, 95n],
      ]).summary(),
    ).toEqual({
      users: 4,
      winners: 2,
      losers: 1,
      unchanged: 1,
      beforeMinor: 350n,
      afterMinor: 365n,
      differenceMinor: 15n,
      savedMinor: 15n,
      addedMinor: 30n,
      spread: { minMinor: -10n, p5Minor: -10n, p50Minor: -5n, p95Minor: 30n, maxMinor: 30n },
    });
  });

  test('has no spread without users', () => {
    expect(tallyOf([]).summary()).toMatchObject({ users: 0, beforeMinor: 0n, savedMinor: 0n, spread: null });
  });

  test('keeps amounts that no float can hold', () => {
    const huge = 10n ** 30n;
    const { differenceMinor, spread } = tallyOf([
      [0n, huge + 1n],
      [0n, huge],
    ]).summary();
    expect([differenceMinor, spread?.p50Minor, spread?.maxMinor]).toEqual([2n * huge + 1n, huge, huge + 1n]);
  });

  test('takes the nearest rank as percentile: of 100 users the 50th and the 95th', () => {
    const differences = tallyOf(Array.from({ length: 100 }, (_, index) => [0n, BigInt(index + 1)])).differences();
    expect([1, 50, 95, 100].map((percent) => percentileOf(differences, percent))).toEqual([1n, 50n, 95n, 100n]);
    expect(percentileOf([], 50)).toBe(null);
  });

  test('agrees with a sorted list of all users, whoever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -50n, max: 50n }), { minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (all, percent) => {
        const sorted = all.toSorted((left, right) => Number(left - right));
        const found = percentileOf(tallyOf(all.map((difference) => [1_000n, 1_000n + difference])).differences(), percent);
        const covered = sorted.filter((difference) => difference <= (found ?? 0n)).length;
        const below = sorted.filter((difference) => difference < (found ?? 0n)).length;
        expect(sorted).toContain(found);
        // At least so many do not exceed it, and no smaller difference has that property.
        expect(100 * covered >= percent * all.length && 100 * below < percent * all.length).toBe(true);
      }),
    );
  });
});
