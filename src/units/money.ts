import { assert } from './assert.ts';
import { minorDigitsOf } from './iso-4217.ts';
import { decimalText } from './rational.ts';

/** ISO 4217 codes that boxes and accounts can have; models may name any other. */
export const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'KWD'] as const;
/** One amount never mixes two. */
export type Currency = (typeof CURRENCIES)[number];

/** An amount in minor units (cents). Never a float. */
export interface Money {
  readonly minor: bigint;
  readonly currency: Currency;
}

export function money(minor: bigint, currency: Currency): Money {
  return { minor, currency };
}

/** `1.50 EUR`, for people. */
export function formatMoney({ minor, currency }: Money): string {
  return `${decimalText(minor, minorDigits(currency))} ${currency}`;
}

export function minorDigits(currency: Currency): number {
  const digits = minorDigitsOf(currency);
  assert(digits !== null, 'every currency of ours is one of ISO 4217');
  return digits;
}
