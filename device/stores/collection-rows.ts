import type { Collection } from '../../src/domain/cash/meters.ts';
import type { BookDatabase } from './book-database.ts';

interface Columns {
  readonly number: bigint;
  readonly at_ms: bigint;
  readonly collector: string;
  readonly expected_minor: bigint;
  readonly counted_minor: bigint;
  readonly ticket: string;
}

/** Owner of `collections`. */
export class CollectionRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  nextNumber(): number {
    return Number(this.#database.one<{ readonly next: bigint }>('SELECT coalesce(max(number), 0) + 1 AS next FROM collections')?.next ?? 1n);
  }

  put({ number, atMs, collector, expectedMinor, countedMinor, ticket }: Collection): void {
    const sql = 'INSERT INTO collections (number, at_ms, collector, expected_minor, counted_minor, ticket) VALUES (?, ?, ?, ?, ?, ?)';
    this.#database.write('collection', sql, number, atMs, collector, expectedMinor, countedMinor, ticket);
  }

  newest(limit: number): readonly Collection[] {
    return this.#database.all<Columns>('SELECT * FROM collections ORDER BY number DESC LIMIT ?', limit).map((row) => ({
      number: Number(row.number),
      atMs: Number(row.at_ms),
      collector: row.collector,
      expectedMinor: row.expected_minor,
      countedMinor: row.counted_minor,
      ticket: row.ticket,
    }));
  }
}
