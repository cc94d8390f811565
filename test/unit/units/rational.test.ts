import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minorDigitsOf } from '../../../src/units/iso-4217.ts';
import {
  add,
  ceiling,
  compare,
  decimalText,
  divide,
  multiply,
  parseRational,
  rational,
  rationalText,
  roundToMinor,
  subtract,
} from '../../../src/units/rational.ts';

// Reduced by machine numbers of 32 bits, of 53, and by large ones.
const wholes = fc.oneof(...[10n, 10n ** 5n, 10n ** 12n, 10n ** 24n].map((most) => fc.bigInt({ min: -most, max: most })));
const fractions = fc
  .tuple(
    wholes,
    wholes.filter((value) => value !== 0n),
  )
  .map(([top, bottom]) => rational(top, bottom));

describe('exact fractions', () => {
  test.each([
    ['0.90', 9n, 10n],
    ['.5', 1n, 2n],
    ['12.', 12n, 1n],
    ['1e3', 1_000n, 1n],
    ['1.5E-1', 3n, 20n],
    ['-7/3', -7n, 3n],
  ])('%s is read exactly', (text, n, d) => {
    expect(parseRational(text)).toEqual({ n, d });
  });

  test.each(['', '.', '$1', '1,5', '0x10', '1e999', '1/0', ' 1', '--1', '9'.repeat(31)])('%j is no number', (text) => {
    expect(parseRational(text)).toBeNull();
  });

  test('obey the laws of arithmetic, whatever their size', () => {
    fc.assert(
      fc.property(fractions, fractions, fractions, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
        if (b.n !== 0n) expect(multiply(divide(a, b), b)).toEqual(a);
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
      }),
    );
  });

  test('are read back from the text they are written as', () => {
    fc.assert(fc.property(fractions, (value) => void expect(parseRational(rationalText(value))).toEqual(value)));
    expect(rationalText(rational(1n, 3n))).toBe('1/3');
    expect(rationalText(rational(9n, 10n))).toBe('0.9');
  });

  test('round half up on the magnitude, to 0, 2 and 3 digits', () => {
    expect([roundToMinor(rational(825n, 1_000n), 2), roundToMinor(rational(-825n, 1_000n), 2)]).toEqual([83n, -83n]);
    expect([roundToMinor(rational(1n, 2n), 0), roundToMinor(rational(125n, 10_000n), 3)]).toEqual([1n, 13n]);
  });

  test('have a ceiling, and amounts a text with all their digits', () => {
    expect([ceiling(rational(7n, 2n)), ceiling(rational(-7n, 2n)), ceiling(rational(4n))]).toEqual([4n, -3n, 4n]);
    expect([decimalText(5n, 2), decimalText(-270n, 2), decimalText(11n, 0), decimalText(13n, 3)]).toEqual(['0.05', '-2.70', '11', '0.013']);
  });

  test('currencies have as many digits as ISO 4217 says', () => {
    expect(['USD', 'JPY', 'KWD', 'XXX', 'usd', ''].map(minorDigitsOf)).toEqual([2, 0, 3, null, null, null]);
  });
});
