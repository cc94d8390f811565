import type { EndReason } from '../../src/domain/credit/statements.ts';
import { assert } from '../../src/units/assert.ts';
import type { BookDatabase } from './book-database.ts';
import type { FundingSource, PlayRow } from './book-port.ts';
import type { Funds } from './funds.ts';
import { fundingSourceOf, fundsText, parseFunds } from './funds.ts';

/** A play with what only the book needs to know: the money set aside, and whose it was. */
export interface KeptPlay extends PlayRow {
  readonly heldMinor: bigint;
  readonly funds: Funds;
  /** Why somebody ended it who had not paid for it; the payer reads it. */
  readonly endNote: string | null;
}

export interface NewPlay {
  readonly playId: string;
  readonly workId: string;
  readonly title: string;
  readonly artist: string;
  readonly quoteMinor: bigint;
  readonly currency: string;
  readonly payerId: string | null;
}

interface Columns {
  readonly play_id: string;
  readonly work_id: string;
  readonly title: string;
  readonly artist: string;
  readonly payer_id: string | null;
  readonly quote_minor: bigint;
  readonly held_minor: bigint;
  readonly premium_minor: bigint;
  readonly currency: string;
  readonly state: PlayRow['state'];
  readonly confirm_event_id: string | null;
  readonly funding_source: FundingSource;
  readonly funds: string;
  readonly charged_minor: bigint | null;
  readonly refund_minor: bigint | null;
  readonly refunded_to: PlayRow['refundedTo'];
  readonly claim_code: string | null;
  readonly end_reason: EndReason | null;
  readonly heard_ms: bigint;
  readonly end_note: string | null;
  readonly created_at_ms: bigint;
}

/** Whose money is set aside for a play, and how it was asked for. */
export interface Held {
  readonly payerId: string | null;
  readonly state: 'confirmed' | 'queued';
  readonly eventId: string | null;
  readonly funds: Funds;
  readonly premiumMinor: bigint;
}

/** What the end of a play writes into its row. */
export interface PlayEnd {
  readonly state: 'settled' | 'declined';
  readonly chargedMinor: bigint;
  readonly refundMinor: bigint;
  readonly refundedTo: PlayRow['refundedTo'];
  readonly claimCode: string | null;
  readonly endReason: EndReason;
  readonly heardMs: number;
  /** Sequence of the outbox record that reports it. */
  readonly settleSequence: number;
}

