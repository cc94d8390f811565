import { limits } from '../../src/limits.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import type { BookDatabase, Cell } from './book-database.ts';

export interface CashPage {
  readonly page: number;
  readonly hash: string;
}

interface PageColumns {
  readonly page: bigint;
  readonly last_transfer: bigint;
  readonly hash: string;
}

type TransferColumns = Readonly<Record<string, Cell>>;

const TRANSFERS =
  'SELECT id, key, debit, credit, amount_minor, currency, party, play_id, reason, at_ms FROM ledger_transfers WHERE id > ? AND id <= ? ORDER BY id';
/** Before the first page: whatever number a line that somebody put in may have, it is on a page. */
const NO_PAGE: PageColumns = { page: 0n, last_transfer: -(2n ** 62n), hash: '' };

/**
 * Owner of `cash_pages`: the transfers of the ledger by the page. A page's hash covers the hash of the page before it, so that no line of
 * an older page can be changed, added or taken away without every later hash telling; the newest stands on tickets and at the headend.
 */
export class CashPageRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  newest(): CashPage {
    const { page, hash } = this.#last();
    return { page: Number(page), hash };
  }

  /**
   * Inside a transaction: seals what stands after the last page once it fills one.
   * @param short seals a page that is not full, too: a collection ends one
   * @returns the new page, or null where nothing was sealed
   */
  seal(short = false): CashPage | null {
    const last = this.#last();
    const sql = 'SELECT count(*) AS count, coalesce(max(id), 0) AS newest FROM ledger_transfers WHERE id > ?';
    const { count, newest } = this.#database.one<{ readonly count: bigint; readonly newest: bigint }>(sql, last.last_transfer) ?? { count: 0n, newest: 0n };
    if (count < (short ? 1n : BigInt(limits.cashPageLines))) return null;
    const hash = sealOf(last.hash, this.#database.all<TransferColumns>(TRANSFERS, last.last_transfer, newest));
    const page = last.page + 1n;
    this.#database.write('cash-page', 'INSERT INTO cash_pages (page, last_transfer, hash) VALUES (?, ?, ?)', page, newest, hash);
    return { page: Number(page), hash };
  }

  #last(): PageColumns {
    return this.#database.one<PageColumns>('SELECT page, last_transfer, hash FROM cash_pages ORDER BY page DESC LIMIT 1') ?? NO_PAGE;
  }
}

function sealOf(previous: string, transfers: readonly TransferColumns[]): string {
  const lines = transfers.map((row) =>
    canonicalJson(Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell === null ? null : String(cell)]))),
  );
  return sha256Hex([previous, ...lines].join('\n'));
}

export interface CashBookCheck extends CashPage {
  /** Transfers after the last page: not sealed yet. */
  readonly open: number;
  /** In words; null where every page is as it was sealed. */
  readonly problem: string | null;
}

/** Reckons every seal again. `all` reads rows of the book, whoever opened it. */
export function checkCashBook(all: <Row>(sql: string, ...cells: Cell[]) => readonly Row[]): CashBookCheck {
  let last = NO_PAGE;
  for (const row of all<PageColumns>('SELECT page, last_transfer, hash FROM cash_pages ORDER BY page')) {
    const problem = problemOf(last, row, all<TransferColumns>(TRANSFERS, last.last_transfer, row.last_transfer));
    if (problem !== null) return { page: Number(row.page), hash: row.hash, open: 0, problem };
    last = row;
  }
  const open = all<{ readonly count: bigint }>('SELECT count(*) AS count FROM ledger_transfers WHERE id > ?', last.last_transfer)[0]?.count ?? 0n;
  return { page: Number(last.page), hash: last.hash, open: Number(open), problem: null };
}

function problemOf(before: PageColumns, row: PageColumns, transfers: readonly TransferColumns[]): string | null {
  if (BigInt(row.page) !== BigInt(before.page) + 1n) return `Page ${BigInt(before.page) + 1n} of the cash book is missing.`;
  if (transfers.length === 0) return `Page ${row.page} of the cash book has no lines any more.`;
  return sealOf(before.hash, transfers) === row.hash
    ? null
    : `Page ${row.page} of the cash book is not what was sealed: a line of it was changed, added or taken away.`;
}
