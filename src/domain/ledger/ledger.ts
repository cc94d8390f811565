import { assert } from '../../units/assert.ts';
import type { Fault, Result } from '../../units/result.ts';
import { fault, ok } from '../../units/result.ts';

/**
 * Double entry, for box and headend alike (ruling 3). Every movement is one transfer between two accounts, with a key that makes
 * it happen once. Normal balances: D = debit (what we have or are owed), C = credit (what we owe or have earned).
 *
 * ```
 *  coin      cash-box        -> patron-credit        (box)
 *  card      card-takings    -> patron-credit        (box)
 *  grant     staff-grants    -> patron-credit        (what the house gives: by its staff, or by its ladder as `bonus`)
 *  hold      patron-credit   -> held                 account-debt -> held    (set-top: nothing is prepaid)
 *  house     staff-grants    -> held                 held -> staff-grants    (what the house pays for, and gets back)
 *  charge    held            -> earned
 *  refund    held            -> patron-credit | unclaimed | account-debt
 *  claim     patron-credit   -> unclaimed            unclaimed -> patron-credit (redeemed)
 *  payout    patron-credit   -> refunded             (cash handed back by staff; refunded is credit-normal)
 *  bill      account-debt    -> earned               (headend)
 *  payment   cash-box        -> account-debt         (headend)
 * ```
 * An arrow reads "debit the left, credit the right".
 */
export const ACCOUNTS = {
  'cash-box': 'D',
  'card-takings': 'D',
  'staff-grants': 'D',
  'unexplained-pulses': 'D',
  'account-debt': 'D',
  'patron-credit': 'C',
  held: 'C',
  earned: 'C',
  refunded: 'C',
  unclaimed: 'C',
  'payable-to-headend': 'C',
  'vendor-share': 'C',
} as const;
export type AccountName = keyof typeof ACCOUNTS;

/** One movement. `key` is its idempotency key; the same key with other contents is refused. Amount in minor units, > 0. */
export interface Transfer {
  readonly key: string;
  readonly debit: AccountName;
  readonly credit: AccountName;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Whose credit or debt is meant, where the account is kept per person: payer (box) or account (headend). */
  readonly party: string | null;
  readonly playId: string | null;
  readonly reason: TransferReason;
}

export type TransferReason =
  | 'coin'
  | 'bonus'
  | 'grant'
  | 'hold'
  | 'charge'
  | 'refund'
  | 'claim-issued'
  | 'claim-redeemed'
  | 'payout'
  | 'bill'
  | 'adjustment'
  | 'payment';

export type LedgerFault = Fault<'amount-not-positive' | 'same-account' | 'key-reused' | 'overdrawn'>;

/** What a store must check before it writes a transfer; `existing` is the row with the same key, `available` the balance left to the debit side (credit accounts only). */
export function admitTransfer(transfer: Transfer, existing: Transfer | null, available: bigint | null): Result<'post' | 'already-posted', LedgerFault> {
  if (transfer.amountMinor <= 0n) return fault('amount-not-positive', `A transfer moves more than nothing (${transfer.key}).`);
  if (transfer.debit === transfer.credit) return fault('same-account', `A transfer needs two accounts (${transfer.key}).`);
  if (existing !== null) {
    const same =
      existing.debit === transfer.debit &&
      existing.credit === transfer.credit &&
      existing.amountMinor === transfer.amountMinor &&
      existing.party === transfer.party;
    return same ? ok('already-posted') : fault('key-reused', `Another transfer already has the key ${transfer.key}.`);
  }
  if (available !== null && available < transfer.amountMinor)
    return fault('overdrawn', `Only ${available} left, ${transfer.amountMinor} asked (${transfer.key}).`);
  return ok('post');
}

export interface AccountTotals {
  readonly account: AccountName;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
}

/** Balance on the account's normal side. */
export function balanceOf(totals: readonly AccountTotals[], account: AccountName): bigint {
  const row = totals.find((entry) => entry.account === account);
  if (row === undefined) return 0n;
  return ACCOUNTS[account] === 'D' ? row.debitMinor - row.creditMinor : row.creditMinor - row.debitMinor;
}

/**
 * The books as one equation, or what is wrong with them, in words.
 * Always: money in (coins, cards, grants, account debt) - earned - paid out = credit left (patron credit, held, unclaimed).
 */
export function findImbalance(totals: readonly AccountTotals[]): string | null {
  const debits = totals.reduce((sum, row) => sum + row.debitMinor, 0n);
  const credits = totals.reduce((sum, row) => sum + row.creditMinor, 0n);
  if (debits !== credits) return `debits ${debits} differ from credits ${credits}`;
  for (const account of ['patron-credit', 'held', 'earned', 'unclaimed'] as const) {
    const balance = balanceOf(totals, account);
    if (balance < 0n) return `${account} is ${balance}`;
  }
  const moneyIn =
    balanceOf(totals, 'cash-box') +
    balanceOf(totals, 'card-takings') +
    balanceOf(totals, 'staff-grants') +
    balanceOf(totals, 'unexplained-pulses') +
    balanceOf(totals, 'account-debt');
  const left = balanceOf(totals, 'patron-credit') + balanceOf(totals, 'held') + balanceOf(totals, 'unclaimed');
  const gone = balanceOf(totals, 'earned') + balanceOf(totals, 'refunded') + balanceOf(totals, 'payable-to-headend') + balanceOf(totals, 'vendor-share');
  assert(moneyIn - gone - left === 0n || debits !== credits, 'the equation follows from balanced books');
  return null;
}
