import { limits } from '../../src/limits.ts';
import { assert } from '../../src/units/assert.ts';
import type { OutboxRecord } from '../../src/wire/http-api.ts';
import type { BookDatabase } from './book-database.ts';
import type { OutboxState } from './book-port.ts';

interface StateColumns {
  readonly generation: string;
  readonly written: bigint;
  readonly usage_written: bigint;
  readonly acknowledged_through: bigint;
  readonly usage_acknowledged: bigint;
  readonly quarantined: bigint;
  readonly highest_wall_ms: bigint;
}

interface RecordColumns {
  readonly sequence: bigint;
  readonly boot_id: string;
  readonly kind: OutboxRecord['kind'];
  readonly monotonic_ns: string;
  readonly wall_ms: bigint;
  readonly wall_quality: OutboxRecord['wallQuality'];
  readonly body: string;
  readonly body_hash: string;
}

/** A record before it has its number. */
export type UnnumberedRecord = Omit<OutboxRecord, 'sequence'>;

/** Owner of `outbox`, `outbox_state` and `outbox_conflicts`. Numbers start at 1 and have no gap. Call inside a transaction. */
export class OutboxRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  /** A store without a generation is a fresh one. */
  generation(): string | null {
    return this.#database.one<{ generation: string }>('SELECT generation FROM outbox_state WHERE id = 1')?.generation ?? null;
  }

  begin(generation: string): void {
    this.#database.write('outbox-begin', 'INSERT INTO outbox_state VALUES (1, ?, 0, 0, 0, 0, 0, 0)', generation);
  }

  highestWallMs(): number {
    return Number(this.#row().highest_wall_ms);
  }

  state(): OutboxState {
    const row = this.#row();
    return {
      generation: row.generation,
      written: Number(row.written),
      usageWritten: Number(row.usage_written),
      acknowledgedThrough: Number(row.acknowledged_through),
      usageAcknowledged: Number(row.usage_acknowledged),
      quarantined: Number(row.quarantined),
    };
  }

  /** Allocates the next number in the caller's transaction, so that a number that was given out is always filled. */
  append(record: UnnumberedRecord): number {
    const sequence = Number(this.#row().written) + 1;
    this.#database.write(
      'outbox-append',
      'INSERT INTO outbox (sequence, boot_id, kind, monotonic_ns, wall_ms, wall_quality, body, body_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[sequence, record.bootId, record.kind, record.monotonicNs, record.wallMs, record.wallQuality, record.body, record.bodyHash],
    );
    this.#database.write(
      'outbox-number',
      'UPDATE outbox_state SET written = ?, usage_written = usage_written + ?, highest_wall_ms = max(highest_wall_ms, ?) WHERE id = 1',
      ...[sequence, record.kind === 'usage' ? 1 : 0, record.wallMs],
    );
    return sequence;
  }

  pending(limit: number): readonly OutboxRecord[] {
    const sql = 'SELECT * FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?';
    return this.#database.all<RecordColumns>(sql, this.#row().acknowledged_through, limit).map(toRecord);
  }

  /** As far as they are kept, the newest first. */
  lastAudits(limit: number): readonly OutboxRecord[] {
    return this.#database.all<RecordColumns>("SELECT * FROM outbox WHERE kind = 'audit' ORDER BY sequence DESC LIMIT ?", limit).map(toRecord);
  }

  /** Moves the mark forward only; acknowledged rows go once `limits.retentionAckedRecords` newer ones are acknowledged too, quarantined ones stay. */
  acknowledge(through: number, conflicts: readonly number[], nowMs: number): void {
    const state = this.state();
    const mark = Math.min(through, state.written);
    for (const sequence of conflicts) this.#quarantine(sequence, state, nowMs);
    if (mark <= state.acknowledgedThrough) return;
    const counted = this.#database.one<{ n: bigint }>(
      "SELECT count(*) AS n FROM outbox WHERE sequence > ? AND sequence <= ? AND kind = 'usage'",
      state.acknowledgedThrough,
      mark,
    );
    this.#database.write('outbox-acked', 'UPDATE outbox SET acked_at_ms = ? WHERE sequence > ? AND sequence <= ?', nowMs, state.acknowledgedThrough, mark);
    const sql = 'UPDATE outbox_state SET acknowledged_through = ?, usage_acknowledged = usage_acknowledged + ? WHERE id = 1';
    this.#database.write('outbox-mark', sql, mark, counted?.n ?? 0n);
    this.#database.write(
      'outbox-retention',
      'DELETE FROM outbox WHERE sequence <= ? AND sequence NOT IN (SELECT sequence FROM outbox_conflicts)',
      mark - limits.retentionAckedRecords,
    );
  }

  /**
   * The headend lost what it had confirmed, as one does that was restored from a backup: the mark goes back to what it has, as far as
   * rows were kept. @returns the mark
   */
  rewind(through: number): number {
    const { acknowledgedThrough } = this.state();
    const kept = this.#database.all<{ readonly sequence: bigint }>(
      'SELECT sequence FROM outbox WHERE sequence > ? AND sequence <= ? ORDER BY sequence DESC',
      ...[through, acknowledgedThrough],
    );
    const gap = kept.findIndex(({ sequence }, index) => Number(sequence) !== acknowledgedThrough - index);
    const mark = acknowledgedThrough - (gap === -1 ? kept.length : gap);
    const counted = this.#database.one<{ n: bigint }>(
      "SELECT count(*) AS n FROM outbox WHERE sequence > ? AND sequence <= ? AND kind = 'usage'",
      mark,
      acknowledgedThrough,
    );
    this.#database.write('outbox-unacked', 'UPDATE outbox SET acked_at_ms = NULL WHERE sequence > ?', mark);
    const sql = 'UPDATE outbox_state SET acknowledged_through = ?, usage_acknowledged = usage_acknowledged - ? WHERE id = 1';
    this.#database.write('outbox-mark', sql, mark, counted?.n ?? 0n);
    return mark;
  }

  #quarantine(sequence: number, state: OutboxState, nowMs: number): void {
    if (sequence < 1 || sequence > state.written) return;
    const fresh = this.#database.write('outbox-conflict', 'INSERT OR IGNORE INTO outbox_conflicts (sequence, noted_at_ms) VALUES (?, ?)', sequence, nowMs);
    if (fresh > 0) this.#database.write('outbox-quarantined', 'UPDATE outbox_state SET quarantined = quarantined + 1 WHERE id = 1');
  }

  #row(): StateColumns {
    const row = this.#database.one<StateColumns>('SELECT * FROM outbox_state WHERE id = 1');
    assert(row !== null, 'the outbox has a generation');
    return row;
  }
}

function toRecord(row: RecordColumns): OutboxRecord {
  return {
    sequence: Number(row.sequence),
    bootId: row.boot_id,
    kind: row.kind,
    monotonicNs: row.monotonic_ns,
    wallMs: Number(row.wall_ms),
    wallQuality: row.wall_quality,
    body: row.body,
    bodyHash: row.body_hash,
  };
}
