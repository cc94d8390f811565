import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HeardCounts, settlePlay } from '../../../../src/domain/credit/settle-play.ts';
import type { Terms, WorkPart } from '../../../../src/domain/credit/terms.ts';
import { partAt, placedParts, soldByNode, soldPackets } from '../../../../src/domain/credit/work-parts.ts';
import { CREDIT_TERMS } from '../../../fakes/credit-terms.ts';

/** A free intro, the song, a free advert, the rest of the song. */
const PARTS: readonly WorkPart[] = [
  { packets: 500, node: 0, billingClass: 'free' },
  { packets: 1_000, node: 0, billingClass: 'paid' },
  { packets: 250, node: 0, billingClass: 'free' },
  { packets: 1_000, node: 0, billingClass: 'paid' },
];

function termsOf(parts: readonly WorkPart[], quotes: readonly number[], afterTrial: Terms['afterTrial'] = 'restart'): Terms {
  return {
    packets: parts.reduce((sum, { packets }) => sum + packets, 0),
    parts,
    afterTrial,
    credit: { ...CREDIT_TERMS, lossAllowancePerMille: 15 },
    nodes: quotes.map((quote, node) => ({ id: `n${node}`, quoteMinor: String(quote) })),
  } as unknown as Terms;
}

function heard(paid: readonly number[], lostPackets = 0, unheardPaidPackets = 0, trial = 0): HeardCounts {
  const counts = paid.map((packets, node) => ({ node, billingClass: 'paid' as const, packets }));
  return {
    counts: [...counts, { node: 0, billingClass: 'free', packets: 750 }, { node: 0, billingClass: 'trial', packets: trial }],
    unheardPaidPackets,
    lostPackets,
  };
}

describe('a work with a free intro, a paid part and a free advert inside', () => {
  const terms = termsOf(PARTS, [50]);

  test('costs its price when all of it was heard, and nothing for what is free', () => {
    expect(settlePlay(terms, heard([2_000])).chargedMinor).toBe(50n);
    expect(settlePlay(terms, heard([0])).chargedMinor).toBe(0n);
  });

  test('costs half of it when it ends with the advert', () => {
    expect(settlePlay(terms, heard([1_000])).chargedMinor).toBe(25n);
  });

  test('owes nothing for the part of a pre-listen that was free anyway', () => {
    const goesOn = termsOf(PARTS, [50], 'continue');
    expect(settlePlay(goesOn, heard([2_000], 0, 0, 500)).chargedMinor).toBe(50n);
    // 900 packets of trial: 500 of the intro, 400 of the song, which are not payable.
    expect(settlePlay(goesOn, heard([1_600], 0, 0, 900)).chargedMinor).toBe(50n);
    expect(settlePlay(goesOn, heard([800], 0, 0, 900)).chargedMinor).toBe(25n);
  });

  test('says which part a packet lies in, and what of it is sold', () => {
    expect([0, 499, 500, 1_499, 1_500, 1_750, 2_749, 2_750].map((index) => partAt(terms, index)?.billingClass)).toEqual([
      ...['free', 'free', 'paid', 'paid', 'free', 'paid', 'paid'],
      undefined,
    ]);
    expect(soldPackets(terms, 0)).toBe(2_000);
    expect(soldPackets(terms, 0, 1_000)).toBe(1_500);
    expect(soldByNode(terms)).toEqual([
      [
        [500, 1_000],
        [1_750, 1_000],
      ],
    ]);
  });
});

describe('a work with two prices', () => {
  const terms = termsOf(
    [
      { packets: 1_000, node: 0, billingClass: 'paid' },
      { packets: 2_000, node: 1, billingClass: 'paid' },
    ],
    [30, 70],
  );

  test('costs for each what was heard of it, with one rounding', () => {
    expect(settlePlay(terms, heard([1_000, 2_000])).chargedMinor).toBe(100n);
    expect(settlePlay(terms, heard([1_000, 500])).chargedMinor).toBe(48n);
    expect(settlePlay(terms, heard([500, 0])).chargedMinor).toBe(15n);
  });

  test('gives back what was not heard at the end of the last one', () => {
    expect(settlePlay(terms, heard([1_000, 500], 0, 500)).chargedMinor).toBe(30n);
    expect(settlePlay(terms, heard([1_000, 500], 0, 750)).chargedMinor).toBe(23n);
  });

  test('forgives a loss where it was', () => {
    expect(settlePlay(terms, heard([990, 2_000], 10)).chargedMinor).toBe(100n);
    expect(settlePlay(terms, heard([1_000, 1_980], 20)).chargedMinor).toBe(100n);
  });

  test('never more than the quote, and never more for hearing less', () => {
    const count = fc.nat(2_500);
    fc.assert(
      fc.property(count, count, fc.nat(300), fc.nat(500), (first, second, lost, unheard) => {
        const { quoteMinor, chargedMinor, refundMinor } = settlePlay(terms, heard([first, second], lost, unheard));
        expect(chargedMinor + refundMinor).toBe(quoteMinor);
        expect(chargedMinor >= 0n && chargedMinor <= quoteMinor).toBe(true);
        expect(settlePlay(terms, heard([first, second], lost, unheard + 1)).chargedMinor <= chargedMinor).toBe(true);
      }),
    );
  });
});

test('terms without parts have one price from end to end', () => {
  const { parts: _none, ...whole } = termsOf(PARTS, [50]);
  expect(placedParts(whole)).toEqual([{ first: 0, packets: 2_750, node: 0, billingClass: 'paid' }]);
});
