import type { AccountName, AccountTotals, Transfer, TransferReason } from '../../domain/ledger/ledger.ts';
import { admitTransfer, balanceOf, findImbalance } from '../../domain/ledger/ledger.ts';
import { assert } from '../../units/assert.ts';
import type { StoreContext } from './store-context.ts';

interface TransferCells extends Omit<Transfer, 'amountMinor'> {
  readonly amountMinor: string;
}

export interface PostedTransfer extends Transfer {
  readonly number: number;
  readonly postedAtMs: number;
}

const TRANSFER = `SELECT number, key, debit, credit, CAST(amount_minor AS TEXT) AS amountMinor, currency, party, play_id AS playId, reason,
  posted_at_ms AS postedAtMs FROM ledger_transfers`;

/** Posts a transfer once. The same key again changes nothing; with another content it is a broken invariant. */
export function postTransfer(context: StoreContext, transfer: Transfer): void {
  const { database } = context;
  const existing = database.one<TransferCells>(`${TRANSFER} WHERE key = ?`, transfer.key);
  const available = transfer.debit === 'earned' ? balanceOf(readTotals(context, transfer.currency), 'earned') : null;
  const verdict = admitTransfer(transfer, existing === null ? null : { ...existing, amountMinor: BigInt(existing.amountMinor) }, available);
  assert(verdict.ok, () => (verdict.ok ? '' : `the headend posts admissible transfers only: ${verdict.error.message}`));
  if (verdict.value === 'already-posted') return;
  insertTransfer(context, transfer);
}

/** Posts a charge whose key the caller has just made: nobody can have posted it. */
export function insertTransfer({ database, clock }: StoreContext, transfer: Transfer): void {
  database.run(
    'INSERT INTO ledger_transfers (key, debit, credit, amount_minor, currency, party, play_id, reason, posted_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    transfer.key,
    transfer.debit,
    transfer.credit,
    transfer.amountMinor,
    transfer.currency,
    transfer.party,
    transfer.playId,
    transfer.reason,
    clock.wallMs(),
  );
}

/** What the ledger holds for one play: bills less adjustments, minor units. */
export function postedFor(context: StoreContext, playId: string): bigint {
  const row = context.database.one<{ minor: string }>(
    `SELECT CAST(coalesce(sum(CASE WHEN credit = 'earned' THEN amount_minor WHEN debit = 'earned' THEN -amount_minor ELSE 0 END), 0) AS TEXT) AS minor
     FROM ledger_transfers WHERE play_id = ?`,
    playId,
  );
  return BigInt(row?.minor ?? '0');
}

export function readCurrencies(context: StoreContext): readonly string[] {
  return context.database.all<{ currency: string }>('SELECT DISTINCT currency FROM ledger_transfers ORDER BY currency').map((row) => row.currency);
}

export function readTotals(context: StoreContext, currency: string): readonly AccountTotals[] {
  const rows = context.database.all<{ account: AccountName; debitMinor: string; creditMinor: string }>(
    `SELECT account, CAST(sum(debit_minor) AS TEXT) AS debitMinor, CAST(sum(credit_minor) AS TEXT) AS creditMinor FROM (
       SELECT debit AS account, amount_minor AS debit_minor, 0 AS credit_minor FROM ledger_transfers WHERE currency = ?
       UNION ALL SELECT credit, 0, amount_minor FROM ledger_transfers WHERE currency = ?) GROUP BY account ORDER BY account`,
    currency,
    currency,
  );
  return rows.map((row) => ({ account: row.account, debitMinor: BigInt(row.debitMinor), creditMinor: BigInt(row.creditMinor) }));
}

/** Sum of `earned` over all currencies; a headend has one currency unless its accounts were moved by hand. */
export function readEarned(context: StoreContext): bigint {
  return readCurrencies(context).reduce((sum, currency) => sum + balanceOf(readTotals(context, currency), 'earned'), 0n);
}

export function readTransfers(context: StoreContext, limit: number): readonly PostedTransfer[] {
  const rows = context.database.all<TransferCells & { number: number; postedAtMs: number; reason: TransferReason }>(
    `${TRANSFER} ORDER BY number DESC LIMIT ?`,
    limit,
  );
  return rows.map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) }));
}

/**
 * What is wrong with the books, in words, or null: debits equal credits; every ended session has one bill, and no other has
 * one; every bill, and every use of a loan, is what the ledger posted for its play, to the minor unit.
 */
export function auditLedger(context: StoreContext): string | null {
  const { database } = context;
  return database.transaction(() => {
    for (const currency of readCurrencies(context)) {
      const imbalance = findImbalance(readTotals(context, currency));
      if (imbalance !== null) return `${currency}: ${imbalance}`;
    }
    const unbilled = database.one<{ sid: string }>(
      "SELECT sid FROM pay_sessions WHERE (state IN ('closed', 'abandoned')) <> (sid IN (SELECT sid FROM bills)) LIMIT 1",
    );
    if (unbilled !== null) return `session ${unbilled.sid}: its state and its bill do not agree`;
    const unequal = database.one<{ sid: string; charged: string; posted: string }>(
      `SELECT b.sid, CAST(b.charged_minor AS TEXT) AS charged, CAST(coalesce(t.posted, 0) AS TEXT) AS posted FROM bills b LEFT JOIN (
         SELECT play_id, sum(CASE WHEN credit = 'earned' THEN amount_minor ELSE -amount_minor END) AS posted FROM ledger_transfers
         WHERE 'earned' IN (debit, credit) GROUP BY play_id) t ON t.play_id = b.play_id WHERE b.charged_minor <> coalesce(t.posted, 0) LIMIT 1`,
    );
    if (unequal !== null) return `session ${unequal.sid}: billed ${unequal.charged}, posted ${unequal.posted}`;
    const unposted = database.one<{ play: string }>(
      `SELECT u.play_id AS play FROM loan_uses u LEFT JOIN ledger_transfers t ON t.key = 'use:' || u.outlet || ':' || u.generation || ':' || u.sequence
       WHERE u.charged_minor <> coalesce(t.amount_minor, 0) LIMIT 1`,
    );
    if (unposted !== null) return `use ${unposted.play} of a loan is not posted as it was billed`;
    const unsettled = database.one<{ play: string }>(
      `SELECT s.play_id AS play FROM settled_statements s LEFT JOIN ledger_transfers t ON t.key = 'unknown-play:' || s.play_id
       WHERE s.charged_minor <> coalesce(t.amount_minor, 0) LIMIT 1`,
    );
    if (unsettled !== null) return `play ${unsettled.play}, which the backup did not know, is not posted as it was billed`;
    const stray = database.one<{ key: string }>(
      `SELECT key FROM ledger_transfers WHERE CASE WHEN play_id IS NULL THEN key NOT GLOB 'cycle:*' AND key NOT GLOB 'debit:*' AND key NOT GLOB 'payment:*' AND key NOT GLOB 'advert:*' AND key NOT GLOB 'fee:*'
         ELSE play_id NOT IN (SELECT play_id FROM billed_plays) END LIMIT 1`,
    );
    return stray === null ? null : `transfer ${stray.key} belongs to no bill`;
  });
}
