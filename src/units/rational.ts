import { assert } from './assert.ts';

/** An exact fraction in lowest terms; the denominator is positive. Money is kept so until its cycle closes (I-ROUND). */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

export const ZERO: Rational = { n: 0n, d: 1n };
export const ONE: Rational = { n: 1n, d: 1n };
export const HUNDRED: Rational = { n: 100n, d: 1n };

/** Digits before and after the point that decimal text may have: enough for any price, too few to burden a machine. */
const DECIMAL = /^([+-]?)(\d{1,30})?(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,2}))?$/;
const FRACTION = /^(-?\d{1,2000})\/(\d{1,2000})$/;

export function rational(numerator: bigint, denominator: bigint = 1n): Rational {
  assert(denominator !== 0n, 'a fraction has no denominator 0');
  if (numerator === 0n) return ZERO;
  if (denominator === 1n) return { n: numerator, d: 1n };
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return divisor === 1n ? { n: numerator, d: denominator } : { n: numerator / divisor, d: denominator / divisor };
}

/** @param value a safe integer */
export function fromInteger(value: number): Rational {
  assert(Number.isSafeInteger(value), 'not a safe integer');
  return { n: BigInt(value), d: 1n };
}

/**
 * Reads `12.50`, `.5`, `1e3` (document 002: "scientific notation might be desirable") or `-7/3`, exactly.
 * @returns null where the text is none of them; what an empty text means is for the caller to say
 */
export function parseRational(text: string): Rational | null {
  const fraction = FRACTION.exec(text);
  if (fraction) return BigInt(fraction[2] ?? '0') === 0n ? null : rational(BigInt(fraction[1] ?? '0'), BigInt(fraction[2] ?? '1'));
  const match = DECIMAL.exec(text);
  const [, sign = '', whole = '', part = '', exponent = '0'] = match ?? [];
  if (!match || whole + part === '') return null;
  const power = Number(exponent) - part.length;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${part}`);
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power));
}

/** The text that parseRational reads back: decimal where it is finite and short, else `n/d`. */
export function rationalText(value: Rational): string {
  for (let digits = 0; digits <= 30; digits += 1) {
    const scaled = value.n * 10n ** BigInt(digits);
    if (scaled % value.d === 0n) return decimalText(scaled / value.d, digits);
  }
  return `${value.n}/${value.d}`;
}

export function add(left: Rational, right: Rational): Rational {
  if (left.n === 0n) return right;
  if (right.n === 0n) return left;
  // Whole numbers leave a fraction in lowest terms.
  if (left.d === 1n) return { n: left.n * right.d + right.n, d: right.d };
  if (right.d === 1n) return { n: left.n + right.n * left.d, d: left.d };
  return left.d === right.d ? rational(left.n + right.n, left.d) : rational(left.n * right.d + right.n * left.d, left.d * right.d);
}

export function subtract(left: Rational, right: Rational): Rational {
  return add(left, negate(right));
}

export function multiply(left: Rational, right: Rational): Rational {
  return rational(left.n * right.n, left.d * right.d);
}

/** @param right not zero: an invariant of the caller */
export function divide(left: Rational, right: Rational): Rational {
  return rational(left.n * right.d, left.d * right.n);
}

export function negate(value: Rational): Rational {
  return { n: -value.n, d: value.d };
}

/** Negative, 0 or positive, as left is less than, equal to or greater than right. */
export function compare(left: Rational, right: Rational): number {
  const difference = left.n * right.d - right.n * left.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function larger(left: Rational, right: Rational): Rational {
  return compare(left, right) >= 0 ? left : right;
}

export function smaller(left: Rational, right: Rational): Rational {
  return compare(left, right) <= 0 ? left : right;
}

/** The smallest whole number that is not less. */
export function ceiling(value: Rational): bigint {
  const floor = value.n / value.d;
  return value.n > 0n && value.n % value.d !== 0n ? floor + 1n : floor;
}

/**
 * The one rounding of the system: numerator / denominator to the nearest whole minor unit, halves away from zero
 * (half up on the magnitude; rulings 43, I-ROUND).
 */
export function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  assert(denominator > 0n, 'denominator must be positive');
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/**
 * Money in major units to whole minor units: half up on the magnitude, the one rounding of the system (I-ROUND, ruling 43).
 * @param digits minor digits of the currency: 0, 2 or 3
 */
export function roundToMinor(major: Rational, digits: number): bigint {
  return roundHalfUp(major.n * minorUnits(digits), major.d);
}

export function fromMinor(minor: bigint, digits: number): Rational {
  return rational(minor, minorUnits(digits));
}

/** How many minor units one of the currency is. */
function minorUnits(digits: number): bigint {
  return MINOR_UNITS[digits] ?? 10n ** BigInt(digits);
}

const MINOR_UNITS: readonly bigint[] = [1n, 10n, 100n, 1_000n, 10_000n];

/** Whole minor units as decimal text: 270 with 2 digits is `2.70`. */
export function decimalText(minor: bigint, digits: number): string {
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** @param right not zero */
function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let a = right < 0n ? -right : right;
  // One step first: what is left is smaller than the denominator, which is mostly that of some cents.
  let b = left % a;
  if (b < 0n) b = -b;
  while (a > SAFE) {
    if (b === 0n) return a;
    [a, b] = [b, a % b];
  }
  return BigInt(safeCommonDivisor(Number(a), Number(b)));
}

/** Machine numbers are an order of magnitude quicker, and exact up to here. */
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function safeCommonDivisor(left: number, right: number): number {
  let a = left;
  let b = right;
  while (b > INT32) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return b === 0 ? a : smallCommonDivisor(b, a % b);
}

/** The rest of a division of 32 bits is one instruction, of more a call: most denominators end here. */
function smallCommonDivisor(left: number, right: number): number {
  let a = left | 0;
  let b = right | 0;
  while (b !== 0) {
    const rest = (a % b) | 0;
    a = b;
    b = rest;
  }
  return a;
}

const INT32 = 0x7fff_ffff;
