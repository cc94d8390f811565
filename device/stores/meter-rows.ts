import { METERS, type Meter, type MeterName } from '../../src/domain/cash/meters.ts';
import type { BookDatabase } from './book-database.ts';

interface Columns {
  readonly name: MeterName;
  readonly lifetime: bigint;
  readonly collected: bigint;
}

/** Owner of `meters`. Call inside a transaction. */
export class MeterRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  add(name: MeterName, amount: bigint): void {
    const sql = 'INSERT INTO meters (name, lifetime) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET lifetime = lifetime + excluded.lifetime';
    if (amount > 0n) this.#database.write('meter', sql, name, amount);
  }

  all(): readonly Meter[] {
    const rows = this.#database.all<Columns>('SELECT name, lifetime, collected FROM meters');
    return METERS.map((name) => {
      const row = rows.find((candidate) => candidate.name === name);
      return { name, lifetime: row?.lifetime ?? 0n, sinceCollection: row === undefined ? 0n : row.lifetime - row.collected };
    });
  }

  /** The cash box was emptied: from here on it is counted anew. */
  collect(): void {
    this.#database.write('meters-collected', 'UPDATE meters SET collected = lifetime');
  }

  /** Of a rebuilt book: what had been collected before. */
  setCollected(name: MeterName, collected: bigint): void {
    this.#database.write('meter-collected', 'UPDATE meters SET collected = min(?, lifetime) WHERE name = ?', collected, name);
  }
}
