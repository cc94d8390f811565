import { describe, expect, test } from 'vitest';
import type { ClassCount } from '../../../../src/domain/credit/billing-class.ts';
import { findImpossible, leavesTrialOut } from '../../../../src/domain/credit/possible-counts.ts';
import type { Terms } from '../../../../src/domain/credit/terms.ts';

const TERMS = {
  packets: 300,
  nodes: [{ quoteMinor: '10' }, { quoteMinor: '90' }],
  parts: [
    { packets: 100, node: 0, billingClass: 'paid' },
    { packets: 50, node: 0, billingClass: 'free' },
    { packets: 150, node: 1, billingClass: 'paid' },
  ],
  trial: { packets: 40 },
} as unknown as Terms;

const of = (billingClass: ClassCount['billingClass'], packets: number, node = 0): ClassCount => ({ node, billingClass, packets });

describe('what a box signs', () => {
  test('is possible as far as the work is sold under each of its prices, and its trial was granted', () => {
    expect(findImpossible(TERMS, [])).toBeNull();
    expect(findImpossible(TERMS, [of('trial', 40), of('paid', 100), of('free', 50), of('paid', 150, 1), of('regrant', 9_999, 1)])).toBeNull();
  });

  test.each([
    ['under a price that the terms do not have', [of('paid', 1, 2)]],
    ['under a price that the terms do not have', [of('free', 1, 2)]],
    ['under a price that the terms do not have', [of('free', 1, 255)]],
    ['under a price that the terms do not have', [of('free', 1, -1)]],
    ['one class twice', [of('paid', 1), of('paid', 2)]],
    ['more paid packets than the work has', [of('paid', 100), of('paid', 201, 1)]],
    ['more paid packets under price 0 than', [of('paid', 101)]],
    ['more paid packets under price 1 than', [of('paid', 151, 1)]],
    ['more trial packets than the terms grant', [of('trial', 30), of('trial', 11, 1)]],
  ])('is not possible: %s', (words, counts) => {
    expect(findImpossible(TERMS, counts)).toContain(words);
  });
});

describe('a trial that is gone on with', () => {
  const terms = { afterTrial: 'continue', credit: { receiptWindowPackets: 250 } } as const;

  test('must stand in what is signed for, but for a receipt window: its packets are not payable', () => {
    expect(leavesTrialOut(terms, [of('trial', 1_500)], [of('trial', 1_250), of('paid', 1)])).toBe(false);
    expect(leavesTrialOut(terms, [of('trial', 1_500)], [of('trial', 1_249), of('paid', 1)])).toBe(true);
    expect(leavesTrialOut(terms, [of('trial', 1_500)], [of('paid', 9_000)])).toBe(true);
  });

  test('may be left out where nothing is paid, or where the work begins again after it', () => {
    expect(leavesTrialOut(terms, [of('trial', 1_500)], [])).toBe(false);
    expect(leavesTrialOut({ ...terms, afterTrial: 'restart' }, [of('trial', 1_500)], [of('paid', 9_000)])).toBe(false);
  });
});
