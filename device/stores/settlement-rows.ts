import { limits } from '../../src/limits.ts';
import type { BookDatabase } from './book-database.ts';
import type { SettlementRow } from './book-port.ts';

interface Columns {
  readonly sid: string;
  readonly play_id: string;
  readonly title: string | null;
  readonly statement_hash: string;
  readonly charged_minor: string;
  readonly verdict: SettlementRow['verdict'];
  readonly reason: string;
  readonly countersignature: string | null;
}

/** Owner of `settlements`: what the headend answered to our closing statements. */
export class SettlementRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  /** The answer that counts: an agreement is never taken back by a later, worse answer. @returns whether this one is new */
  put(row: Omit<SettlementRow, 'title'>, nowMs: number): boolean {
    const known = this.#database.one<{ verdict: string }>('SELECT verdict FROM settlements WHERE sid = ?', row.sid)?.verdict ?? null;
    if (known === row.verdict || known === 'agreed') return false;
    this.#database.write(
      'settlement',
      `INSERT OR REPLACE INTO settlements (sid, play_id, statement_hash, charged_minor, verdict, reason, countersignature, answered_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[row.sid, row.playId, row.statementHash, row.chargedMinor, row.verdict, row.reason, row.countersignature, nowMs],
    );
    this.#database.write(
      'settlement-retention',
      `DELETE FROM settlements WHERE verdict = 'agreed' AND sid NOT IN (SELECT sid FROM settlements ORDER BY answered_at_ms DESC, rowid DESC LIMIT ?)`,
      limits.closedSessionsKept,
    );
    return true;
  }

  /** What was not agreed to first, then the newest. */
  newest(limit: number): readonly SettlementRow[] {
    const sql = `SELECT settlements.*, plays.title FROM settlements LEFT JOIN plays ON plays.play_id = settlements.play_id
      ORDER BY verdict = 'agreed', answered_at_ms DESC, settlements.rowid DESC LIMIT ?`;
    return this.#database.all<Columns>(sql, limit).map((row) => ({
      sid: row.sid,
      playId: row.play_id,
      title: row.title ?? row.play_id,
      statementHash: row.statement_hash,
      chargedMinor: row.charged_minor,
      verdict: row.verdict,
      reason: row.reason,
      countersignature: row.countersignature,
    }));
  }
}
