import type { CatalogueWork } from '../../src/wire/http-api.ts';
import type { ReturnRequest } from '../../src/wire/licence-api.ts';
import { parseLoanTerms } from '../../src/wire/loan-text.ts';
import type { BookDatabase } from './book-database.ts';
import type { LoanPlayRow, LoanRow, NewLoan } from './loan-port.ts';

interface Columns {
  readonly licence: string;
  readonly work_id: string;
  readonly state: LoanRow['state'];
  readonly work: string;
  readonly terms_text: string;
  readonly terms_signature: string;
  readonly segments: string;
  readonly key_number: bigint | null;
  readonly wrapped_key: Uint8Array | null;
  readonly sealed_lease: Uint8Array | null;
  readonly uses: bigint;
  readonly heard_ms: bigint;
  readonly brought: string | null;
  readonly declined: bigint;
}

interface PlayColumns {
  readonly licence: string;
  readonly terms_text: string;
  readonly work: string;
  readonly heard_sample: bigint;
  readonly trial_packets: bigint;
}

/** Owner of `loans` and `loan_plays`. Call writes inside a transaction. */
export class LoanRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  all(): readonly LoanRow[] {
    return this.#database.all<Columns>('SELECT * FROM loans ORDER BY rowid').map(toLoan);
  }

  get(licence: string): LoanRow | null {
    const row = this.#database.one<Columns>('SELECT * FROM loans WHERE licence = ?', licence);
    return row === null ? null : toLoan(row);
  }

  /** New terms of a loan that is there (a renewal) leave its keys and its use as they are. */
  put(loan: NewLoan): void {
    this.#database.write(
      'loan-put',
      `INSERT INTO loans (licence, work_id, state, work, terms_text, terms_signature, segments) VALUES (?, ?, 'held', ?, ?, ?, ?)
       ON CONFLICT (licence) DO UPDATE SET work = excluded.work, terms_text = excluded.terms_text, terms_signature = excluded.terms_signature,
         segments = excluded.segments, declined = 0`,
      ...[loan.licence, loan.work.id, JSON.stringify(loan.work), loan.termsText, loan.termsSignature, JSON.stringify(loan.segments)],
    );
  }

  putKeys(licence: string, keys: { readonly number: number; readonly wrapped: Uint8Array; readonly sealedLease: Uint8Array | null }): void {
    const sql = "UPDATE loans SET key_number = ?, wrapped_key = ?, sealed_lease = ? WHERE licence = ? AND state = 'held'";
    this.#database.write('loan-keys', sql, keys.number, keys.wrapped, keys.sealedLease, licence);
  }

  /** The keys go with it: what lies on the disk can not be opened any more. */
  end(licence: string, state: LoanRow['state'], brought: ReturnRequest | null): void {
    const sql = 'UPDATE loans SET state = ?, brought = ?, key_number = NULL, wrapped_key = NULL, sealed_lease = NULL WHERE licence = ?';
    this.#database.write('loan-end', sql, state, brought === null ? null : JSON.stringify(brought), licence);
  }

  decline(licence: string): void {
    this.#database.write('loan-decline', 'UPDATE loans SET declined = 1 WHERE licence = ?', licence);
  }

  forget(licence: string): void {
    this.#database.write('loan-forget', 'DELETE FROM loans WHERE licence = ?', licence);
  }

  openPlay(playId: string, licence: string): void {
    const sql = `INSERT INTO loan_plays (play_id, licence, terms_text, work) SELECT ?, licence, terms_text, work FROM loans WHERE licence = ?
      ON CONFLICT (play_id) DO NOTHING`;
    this.#database.write('loan-play', sql, playId, licence);
  }

  play(playId: string): LoanPlayRow | null {
    const row = this.#database.one<PlayColumns>('SELECT * FROM loan_plays WHERE play_id = ?', playId);
    if (row === null) return null;
    const { licence, terms_text: termsText } = row;
    const work = JSON.parse(row.work) as CatalogueWork;
    return { playId, licence, termsText, work, heardSample: Number(row.heard_sample), trialPackets: Number(row.trial_packets) };
  }

  noteHeard({ playId, heardSample, trialPackets }: Pick<LoanPlayRow, 'playId' | 'heardSample' | 'trialPackets'>): void {
    const sql = 'UPDATE loan_plays SET heard_sample = max(heard_sample, ?), trial_packets = ? WHERE play_id = ?';
    this.#database.write('loan-heard', sql, heardSample, trialPackets, playId);
  }

  /** @param heardMs null where it was only tried */
  closePlay(playId: string, heardMs: number | null): void {
    const sql = 'UPDATE loans SET uses = uses + 1, heard_ms = heard_ms + ? WHERE licence = (SELECT licence FROM loan_plays WHERE play_id = ?)';
    if (heardMs !== null) this.#database.write('loan-used', sql, Math.floor(heardMs), playId);
    this.#database.write('loan-play-end', 'DELETE FROM loan_plays WHERE play_id = ?', playId);
  }

  /** The floor of the loan that this work is played from; null where there is none. */
  floorOf(workId: string): bigint | null {
    const row = this.#database.one<{ terms_text: string }>(
      "SELECT terms_text FROM loans WHERE work_id = ? AND state = 'held' ORDER BY rowid DESC LIMIT 1",
      workId,
    );
    const terms = row === null ? null : parseLoanTerms(row.terms_text);
    return terms?.ok === true ? BigInt(terms.value.floorMinor) : null;
  }
}

function toLoan(row: Columns): LoanRow {
  return {
    licence: row.licence,
    state: row.state,
    work: JSON.parse(row.work) as CatalogueWork,
    termsText: row.terms_text,
    termsSignature: row.terms_signature,
    segments: JSON.parse(row.segments) as LoanRow['segments'],
    keyNumber: row.key_number === null ? null : Number(row.key_number),
    wrappedKey: row.wrapped_key === null ? null : new Uint8Array(row.wrapped_key),
    sealedLease: row.sealed_lease === null ? null : new Uint8Array(row.sealed_lease),
    uses: Number(row.uses),
    heardMs: Number(row.heard_ms),
    brought: row.brought === null ? null : (JSON.parse(row.brought) as ReturnRequest),
    declined: row.declined === 1n,
  };
}
