import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccountName, AccountTotals, Transfer } from '../../../../src/domain/ledger/ledger.ts';
import { ACCOUNTS, admitTransfer, balanceOf, findImbalance } from '../../../../src/domain/ledger/ledger.ts';

const COIN: Transfer = { key: 'k', debit: 'cash-box', credit: 'patron-credit', amountMinor: 100n, currency: 'EUR', party: 'p', playId: null, reason: 'coin' };

function code(transfer: Transfer, existing: Transfer | null = null, available: bigint | null = null): string {
  const admitted = admitTransfer(transfer, existing, available);
  return admitted.ok ? admitted.value : admitted.error.code;
}

describe('a transfer', () => {
  test('is posted once per key', () => {
    expect(code(COIN)).toBe('post');
    expect(code(COIN, COIN)).toBe('already-posted');
  });

  test('with another amount, account or party under the same key is refused', () => {
    expect(code({ ...COIN, amountMinor: 99n }, COIN)).toBe('key-reused');
    expect(code({ ...COIN, party: 'q' }, COIN)).toBe('key-reused');
    expect(code({ ...COIN, debit: 'staff-grants' }, COIN)).toBe('key-reused');
    expect(code({ ...COIN, credit: 'unclaimed' }, COIN)).toBe('key-reused');
  });

  test('moves more than nothing, between two accounts, and never more than is there', () => {
    expect(code({ ...COIN, amountMinor: 0n })).toBe('amount-not-positive');
    expect(code({ ...COIN, amountMinor: -1n })).toBe('amount-not-positive');
    expect(code({ ...COIN, credit: 'cash-box' })).toBe('same-account');
    expect(code(COIN, null, 99n)).toBe('overdrawn');
    expect(code(COIN, null, 100n)).toBe('post');
  });
});

describe('the books', () => {
  const names = Object.keys(ACCOUNTS) as AccountName[];
  const line = fc.record({ debit: fc.constantFrom(...names), credit: fc.constantFrom(...names), amount: fc.bigInt({ min: 1n, max: 10_000n }) });

  test('balance after any transfers between any accounts, or name the account below zero', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const totals = names.map((account): AccountTotals => {
          const sum = (side: 'debit' | 'credit'): bigint => lines.filter((entry) => entry[side] === account).reduce((all, { amount }) => all + amount, 0n);
          return { account, debitMinor: sum('debit'), creditMinor: sum('credit') };
        });
        const problem = findImbalance(totals);
        const below = (['patron-credit', 'held', 'earned', 'unclaimed'] as const).find((account) => balanceOf(totals, account) < 0n);
        expect(problem === null).toBe(below === undefined);
        if (below !== undefined) expect(problem).toContain(below);
      }),
    );
  });

  test('that lost one side of a transfer say so', () => {
    expect(findImbalance([{ account: 'cash-box', debitMinor: 100n, creditMinor: 0n }])).toContain('differ');
  });
});