/** Owner of `plays` and `trials`. */
export class PlayRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  get(playId: string): KeptPlay | null {
    const row = this.#database.one<Columns>('SELECT * FROM plays WHERE play_id = ?', playId);
    return row === null ? null : toPlay(row);
  }

  must(playId: string): KeptPlay {
    const play = this.get(playId);
    assert(play !== null, `play ${playId} is in the book`);
    return play;
  }

  insertTrial(play: NewPlay, nowMs: number): void {
    this.#database.write(
      'play-insert',
      `INSERT INTO plays (play_id, work_id, title, artist, payer_id, quote_minor, currency, state, funding_source, funds, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'trial', 'none', '{}', ?)`,
      ...[play.playId, play.workId, play.title, play.artist, play.payerId, play.quoteMinor, play.currency, nowMs],
    );
  }

  /** The full price and the premium are now set aside for this play. */
  hold(playId: string, held: Held): void {
    const { payerId, state, eventId, funds, premiumMinor } = held;
    this.#database.write(
      'play-hold',
      `UPDATE plays SET payer_id = ?, state = ?, confirm_event_id = ?, held_minor = quote_minor + ?, premium_minor = ?, funds = ?, funding_source = ?
       WHERE play_id = ?`,
      ...[payerId, state, eventId, premiumMinor, premiumMinor, fundsText(funds), fundingSourceOf(funds), playId],
    );
  }

  noteConfirmEvent(playId: string, eventId: string): void {
    this.#database.write('play-event', 'UPDATE plays SET confirm_event_id = ? WHERE play_id = ? AND confirm_event_id IS NULL', eventId, playId);
  }

  /** Before it ends: whatever ends it then, the receipt says it. */
  noteEnd(playId: string, note: string): void {
    this.#database.write('play-note', 'UPDATE plays SET end_note = ? WHERE play_id = ?', note, playId);
  }

  markPlaying(playId: string): void {
    this.#database.write('play-playing', "UPDATE plays SET state = 'playing' WHERE play_id = ?", playId);
  }

  end(playId: string, end: PlayEnd): void {
    this.#database.write(
      'play-end',
      `UPDATE plays SET state = ?, charged_minor = ?, refund_minor = ?, refunded_to = ?, claim_code = ?, end_reason = ?, heard_ms = ?, settle_sequence = ?,
       held_minor = 0 WHERE play_id = ?`,
      ...[end.state, end.chargedMinor, end.refundMinor, end.refundedTo, end.claimCode, end.endReason, end.heardMs, end.settleSequence, playId],
    );
  }

  decline(playId: string, heardMs: number): void {
    const sql = "UPDATE plays SET state = 'declined', end_reason = 'trial-declined', charged_minor = 0, refund_minor = 0, heard_ms = ? WHERE play_id = ?";
    this.#database.write('play-decline', sql, heardMs, playId);
  }

  /** Settled plays of which something was heard, counted by work; of equals, the one played last comes first. */
  mostPlayed(sinceMs: number, limit: number): readonly { readonly workId: string; readonly plays: number }[] {
    const sql = `SELECT work_id, COUNT(*) AS plays FROM plays WHERE state = 'settled' AND heard_ms > 0 AND created_at_ms >= ?
       GROUP BY work_id ORDER BY plays DESC, MAX(rowid) DESC LIMIT ?`;
    const rows = this.#database.all<{ readonly work_id: string; readonly plays: bigint }>(sql, sinceMs, limit);
    return rows.map((row) => ({ workId: row.work_id, plays: Number(row.plays) }));
  }

  /** The newest first. */
  ofPayer(payerId: string, limit: number): readonly KeptPlay[] {
    const sql = 'SELECT * FROM plays WHERE payer_id = ? ORDER BY rowid DESC LIMIT ?';
    return this.#database.all<Columns>(sql, payerId, limit).map(toPlay);
  }

  lastHeard(limit: number): readonly string[] {
    const sql = "SELECT work_id FROM plays WHERE state = 'settled' AND heard_ms > 0 ORDER BY rowid DESC LIMIT ?";
    return this.#database.all<{ readonly work_id: string }>(sql, limit).map((row) => row.work_id);
  }

  /** Payers of the paid plays that were heard last, newest first: what fairness among the waiting looks at. */
  payersHeard(count: number): readonly (string | null)[] {
    const sql = `SELECT payer_id FROM (SELECT payer_id, settle_sequence FROM plays WHERE settle_sequence IS NOT NULL ORDER BY rowid DESC LIMIT ?)
      ORDER BY settle_sequence DESC`;
    return this.#database.all<{ payer_id: string | null }>(sql, count).map((row) => row.payer_id);
  }

  /** Sounding when the box last lived: for the session layer to recover. */
  sounding(): readonly KeptPlay[] {
    return this.#database
      .all<Columns>(
        "SELECT * FROM plays WHERE state IN ('trial', 'confirmed', 'playing') AND state NOT IN ('settled', 'declined') ORDER BY created_at_ms, play_id",
      )
      .map(toPlay);
  }

  /** What the account owes and the headend has not acknowledged: held now, or charged in a record still in the outbox. */
  unacknowledgedOnAccount(acknowledgedThrough: number): bigint {
    const sql = `SELECT coalesce(sum(CASE WHEN settle_sequence IS NULL THEN held_minor ELSE charged_minor END), 0) AS owed FROM plays
      WHERE funding_source = 'account' AND (settle_sequence IS NULL OR settle_sequence > ?)`;
    return this.#database.one<{ owed: bigint }>(sql, acknowledgedThrough)?.owed ?? 0n;
  }

  trialsOf(quotaKey: string, workId: string): number {
    return Number(this.#database.one<{ n: bigint }>('SELECT count(*) AS n FROM trials WHERE quota_key = ? AND work_id = ?', quotaKey, workId)?.n ?? 0n);
  }

  countTrial(quotaKey: string, workId: string, playId: string): void {
    this.#database.write('trial-count', 'INSERT INTO trials (quota_key, work_id, play_id) VALUES (?, ?, ?)', quotaKey, workId, playId);
  }
}

function toPlay(row: Columns): KeptPlay {
  return {
    playId: row.play_id,
    workId: row.work_id,
    title: row.title,
    artist: row.artist,
    payerId: row.payer_id,
    quoteMinor: row.quote_minor,
    heldMinor: row.held_minor,
    premiumMinor: row.premium_minor,
    currency: row.currency,
    state: row.state,
    confirmEventId: row.confirm_event_id,
    fundingSource: row.funding_source,
    funds: parseFunds(row.funds),
    chargedMinor: row.charged_minor,
    refundMinor: row.refund_minor,
    refundedTo: row.refunded_to,
    claimCode: row.claim_code,
    endReason: row.end_reason,
    heardMs: Number(row.heard_ms),
    endNote: row.end_note,
    createdAtMs: Number(row.created_at_ms),
  };
}
