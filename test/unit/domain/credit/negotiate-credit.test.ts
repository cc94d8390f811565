import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultCreditTerms, leastWindowPackets, negotiateCredit } from '../../../../src/domain/credit/negotiate-credit.ts';
import { limits } from '../../../../src/limits.ts';

const ours = defaultCreditTerms();

describe('the negotiation of the credit window', () => {
  test('turns the windows of ruling 13 into packets of 20 ms', () => {
    expect(ours).toMatchObject({ creditWindowPackets: 50, receiptWindowPackets: 250, ackEveryPackets: 10, ackIntervalMs: 200, receiptIntervalMs: 2_000 });
    expect(defaultCreditTerms(10)).toMatchObject({ creditWindowPackets: 100, receiptWindowPackets: 500 });
  });

  test('grants what we offer ourselves', () => {
    expect(negotiateCredit(ours)).toEqual({ ok: true, value: ours });
  });

  test('never grants more than asked or more than ours, and what it grants keeps ruling 14', () => {
    const packets = fc.integer({ min: 0, max: 2_000 });
    const asked = fc.record({
      creditWindowPackets: packets,
      receiptWindowPackets: packets,
      lossAllowancePerMille: fc.integer({ min: 0, max: 1_000 }),
      ackEveryPackets: fc.integer({ min: 0, max: 100 }),
      ackIntervalMs: fc.integer({ min: 0, max: 2_000 }),
      receiptIntervalMs: fc.integer({ min: 0, max: 20_000 }),
      challengeEveryMinPackets: packets,
      challengeEveryMaxPackets: packets,
      retransmitDeadlineMs: packets,
      prebufferMs: packets,
      playoutBufferPackets: packets,
    });
    fc.assert(
      fc.property(asked, (terms) => {
        const granted = negotiateCredit(terms);
        if (!granted.ok) return granted.error.code === 'limits';
        const { value } = granted;
        const roundTripPackets = 1_000 / limits.packetMs;
        return (
          value.creditWindowPackets <= Math.min(terms.creditWindowPackets, Math.max(ours.creditWindowPackets, leastWindowPackets(value))) &&
          value.receiptWindowPackets <= Math.min(terms.receiptWindowPackets, ours.receiptWindowPackets) &&
          value.receiptWindowPackets >= value.creditWindowPackets + value.receiptIntervalMs / limits.packetMs + roundTripPackets &&
          value.creditWindowPackets >= 2 * value.ackEveryPackets &&
          value.challengeEveryMinPackets >= value.ackEveryPackets &&
          value.ackEveryPackets >= 1
        );
      }),
    );
  });

  test('lets ACKs come once a second where W bears it, with a challenge for each at most, and more often where it does not', () => {
    const seldom = { ...ours, ackEveryPackets: 50, ackIntervalMs: 1_000 };
    expect(negotiateCredit({ ...seldom, creditWindowPackets: 500 })).toMatchObject({
      value: { creditWindowPackets: 100, ackEveryPackets: 50, ackIntervalMs: 1_000, challengeEveryMinPackets: 50, challengeEveryMaxPackets: 100 },
    });
    expect(negotiateCredit({ ...seldom, creditWindowPackets: 60 })).toMatchObject({
      value: { creditWindowPackets: 60, ackEveryPackets: 30, ackIntervalMs: 600 },
    });
    expect(negotiateCredit(seldom)).toMatchObject({ value: { creditWindowPackets: 50, ackEveryPackets: 25, ackIntervalMs: 500 } });
    expect(negotiateCredit({ ...ours, creditWindowPackets: 500 })).toEqual({ ok: true, value: ours });
  });

  test('takes SRTCP for proof where it is asked for, and gives every message a tag where it is not', () => {
    expect(negotiateCredit({ ...ours, ackAuth: 'srtcp' })).toEqual({ ok: true, value: { ...ours, ackAuth: 'srtcp' } });
    expect(negotiateCredit({ ...ours, ackAuth: 'hmac-sha256-128' })).toEqual({ ok: true, value: ours });
  });

  test.each([
    ['W', { creditWindowPackets: 12 }, /at least W=20/],
    ['R', { receiptWindowPackets: 199 }, /at least R=200/],
    ['the ACK rate', { ackEveryPackets: 0 }, /ACK every 20 ms/],
    ['the receipt rate', { receiptIntervalMs: 100 }, /receipt every 200 ms/],
  ])('names the limit where %s asked for cannot work', (_what, change, message) => {
    expect(negotiateCredit({ ...ours, ...change })).toMatchObject({ ok: false, error: { code: 'limits', message: expect.stringMatching(message) } });
  });
});
