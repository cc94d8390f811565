import { type ClassCount, mergeCounts } from '../../src/domain/credit/billing-class.ts';
import type { PaidRanges } from '../../src/domain/credit/paid-ranges.ts';
import { limits } from '../../src/limits.ts';
import type { BookDatabase } from './book-database.ts';
import { BookError } from './book-error.ts';
import type { Book, PaySessionRow } from './book-port.ts';

interface Columns {
  readonly sid: string;
  readonly play_id: string;
  readonly epoch: bigint;
  readonly terms_text: string;
  readonly terms_signature: string;
  readonly receipt: Uint8Array | null;
  readonly receipt_signature: Uint8Array | null;
  readonly counts: string;
  readonly reserved_counter: bigint;
  readonly lost_packets: bigint;
  readonly heard_sample: bigint;
  readonly paid_ranges: string;
  readonly state: 'open' | 'closed';
}

type NewSession = Parameters<Book['openSession']>[0];
type NewReceipt = Parameters<Book['putReceipt']>[1];

/** Owner of `pay_sessions`. */
export class SessionRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  /** The newest session of a play. */
  ofPlay(playId: string): PaySessionRow | null {
    return toSession(this.#database.one<Columns>('SELECT * FROM pay_sessions WHERE play_id = ? ORDER BY id DESC LIMIT 1', playId));
  }

  must(sid: string): PaySessionRow {
    const session = toSession(this.#database.one<Columns>('SELECT * FROM pay_sessions WHERE sid = ?', sid));
    if (session === null) throw new BookError('session-unknown', `No session ${sid} is in the book: open it before anything is acknowledged.`);
    return session;
  }

  /** Idempotent by sid. */
  open(session: NewSession): void {
    this.#database.write(
      'session-open',
      `INSERT INTO pay_sessions (sid, play_id, epoch, terms_text, terms_signature, counts, reserved_counter, lost_packets, heard_sample, state)
       VALUES (?, ?, 0, ?, ?, '[]', 0, 0, 0, 'open') ON CONFLICT (sid) DO NOTHING`,
      ...[session.sid, session.playId, session.termsText, session.termsSignature],
    );
  }

  advanceEpoch(sid: string, epoch: number): void {
    const { epoch: current } = this.must(sid);
    if (epoch < current) throw new BookError('epoch-behind', `Session ${sid} is at epoch ${current}: ask for a new nonce and resume with ${current + 1}.`);
    this.#database.write('session-epoch', 'UPDATE pay_sessions SET epoch = ? WHERE sid = ?', epoch, sid);
  }

  reserveCounters(sid: string, upTo: number): void {
    this.must(sid);
    this.#database.write('session-counters', 'UPDATE pay_sessions SET reserved_counter = max(reserved_counter, ?) WHERE sid = ?', upTo, sid);
  }

  /** Each class merges by its own maximum: a late or repeated receipt never lowers a count (ruling 18). */
  putReceipt(sid: string, receipt: NewReceipt): void {
    const counts = mergeCounts(this.must(sid).counts, receipt.counts);
    this.#database.write(
      'session-receipt',
      `UPDATE pay_sessions SET receipt = ?, receipt_signature = ?, counts = ?, lost_packets = max(lost_packets, ?), heard_sample = max(heard_sample, ?), paid_ranges = ? WHERE sid = ?`,
      ...[receipt.bytes, receipt.signature, JSON.stringify(counts), receipt.lostPackets, receipt.heardSample, JSON.stringify(receipt.paidRanges ?? []), sid],
    );
  }

  /** Closes every session of the play and lets go of the oldest closed ones. */
  closeAll(playId: string): void {
    this.#database.write('session-close', "UPDATE pay_sessions SET state = 'closed' WHERE play_id = ?", playId);
    this.#database.write(
      'session-retention',
      "DELETE FROM pay_sessions WHERE state = 'closed' AND id <= (SELECT max(id) FROM pay_sessions) - ?",
      limits.closedSessionsKept,
    );
  }
}

function toSession(row: Columns | null): PaySessionRow | null {
  if (row === null) return null;
  return {
    sid: row.sid,
    playId: row.play_id,
    epoch: Number(row.epoch),
    termsText: row.terms_text,
    termsSignature: row.terms_signature,
    receipt: row.receipt === null ? null : new Uint8Array(row.receipt),
    receiptSignature: row.receipt_signature === null ? null : new Uint8Array(row.receipt_signature),
    counts: JSON.parse(row.counts) as readonly ClassCount[],
    reservedCounter: Number(row.reserved_counter),
    lostPackets: Number(row.lost_packets),
    paidRanges: JSON.parse(row.paid_ranges) as PaidRanges,
    heardSample: Number(row.heard_sample),
    state: row.state,
  };
}
