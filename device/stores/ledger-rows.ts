import type { AccountName, AccountTotals, Transfer, TransferReason } from '../../src/domain/ledger/ledger.ts';
import { ACCOUNTS, admitTransfer, findImbalance } from '../../src/domain/ledger/ledger.ts';
import { BrokenInvariant } from '../../src/units/assert.ts';
import type { BookDatabase } from './book-database.ts';
import { BookError } from './book-error.ts';

interface TransferColumns {
  readonly key: string;
  readonly debit: AccountName;
  readonly credit: AccountName;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly party: string | null;
  readonly play_id: string | null;
  readonly reason: TransferReason;
}

interface BalanceColumns {
  readonly account: AccountName;
  readonly debit_minor: bigint;
  readonly credit_minor: bigint;
}

/** Kept per payer; every other account is kept for the whole box. */
const PER_PAYER: ReadonlySet<AccountName> = new Set(['patron-credit', 'held']);
const partyOf = (account: AccountName, party: string | null): string => (PER_PAYER.has(account) ? (party ?? '') : '');

/** Owner of `ledger_transfers` and `ledger_balances`. Call inside a transaction. */
export class LedgerRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  transfer(key: string): Transfer | null {
    const row = this.#database.one<TransferColumns>('SELECT * FROM ledger_transfers WHERE key = ?', key);
    if (row === null) return null;
    return { ...row, amountMinor: row.amount_minor, playId: row.play_id };
  }

  /** Posts once per key; the same key with other contents is refused, and so is money that is not there. */
  post(transfer: Transfer, atMs: number): 'post' | 'already-posted' {
    const available = ACCOUNTS[transfer.debit] === 'C' ? this.balance(transfer.debit, transfer.party) : null;
    const admitted = admitTransfer(transfer, this.transfer(transfer.key), available);
    if (!admitted.ok) {
      if (admitted.error.code === 'key-reused') throw new BookError('key-reused', admitted.error.message);
      throw new BrokenInvariant(admitted.error.message);
    }
    if (admitted.value === 'already-posted') return admitted.value;
    this.#insert(transfer, atMs);
    this.#add(transfer.debit, transfer.party, transfer.amountMinor, 0n);
    this.#add(transfer.credit, transfer.party, 0n, transfer.amountMinor);
    return admitted.value;
  }

  /** On the account's normal side; of one payer where the account is kept per payer. */
  balance(account: AccountName, party: string | null): bigint {
    const row = this.#database.one<BalanceColumns>('SELECT * FROM ledger_balances WHERE account = ? AND party = ?', account, partyOf(account, party));
    if (row === null) return 0n;
    return ACCOUNTS[account] === 'D' ? row.debit_minor - row.credit_minor : row.credit_minor - row.debit_minor;
  }

  totals(): readonly AccountTotals[] {
    const sql = 'SELECT account, sum(debit_minor) AS debit_minor, sum(credit_minor) AS credit_minor FROM ledger_balances GROUP BY account';
    return this.#database.all<BalanceColumns>(sql).map(toTotals);
  }

  /** Adds every transfer up again and compares. Slow on a large book: at the start only. @returns what is wrong, or null */
  audit(): string | null {
    const sql = `SELECT account, sum(debit) AS debit_minor, sum(credit) AS credit_minor FROM (
      SELECT debit AS account, amount_minor AS debit, 0 AS credit FROM ledger_transfers
      UNION ALL SELECT credit, 0, amount_minor FROM ledger_transfers) GROUP BY account`;
    const summed = this.#database.all<BalanceColumns>(sql).map(toTotals);
    const kept = this.totals();
    for (const entry of summed) {
      const row = kept.find((total) => total.account === entry.account);
      if (row === undefined || row.debitMinor !== entry.debitMinor || row.creditMinor !== entry.creditMinor)
        return `the balance of ${entry.account} differs from its transfers`;
    }
    if (kept.length !== summed.length) return 'a balance stands without transfers';
    return findImbalance(kept);
  }

  #insert(transfer: Transfer, atMs: number): void {
    const { key, debit, credit, amountMinor, currency, party, playId, reason } = transfer;
    this.#database.write(
      'ledger-transfer',
      'INSERT INTO ledger_transfers (key, debit, credit, amount_minor, currency, party, play_id, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[key, debit, credit, amountMinor, currency, party, playId, reason, atMs],
    );
  }

  #add(account: AccountName, party: string | null, debitMinor: bigint, creditMinor: bigint): void {
    this.#database.write(
      'ledger-balance',
      `INSERT INTO ledger_balances (account, party, debit_minor, credit_minor) VALUES (?, ?, ?, ?)
       ON CONFLICT (account, party) DO UPDATE SET debit_minor = debit_minor + excluded.debit_minor, credit_minor = credit_minor + excluded.credit_minor`,
      ...[account, partyOf(account, party), debitMinor, creditMinor],
    );
  }
}

function toTotals(row: BalanceColumns): AccountTotals {
  return { account: row.account, debitMinor: row.debit_minor, creditMinor: row.credit_minor };
}
