import { join } from 'node:path';
import Database from 'better-sqlite3';

/** The rows of both books as anybody would read them who has only the two files. Amounts are bigint minor units. */
export interface BoxRows {
  readonly transfers: readonly TransferRow[];
  readonly coins: readonly { readonly source: string; readonly counterEpoch: number; readonly counter: number; readonly valueMinor: bigint }[];
  readonly plays: readonly PlayCells[];
  readonly customerReceipts: readonly string[];
  readonly sessions: readonly { readonly sid: string; readonly playId: string; readonly state: string }[];
  readonly settlements: readonly { readonly sid: string; readonly verdict: string; readonly reason: string }[];
  readonly outbox: readonly RecordCells[];
  readonly outboxState: { readonly generation: string; readonly written: number; readonly acknowledgedThrough: number; readonly quarantined: number };
}

export interface HeadendRows {
  readonly transfers: readonly TransferRow[];
  readonly sessions: readonly { readonly sid: string; readonly playId: string; readonly state: string; readonly termsText: string }[];
  readonly bills: readonly BillCells[];
  readonly signed: readonly { readonly sid: string; readonly class: string; readonly packets: number }[];
  readonly records: readonly RecordCells[];
  readonly quarantined: readonly string[];
}

export interface TransferRow {
  readonly key: string;
  readonly debit: string;
  readonly credit: string;
  readonly amountMinor: bigint;
  readonly party: string | null;
  readonly playId: string | null;
  readonly reason: string;
}

export interface PlayCells {
  readonly playId: string;
  readonly state: string;
  readonly quoteMinor: bigint;
  readonly heldMinor: bigint;
  readonly fundingSource: string;
  readonly chargedMinor: bigint | null;
  readonly refundMinor: bigint | null;
}

export interface RecordCells {
  readonly sequence: number;
  readonly kind: string;
  readonly body: string;
  readonly bodyHash: string;
}

export interface BillCells {
  readonly sid: string;
  readonly playId: string;
  readonly chargedMinor: bigint;
  readonly paidPackets: number;
  readonly basis: string;
  readonly statement: string | null;
}

const TRANSFERS = 'SELECT key, debit, credit, amount_minor AS amountMinor, party, play_id AS playId, reason FROM ledger_transfers';

/** Reads with a handle of its own, and closes it. */
class Reader {
  readonly #database: Database.Database;

  constructor(path: string) {
    this.#database = new Database(path, { readonly: true });
  }

  /** Columns that end in `Minor` are money; all others are plain. */
  all<Row>(sql: string): readonly Row[] {
    const rows = this.#database.prepare(sql).safeIntegers(true).all() as readonly Readonly<Record<string, unknown>>[];
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, name.endsWith('Minor') ? value : plain(value)])) as Row);
  }

  close(): void {
    this.#database.close();
  }
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

export function readBoxBook(folder: string): BoxRows {
  const reader = new Reader(join(folder, 'box.db'));
  const [outboxState] = reader.all<BoxRows['outboxState']>(
    'SELECT generation, written, acknowledged_through AS acknowledgedThrough, quarantined FROM outbox_state',
  );
  if (outboxState === undefined) throw new Error('the book of the box has no outbox');
  const rows: BoxRows = {
    transfers: reader.all(TRANSFERS),
    coins: reader.all('SELECT source, counter_epoch AS counterEpoch, counter, value_minor AS valueMinor FROM coins'),
    plays: reader.all(
      `SELECT play_id AS playId, state, quote_minor AS quoteMinor, held_minor AS heldMinor, funding_source AS fundingSource,
         charged_minor AS chargedMinor, refund_minor AS refundMinor FROM plays`,
    ),
    customerReceipts: reader.all<{ readonly playId: string }>('SELECT play_id AS playId FROM customer_receipts').map(({ playId }) => playId),
    sessions: reader.all('SELECT sid, play_id AS playId, state FROM pay_sessions'),
    settlements: reader.all('SELECT sid, verdict, reason FROM settlements'),
    outbox: reader.all('SELECT sequence, kind, body, body_hash AS bodyHash FROM outbox ORDER BY sequence'),
    outboxState,
  };
  reader.close();
  return rows;
}

export function readHeadendBook(folder: string): HeadendRows {
  const reader = new Reader(join(folder, 'headend.db'));
  const rows: HeadendRows = {
    transfers: reader.all(TRANSFERS),
    sessions: reader.all('SELECT sid, play_id AS playId, state, terms AS termsText FROM pay_sessions'),
    bills: reader.all('SELECT sid, play_id AS playId, charged_minor AS chargedMinor, paid_packets AS paidPackets, basis, statement FROM bills'),
    signed: reader.all("SELECT sid, class, packets FROM session_counts WHERE proof = 'signed'"),
    records: reader.all('SELECT sequence, kind, body, body_hash AS bodyHash FROM usage_records ORDER BY sequence'),
    quarantined: reader
      .all<{ readonly text: string }>("SELECT sequence || ' ' || code || ' ' || reason AS text FROM quarantined_records")
      .map(({ text }) => text),
  };
  reader.close();
  return rows;
}
