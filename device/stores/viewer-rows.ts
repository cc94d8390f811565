import { limits } from '../../src/limits.ts';
import type { BookDatabase } from './book-database.ts';
import type { ViewerRow } from './viewer-port.ts';

interface Columns {
  readonly viewer_id: string;
  readonly name: string;
  readonly pin: string | null;
  readonly below_age: bigint | null;
}

/** Owner of `viewers`. Call writes inside a transaction. */
export class ViewerRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  all(): readonly ViewerRow[] {
    return this.#database.all<Columns>('SELECT * FROM viewers ORDER BY name').map((row) => ({
      viewerId: row.viewer_id,
      name: row.name,
      pin: row.pin,
      belowAge: row.below_age === null ? null : Number(row.below_age),
    }));
  }

  put({ viewerId, name, pin, belowAge }: ViewerRow): 'ok' | 'name-taken' | 'too-many' {
    const others = this.all().filter((viewer) => viewer.viewerId !== viewerId);
    if (others.some((viewer) => viewer.name.toLowerCase() === name.toLowerCase())) return 'name-taken';
    if (others.length >= limits.viewersMax) return 'too-many';
    this.#database.write(
      'viewer-put',
      `INSERT INTO viewers (viewer_id, name, pin, below_age) VALUES (?, ?, ?, ?)
       ON CONFLICT (viewer_id) DO UPDATE SET name = excluded.name, pin = excluded.pin, below_age = excluded.below_age`,
      ...[viewerId, name, pin, belowAge],
    );
    return 'ok';
  }

  remove(viewerId: string): void {
    this.#database.write('viewer-remove', 'DELETE FROM viewers WHERE viewer_id = ?', viewerId);
  }
}
