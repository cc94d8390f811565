import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceilingFor, reachesCeiling, spendingDay, tightestCap } from '../../src/domain/access/spending-caps.ts';

const minor = fc.bigInt({ min: 0n, max: 10n ** 15n });

describe('spending caps', () => {
  test('leave the least that any of them leaves, and never less than nothing', () => {
    const cap = fc.record({ of: fc.constantFrom('viewer' as const, 'account' as const), capMinor: minor, spentMinor: minor });
    fc.assert(
      fc.property(fc.array(cap, { maxLength: 4 }), (caps) => {
        const left = tightestCap(caps)?.leftMinor ?? null;
        expect(left === null).toBe(caps.length === 0);
        for (const { capMinor, spentMinor } of caps) expect((left ?? 0n) <= (capMinor > spentMinor ? capMinor - spentMinor : 0n)).toBe(true);
        expect((left ?? 0n) >= 0n).toBe(true);
      }),
    );
  });

  test('set aside no more than is left, and a whole price or nothing where a work has an end', () => {
    fc.assert(
      fc.property(minor, fc.option(minor, { nil: null }), fc.boolean(), (price, left, byTheMinute) => {
        const ceiling = ceilingFor(price, left, byTheMinute);
        if (left !== null && ceiling !== null) expect(ceiling <= left).toBe(true);
        if (!byTheMinute && ceiling !== null) expect(ceiling).toBe(price);
      }),
    );
  });

  /** A stream that is looked at now and then, at most `aheadMs` late: whatever it costs, it ends under the ceiling. */
  test('stop a stream before it costs more than it may, whatever it costs', () => {
    const stream = fc.record({
      priceMinor: fc.bigInt({ min: 1n, max: 10n ** 9n }),
      ceilingMinor: fc.bigInt({ min: 1n, max: 10n ** 9n }),
      everyMs: fc.integer({ min: 50, max: 1_000 }),
    });
    fc.assert(
      fc.property(stream, ({ priceMinor, ceilingMinor, everyMs }) => {
        const [durationMs, aheadMs] = [3_600_000, 2_000];
        const costs = (ms: number): bigint => (2n * priceMinor * BigInt(Math.min(ms, durationMs)) + BigInt(durationMs)) / (2n * BigInt(durationMs));
        // Jumps to shortly before the end of the money: what is before it never stops.
        const nearMs = Number((ceilingMinor * BigInt(durationMs)) / priceMinor) - 20_000;
        let atMs = Math.max(0, Math.min(nearMs, durationMs));
        while (atMs < durationMs && !reachesCeiling({ paidSoFarMinor: costs(atMs), priceMinor, durationMs, aheadMs, ceilingMinor })) atMs += everyMs;
        const cost = costs(Math.min(durationMs, atMs + aheadMs - everyMs));
        expect((cost <= ceilingMinor && cost <= priceMinor) || atMs === 0).toBe(true);
      }),
    );
  });

  test('count by a day that never comes again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000_000_000_000 }), { minLength: 1 }), (instants) => {
        let day = 0;
        for (const nowMs of instants) {
          const next = spendingDay(nowMs, 7_200_000, day);
          expect(next).toBeGreaterThanOrEqual(day);
          day = next;
        }
      }),
    );
  });
});
