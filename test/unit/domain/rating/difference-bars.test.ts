import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barsOf, type DifferenceBar } from '../../../../src/domain/rating/difference-bars.ts';
import { DifferenceTally } from '../../../../src/domain/rating/difference-tally.ts';

function barsFor(differences: readonly bigint[]): readonly DifferenceBar[] {
  const tally = new DifferenceTally();
  for (const difference of differences) tally.add({ beforeMinor: 0n, afterMinor: difference });
  return barsOf(tally.differences());
}

const rows = (bars: readonly DifferenceBar[]): readonly unknown[] =>
  bars.map(({ kind, fromMinor, toMinor, users, beyond }) => [kind, fromMinor, toMinor, users, beyond]);

describe('the bars of a histogram of differences', () => {
  test('no bar mixes who saves with who pays more, and who pays the same stands alone between them', () => {
    expect(rows(barsFor([-2n, -1n, 0n, 0n, 1n, 2n, 2n]))).toEqual([
      ['saves', -2n, -1n, 1, null],
      ['saves', -1n, 0n, 1, null],
      ['same', 0n, 0n, 2, null],
      ['pays', 0n, 1n, 1, null],
      ['pays', 1n, 2n, 2, null],
    ]);
  });

  test('one odd user in an open bar does not flatten the picture of all others', () => {
    const bars = barsFor([...Array.from({ length: 200 }, (_, index) => BigInt(index % 20) + 1n), 1_000_000n]);
    expect(bars.at(-1)).toMatchObject({ kind: 'pays', users: 1, beyond: 'above' });
    expect(bars.length).toBe(21);
  });

  test('nobody with a difference is one bar, and nobody at all none', () => {
    expect(rows(barsFor([0n, 0n]))).toEqual([['same', 0n, 0n, 2, null]]);
    expect(barsFor([])).toEqual([]);
  });

  test('every user stands in exactly one bar that holds them, in ascending bars of one width', () => {
    const amount = fc.oneof(fc.bigInt({ min: -300n, max: 300n }), fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }));
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 120 }), (differences) => {
        const bars = barsFor(differences);
        const inside = (bar: DifferenceBar, minor: bigint): boolean => {
          if (bar.kind === 'same') return minor === 0n;
          if (minor === 0n || minor > 0n !== (bar.kind === 'pays'))
            return bar.beyond !== null && minor !== 0n && (bar.beyond === 'above' ? minor > bar.fromMinor : minor < bar.toMinor);
          const [above, below] = minor > 0n ? [minor > bar.fromMinor, minor <= bar.toMinor] : [minor >= bar.fromMinor, minor < bar.toMinor];
          return (above || bar.beyond === 'below') && (below || bar.beyond === 'above');
        };
        for (const bar of bars) expect(bar.users).toBe(differences.filter((minor) => inside(bar, minor)).length);
        expect(bars.reduce((sum, { users }) => sum + users, 0)).toBe(differences.length);
        expect(bars.length).toBeLessThanOrEqual(30);
        expect(new Set(bars.filter(({ kind }) => kind !== 'same').map(({ fromMinor, toMinor }) => toMinor - fromMinor)).size).toBeLessThanOrEqual(1);
      }),
    );
  });
});
