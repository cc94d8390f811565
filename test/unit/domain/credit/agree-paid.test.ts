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
        const agreed = agreePaid(termsWith(), { counts: [paid(indexesIn(theirs))], paidRanges: theirs, lostPaid: 0 }, { paidRanges: ours, signed: [] }, null);
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
    const agreed = agreePaid(termsWith({ parts }), { counts: [paid(5)], paidRanges: [[0, 5]], lostPaid: 0 }, { paidRanges: [[0, 30]], signed: [] }, null);
    expect(agreed).toMatchObject({ ok: true, value: { counts: [paid(10), paid(10, 1)] } });
  });

  test('keeps to 512 ranges: the oldest holes are given away, and cost nothing', () => {
    const many: PaidRanges = Array.from({ length: limits.paidRanges + 8 }, (_, at) => [at * 3, 2] as const);
    const agreed = agreePaid(termsWith(), { counts: [paid(indexesIn(many))], paidRanges: many, lostPaid: 0 }, { paidRanges: [], signed: [paid(900)] }, null);
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
    const refused = agreePaid(termsWith(), { counts: [], paidRanges: [], lostPaid: 0 }, { paidRanges, signed: [paid(60)] }, null);
    expect(refused).toMatchObject({ ok: false, error: { code: 'bad-claim' } });
  });
});

describe('what is lost, after a resume', () => {
  /** What became of each packet of the first epoch, by its index. */
  const fates = fc.array(fc.constantFrom('acknowledged', 'given up', 'given up, and came', 'under way', 'under way, and came'), { maxLength: 90 });
  const indexesOf = (fate: readonly string[], kinds: readonly string[]): PaidRanges =>
    fate.reduce((ranges, kind, index) => (kinds.includes(kind) ? addIndexes(ranges, index, 1) : ranges), NO_INDEXES);

  function resume(fate: readonly string[], remembers: boolean) {
    const paidRanges = indexesOf(fate, ['acknowledged']);
    const lostPaid = indexesIn(indexesOf(fate, ['given up', 'given up, and came']));
    const exposed = indexesOf(fate, ['under way', 'under way, and came']);
    const named = indexesOf(fate, ['acknowledged', 'given up, and came', 'under way, and came']);
    const known = { counts: [paid(indexesIn(paidRanges))], paidRanges, lostPaid };
    const agreed = agreePaid(termsWith(), known, { paidRanges: named, signed: [] }, remembers ? { lostPaid, paidRanges, exposed } : null);
    if (!agreed.ok) throw new Error(agreed.error.message);
    return { ...agreed.value, paid: packetsOf(agreed.value.counts, 'paid') };
  }

  test('is what never came, where the sender still knows what it gave away', () => {
    fc.assert(
      fc.property(fates, (fate) => {
        const { paidRanges, lostPaid } = resume(fate, true);
        const [first = 0, packets = 0] = paidRanges.at(-1) ?? [];
        const neverCame = fate.filter((kind, index) => kind === 'given up' || (kind === 'under way' && index < first + packets));
        expect(lostPaid).toBe(neverCame.length);
      }),
    );
  });

  test('and what is paid are never more than was sent, whether or not the sender died in between', () => {
    fc.assert(
      fc.property(fates, fc.boolean(), (fate, remembers) => {
        const { paid: owed, lostPaid } = resume(fate, remembers);
        expect(owed + lostPaid).toBeLessThanOrEqual(fate.length);
      }),
    );
  });

  test('is no more what the box shows to have come: 13 given up, of which 11 lie in its buffer, leave two', () => {
    const fate = [...Array<string>(70).fill('acknowledged'), ...Array<string>(11).fill('given up, and came'), 'given up', 'acknowledged', 'given up'];
    expect(resume(fate, true)).toMatchObject({ paid: 82, lostPaid: 2 });
    expect(resume(fate, false)).toMatchObject({ paid: 82, lostPaid: 2 });
  });

  test('stays the same at a second resume that brings nothing new, whether or not a stream was set up between', () => {
    const fate = ['acknowledged', 'given up', 'given up, and came', 'under way', 'under way, and came', 'under way'];
    const first = resume(fate, true);
    expect(first.lostPaid).toBe(2);
    const memory = { lostPaid: 2, paidRanges: [[0, 1] as const], exposed: [[3, 3] as const] };
    const again = agreePaid(termsWith(), first, { paidRanges: first.paidRanges, signed: [] }, memory);
    expect(again).toMatchObject({ ok: true, value: { lostPaid: first.lostPaid, paidRanges: first.paidRanges } });
    expect(agreePaid(termsWith(), first, { paidRanges: first.paidRanges, signed: [] }, null)).toMatchObject({ ok: true, value: { lostPaid: first.lostPaid } });
  });
});
