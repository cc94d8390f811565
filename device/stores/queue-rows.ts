import type { BookDatabase } from './book-database.ts';
import type { QueueEntryRow } from './book-port.ts';

interface Columns {
  readonly entry_id: string;
  readonly play_id: string;
  readonly work_id: string;
  readonly title: string;
  readonly artist: string;
  readonly payer_id: string | null;
  readonly held_minor: bigint;
  readonly premium_minor: bigint;
  readonly position: bigint;
}

/** Owner of `queue_entries`: confirmed plays that wait. Rows come in the order they were bought. */
export class QueueRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  all(): readonly QueueEntryRow[] {
    const sql = `SELECT q.entry_id, q.position, p.play_id, p.work_id, p.title, p.artist, p.payer_id, p.held_minor, p.premium_minor
      FROM queue_entries q JOIN plays p ON p.play_id = q.play_id ORDER BY q.position`;
    return this.#database.all<Columns>(sql).map((row) => ({
      entryId: row.entry_id,
      playId: row.play_id,
      workId: row.work_id,
      title: row.title,
      artist: row.artist,
      payerId: row.payer_id,
      heldMinor: row.held_minor,
      position: Number(row.position),
      next: row.premium_minor > 0n,
    }));
  }

  size(): number {
    return Number(this.#database.one<{ n: bigint }>('SELECT count(*) AS n FROM queue_entries')?.n ?? 0n);
  }

  add(entryId: string, playId: string): void {
    this.#database.write('queue-add', 'INSERT INTO queue_entries (entry_id, play_id) VALUES (?, ?)', entryId, playId);
  }

  remove(playId: string): void {
    this.#database.write('queue-remove', 'DELETE FROM queue_entries WHERE play_id = ?', playId);
  }
}
