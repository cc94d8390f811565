import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agreePaid } from '../../../../src/domain/credit/agree-paid.ts';
import { type ClassCount, packetsOf } from '../../../../src/domain/credit/billing-class.ts';
import { addIndexes, indexesIn, joinIndexes, NO_INDEXES, type PaidRanges } from '../../../../src/domain/credit/paid-ranges.ts';
import type { Terms } from '../../../../src/domain/credit/terms.ts';
import { limits } from '../../../../src/limits.ts';
import { CREDIT_TERMS } from '../../../fakes/credit-terms.ts';

const PACKETS = 2_000;

function termsWith(more: Partial<Terms> = {}): Terms {
  const nodes = [{ quoteMinor: '50' }, { quoteMinor: '50' }];
  return { packets: PACKETS, nodes, credit: { ...CREDIT_TERMS, receiptWindowPackets: 250 }, ...more } as unknown as Terms;
}

function paid(packets: number, node = 0): ClassCount {
  return { node, billingClass: 'paid', packets };
}

const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 1, max: 9 })), { maxLength: 12 });
const rangesOf = (added: readonly (readonly [number, number])[]): PaidRanges =>
  added.reduce((ranges, [first, packets]) => addIndexes(ranges, first, packets), NO_INDEXES);

describe('what both sides go on from at a resume', () => {
  test('is every packet that either of them knows, counted once, whatever each forgot', () => {
    fc.assert(
      fc.property(runs, runs, (known, claimed) => {
        const [theirs, ours] = [rangesOf(known), rangesOf(claimed)];
        const agreed = agreePaid(termsWith(), { counts: [paid(indexesIn(theirs))], paidRanges: theirs }, { paidRanges: ours, signed: [] });
        if (!agreed.ok) throw new Error(agreed.error.message);
        const both = joinIndexes(theirs, ours);
        expect(agreed.value.paidRanges).toEqual(both);
        expect(packetsOf(agreed.value.counts, 'paid')).toBe(indexesIn(both));
      }),
    );
  });

  test('counts what only the box knew under the price of the packet, and nothing for what is free', () => {
    const parts = [
      { packets: 10, node: 0, billingClass: 'paid' },
      { packets: 10, node: 0, billingClass: 'free' },
      { packets: PACKETS - 20, node: 1, billingClass: 'paid' },
    ] as const;
    const agreed = agreePaid(termsWith({ parts }), { counts: [paid(5)], paidRanges: [[0, 5]] }, { paidRanges: [[0, 30]], signed: [] });
    expect(agreed).toMatchObject({ ok: true, value: { counts: [paid(10), paid(10, 1)] } });
  });

  test('keeps to 512 ranges: the oldest holes are given away, and cost nothing', () => {
    const many: PaidRanges = Array.from({ length: limits.paidRanges + 8 }, (_, at) => [at * 3, 2] as const);
    const agreed = agreePaid(termsWith(), { counts: [paid(indexesIn(many))], paidRanges: many }, { paidRanges: [], signed: [paid(900)] });
    if (!agreed.ok) throw new Error(agreed.error.message);
    expect(agreed.value.paidRanges).toHaveLength(limits.paidRanges);
    expect(agreed.value.paidRanges[0]).toEqual([0, 26]);
    expect(packetsOf(agreed.value.counts, 'paid')).toBe(indexesIn(many));
  });

  test.each([
    [
      'ranges out of order',
      [
        [10, 5],
        [2, 3],
      ],
    ],
    [
      'ranges that touch',
      [
        [0, 5],
        [5, 3],
      ],
    ],
    ['an empty range', [[4, 0]]],
    ['packets beyond the work', [[PACKETS - 1, 2]]],
    ['more than the receipt window above the receipt', [[0, 60 + 251]]],
    ['fewer than the receipt counts', [[0, 59]]],
  ])('refuses %s', (_, paidRanges) => {
    const refused = agreePaid(termsWith(), { counts: [], paidRanges: [] }, { paidRanges, signed: [paid(60)] });
    expect(refused).toMatchObject({ ok: false, error: { code: 'bad-claim' } });
  });
});
