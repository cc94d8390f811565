import { describe, expect, test } from 'vitest';
import { CHECKOUT_FIGURE, CHECKOUT_STATES, type CheckoutState } from '../../../../src/domain/licence/checkout-figure.ts';
import { follow } from '../../../../src/domain/licence/flowchart.ts';

/** The arrows as they are drawn, written down again by hand from document 003, Fig. 9, with rulings B-1 to B-5. */
const CHECKOUT =
  '332 next 334, 334 next 336, 336 next 338, 338 yes 342, 338 no 340, 340 yes 332, 340 no 348, 342 yes 344, 342 no 346, 344 next 336, 346 yes 332, 346 no 348';

const drawn = (text: string): readonly (readonly string[])[] => text.split(', ').map((arrow) => arrow.split(' '));

describe('Fig. 9, checkout and extension', () => {
  test.each(drawn(CHECKOUT))('%s -%s-> %s', (from, on, to) => {
    expect(follow(CHECKOUT_FIGURE, Number(from) as CheckoutState, on as 'next')).toEqual({ ok: true, value: Number(to) });
  });

  test('has no other arrow', () => {
    expect(CHECKOUT_FIGURE.map(({ from, on, to }) => `${from} ${on} ${to}`).join(', ')).toBe(CHECKOUT);
  });
});

test('every state is reached', () => {
  expect([...new Set([332, ...CHECKOUT_FIGURE.map(({ to }) => to)])].sort()).toEqual(Object.keys(CHECKOUT_STATES).map(Number));
});

test('an arrow that is not drawn is refused, and the drawn ones are named', () => {
  expect(follow(CHECKOUT_FIGURE, 340, 'next')).toMatchObject({ ok: false, error: { code: 'no-such-edge', message: expect.stringContaining('yes, no') } });
});
