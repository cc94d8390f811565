import { assert } from './assert.ts';

/** ISO 4217 code. One amount never mixes two. */
export type Currency = 'EUR' | 'USD' | 'GBP' | 'CHF' | 'JPY' | 'KWD';

export const MINOR_DIGITS: Readonly<Record<Currency, number>> = { EUR: 2, USD: 2, GBP: 2, CHF: 2, JPY: 0, KWD: 3 };

/** An amount in minor units (cents). Never a float. */
export interface Money {
  readonly minor: bigint;
  readonly currency: Currency;
}

export function money(minor: bigint, currency: Currency): Money {
  return { minor, currency };
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

/** `1.50 EUR`, for people. */
export function formatMoney(amount: Money): string {
  const digits = MINOR_DIGITS[amount.currency];
  const negative = amount.minor < 0n;
  const magnitude = (negative ? -amount.minor : amount.minor).toString().padStart(digits + 1, '0');
  const whole = magnitude.slice(0, magnitude.length - digits);
  const fraction = digits === 0 ? '' : `.${magnitude.slice(magnitude.length - digits)}`;
  return `${negative ? '-' : ''}${whole}${fraction} ${amount.currency}`;
}
