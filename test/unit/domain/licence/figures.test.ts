import { describe, expect, test } from 'vitest';
import { CHECKOUT_FIGURE, CHECKOUT_STATES, type CheckoutState } from '../../../../src/domain/licence/checkout-figure.ts';
import { follow } from '../../../../src/domain/licence/flowchart.ts';
import { PRICING_FIGURE, PRICING_STATES, type PricingState, walkPricing } from '../../../../src/domain/licence/pricing-figure.ts';

/** The arrows as they are drawn, written down again by hand from document 003, Fig. 8 and Fig. 9, with rulings B-1 to B-5. */
const PRICING =
  '302 next 304, 304 yes 306, 304 no 314, 306 yes 308, 306 no 312, 308 next 310, 310 next 316, 312 yes 310, 312 no 314, 316 next 318, 318 next 320';
const CHECKOUT =
  '332 next 334, 334 next 336, 336 next 338, 338 yes 342, 338 no 340, 340 yes 332, 340 no 348, 342 yes 344, 342 no 346, 344 next 336, 346 yes 332, 346 no 348';

const drawn = (text: string): readonly (readonly string[])[] => text.split(', ').map((arrow) => arrow.split(' '));

describe('Fig. 8, the pricing process', () => {
  test.each(drawn(PRICING))('%s -%s-> %s', (from, on, to) => {
    expect(follow(PRICING_FIGURE, Number(from) as PricingState, on as 'next')).toEqual({ ok: true, value: Number(to) });
  });

  test('has no other arrow', () => {
    expect(PRICING_FIGURE.map(({ from, on, to }) => `${from} ${on} ${to}`).join(', ')).toBe(PRICING);
  });

  test.each([
    ['a newcomer gets the offers, then access', { policyAllows: true, firstTime: true, inStanding: false }, [302, 304, 306, 308, 310, 316, 318, 320]],
    ['an account in standing gets access', { policyAllows: true, firstTime: false, inStanding: true }, [302, 304, 306, 312, 310, 316, 318, 320]],
    ['an account that is not in standing is logged out', { policyAllows: true, firstTime: false, inStanding: false }, [302, 304, 306, 312, 314]],
    ['whom the policy refuses is logged out first of all', { policyAllows: false, firstTime: true, inStanding: true }, [302, 304, 314]],
  ])('%s', (_, facts, states) => {
    expect(walkPricing(facts)).toEqual(states);
  });
});

describe('Fig. 9, checkout and extension', () => {
  test.each(drawn(CHECKOUT))('%s -%s-> %s', (from, on, to) => {
    expect(follow(CHECKOUT_FIGURE, Number(from) as CheckoutState, on as 'next')).toEqual({ ok: true, value: Number(to) });
  });

  test('has no other arrow', () => {
    expect(CHECKOUT_FIGURE.map(({ from, on, to }) => `${from} ${on} ${to}`).join(', ')).toBe(CHECKOUT);
  });
});

test('every state of both figures is reached', () => {
  const reached = (edges: readonly { readonly to: number }[], first: number): readonly number[] => [...new Set([first, ...edges.map(({ to }) => to)])].sort();
  expect(reached(PRICING_FIGURE, 302)).toEqual(Object.keys(PRICING_STATES).map(Number));
  expect(reached(CHECKOUT_FIGURE, 332)).toEqual(Object.keys(CHECKOUT_STATES).map(Number));
});

test('an arrow that is not drawn is refused, and the drawn ones are named', () => {
  expect(follow(CHECKOUT_FIGURE, 340, 'next')).toMatchObject({ ok: false, error: { code: 'no-such-edge', message: expect.stringContaining('yes, no') } });
});
