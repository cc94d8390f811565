import { assert } from '../../src/units/assert.ts';
import type { FundingSource } from './book-port.ts';

/** A payer's credit by where it came from (ruling 3). Sums to the payer's balance of patron-credit. */
export type Funds = Readonly<Partial<Record<FundingSource, bigint>>>;

/** Gifts are spent first, so that what a guest paid in himself is what he gets back. */
const SPENDING_ORDER: readonly FundingSource[] = ['house', 'bonus', 'staff', 'card', 'paid', 'account'];

export function sumFunds(funds: Funds): bigint {
  return SPENDING_ORDER.reduce((sum, source) => sum + (funds[source] ?? 0n), 0n);
}

export function addFunds(left: Funds, right: Funds): Funds {
  const sum: Partial<Record<FundingSource, bigint>> = {};
  for (const source of SPENDING_ORDER) {
    const amount = (left[source] ?? 0n) + (right[source] ?? 0n);
    if (amount > 0n) sum[source] = amount;
  }
  return sum;
}

/** Takes an amount out, gifts first. @returns what was taken and what is left; the amount must be there */
export function takeFunds(funds: Funds, amountMinor: bigint): { readonly taken: Funds; readonly left: Funds } {
  const taken: Partial<Record<FundingSource, bigint>> = {};
  const left: Partial<Record<FundingSource, bigint>> = {};
  let missing = amountMinor;
  for (const source of SPENDING_ORDER) {
    const there = funds[source] ?? 0n;
    const part = there < missing ? there : missing;
    missing -= part;
    if (part > 0n) taken[source] = part;
    if (there - part > 0n) left[source] = there - part;
  }
  assert(missing === 0n, `funds lack ${missing}`);
  return { taken, left };
}

/** How a play counts in the books: as paid as soon as a guest's own money is in it, so that a gift is never booked as paid. */
export function fundingSourceOf(funds: Funds): FundingSource {
  const order: readonly FundingSource[] = ['paid', 'card', 'account', 'staff', 'bonus', 'house'];
  return order.find((source) => (funds[source] ?? 0n) > 0n) ?? 'none';
}

export function fundsText(funds: Funds): string {
  return JSON.stringify(Object.fromEntries(Object.entries(funds).map(([source, amount]) => [source, String(amount)])));
}

export function parseFunds(text: string): Funds {
  const raw = JSON.parse(text) as Readonly<Record<string, string>>;
  const funds: Partial<Record<FundingSource, bigint>> = {};
  for (const source of SPENDING_ORDER) {
    const amount = raw[source];
    if (amount !== undefined) funds[source] = BigInt(amount);
  }
  return funds;
}
