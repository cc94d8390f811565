import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HeardCounts, settlePlay } from '../../../../src/domain/credit/settle-play.ts';
import type { Terms } from '../../../../src/domain/credit/terms.ts';
import { CREDIT_TERMS } from '../../../fakes/credit-terms.ts';

const terms = (quoteMinor: number, packets: number, afterTrial: Terms['afterTrial'] = 'restart'): Terms =>
  ({
    packets,
    afterTrial,
    credit: { ...CREDIT_TERMS, lossAllowancePerMille: 15 },
    nodes: [{ id: 'n', quoteMinor: String(quoteMinor) }],
  }) as unknown as Terms;
const heard = (paid: number, lostPackets = 0, unheardPaidPackets = 0, trial = 0): HeardCounts =>
  ({
    counts: [
      { node: 0, billingClass: 'paid', packets: paid },
      { node: 0, billingClass: 'trial', packets: trial },
    ],
    unheardPaidPackets,
    lostPackets,
  }) as unknown as HeardCounts;

describe('what a play costs', () => {
  test.each([
    ['heard whole: the price', heard(5_000), 50n],
    ['heard half: half of it', heard(2_500), 25n],
    ['acknowledged and never heard: given back', heard(2_500, 0, 1_250), 13n],
    ['losses within the allowance are forgiven: the price', heard(4_925, 75), 50n],
    ['twice the allowance lost: what is beyond it is not paid for', heard(4_850, 150), 49n],
    ['half of it lost: half the price', heard(2_500, 2_500), 25n],
    ['nothing heard: nothing', heard(0, 5_000), 0n],
  ])('%s', (_, counts, charged) => {
    expect(settlePlay(terms(50, 5_000), counts)).toEqual({ quoteMinor: 50n, chargedMinor: charged, refundMinor: 50n - charged });
  });

  test('a trial that is gone on with is free: the rest is the whole price', () => {
    expect(settlePlay(terms(50, 5_000, 'continue'), heard(4_000, 0, 0, 1_000)).chargedMinor).toBe(50n);
    expect(settlePlay(terms(50, 5_000, 'restart'), heard(4_000, 0, 0, 1_000)).chargedMinor).toBe(40n);
  });

  test('never more than the quote, never less than nothing, never more for hearing less; and charge and refund are the quote', () => {
    const count = fc.nat(6_000);
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 5_000 }), count, count, count, (quote, packets, paid, lost, unheard) => {
        const of = terms(quote, packets);
        const { quoteMinor, chargedMinor, refundMinor } = settlePlay(of, heard(paid, lost, unheard));
        expect(chargedMinor + refundMinor).toBe(quoteMinor);
        expect(chargedMinor >= 0n && chargedMinor <= quoteMinor).toBe(true);
        expect(settlePlay(of, heard(paid, lost, unheard + 1)).chargedMinor <= chargedMinor).toBe(true);
        // A packet that arrived instead of being lost never makes the play cheaper.
        if (lost > 0) expect(settlePlay(of, heard(paid + 1, lost - 1, unheard)).chargedMinor >= chargedMinor).toBe(true);
      }),
    );
  });
});
