import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findShareProblem, splitAmount } from '../../../../src/domain/ledger/split-amount.ts';

const shares = (...perMille: readonly number[]) => perMille.map((share, place) => ({ party: `p${place}`, perMille: share }));

test('nothing of an amount is lost or made, and nobody is more than a minor unit off his share', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 6 }).map((places) => {
    const sorted = [0, ...places.sort((left, right) => left - right), 1_000];
    return shares(...sorted.slice(1).map((place, index) => place - (sorted[index] ?? 0)));
  });
  fc.assert(
    fc.property(fc.bigInt({ min: -1_000_000_000_000n, max: 1_000_000_000_000n }), cuts, (amount, parties) => {
      const amounts = splitAmount(amount, parties);
      expect(amounts.reduce((sum, part) => sum + part, 0n)).toBe(amount);
      for (const [place, { perMille }] of parties.entries()) {
        const off = (amounts[place] ?? 0n) * 1_000n - amount * BigInt(perMille);
        expect(off > -1_000n && off < 1_000n).toBe(true);
      }
    }),
  );
});

test('what is left over goes to whose share was cut most, then to the first', () => {
  expect(splitAmount(100n, shares(333, 333, 334))).toEqual([33n, 33n, 34n]);
  expect(splitAmount(1n, shares(500, 500))).toEqual([1n, 0n]);
  expect(splitAmount(-1n, shares(500, 500))).toEqual([-1n, 0n]);
});

test('shares that are not all of it, or twice the same party, are refused in words', () => {
  expect(findShareProblem(shares(500, 500))).toBeNull();
  expect(findShareProblem(shares(500))).toContain('500 thousandths');
  expect(findShareProblem([...shares(500), ...shares(500)])).toContain('twice');
  expect(findShareProblem(shares(-1, 1_001))).toContain('whole number');
});
