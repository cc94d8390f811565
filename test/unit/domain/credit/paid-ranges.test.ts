import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addIndexes,
  hasIndex,
  highestBelow,
  indexesIn,
  NO_INDEXES,
  type PaidRanges,
  planSpans,
  removeIndex,
  withoutIndexes,
} from '../../../../src/domain/credit/paid-ranges.ts';

const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 12 })), { maxLength: 20 });

describe('ranges of packet indexes', () => {
  test('hold what a set would hold, sorted, disjoint and joined', () => {
    fc.assert(
      fc.property(runs, fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 10 }), (added, removed) => {
        const set = new Set<number>();
        let ranges: PaidRanges = NO_INDEXES;
        for (const [first, packets] of added) {
          ranges = addIndexes(ranges, first, packets);
          for (let index = first; index < first + packets; index += 1) set.add(index);
        }
        for (const index of removed) {
          ranges = removeIndex(ranges, index);
          set.delete(index);
        }
        for (let index = 0; index < 90; index += 1) expect(hasIndex(ranges, index)).toBe(set.has(index));
        expect(indexesIn(ranges)).toBe(set.size);
        ranges.forEach(([first], at) => {
          const before = ranges[at - 1];
          if (before !== undefined) expect(first).toBeGreaterThan(before[0] + before[1]);
        });
      }),
    );
  });
});

describe('what one has and the other has not', () => {
  test('is what sets would leave', () => {
    fc.assert(
      fc.property(runs, runs, (left, right) => {
        const [all, gone] = [left, right].map((added) => added.reduce((ranges, [first, packets]) => addIndexes(ranges, first, packets), NO_INDEXES));
        const kept = withoutIndexes(all ?? [], gone ?? []);
        for (let index = 0; index < 90; index += 1) expect(hasIndex(kept, index)).toBe(hasIndex(all ?? [], index) && !hasIndex(gone ?? [], index));
        expect(highestBelow(all ?? [], 30)).toBe(Array.from({ length: 30 }, (_, at) => 29 - at).find((index) => hasIndex(all ?? [], index)) ?? null);
      }),
    );
  });
});

describe('a plan of spans', () => {
  test('grants again what was paid for and sells the rest', () => {
    const paid: PaidRanges = [
      [0, 40],
      [50, 10],
    ];
    expect(planSpans(paid, 30, 100, { node: 2, fresh: 'paid' })).toEqual([
      { packetIndex: 30, packets: 10, billingClass: 'regrant', node: 2 },
      { packetIndex: 40, packets: 10, billingClass: 'paid', node: 2 },
      { packetIndex: 50, packets: 10, billingClass: 'regrant', node: 2 },
      { packetIndex: 60, packets: 40, billingClass: 'paid', node: 2 },
    ]);
  });

  test('covers every packet from there to the end once, in order, each with its class', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 0, max: 90 }), (added, from) => {
        const paid = added.reduce((ranges, [first, packets]) => addIndexes(ranges, first, packets), NO_INDEXES);
        let at = from;
        for (const plan of planSpans(paid, from, 80, { node: 0, fresh: 'paid' })) {
          expect(plan.packetIndex).toBe(at);
          for (let index = at; index < at + plan.packets; index += 1) expect(hasIndex(paid, index)).toBe(plan.billingClass === 'regrant');
          at += plan.packets;
        }
        expect(at).toBe(Math.max(from, 80));
      }),
    );
  });

  test('has nothing to grant again in a trial', () => {
    expect(planSpans([[0, 10]], 5, 20, { node: 0, fresh: 'trial' })).toEqual([{ packetIndex: 5, packets: 15, billingClass: 'trial', node: 0 }]);
  });
});
