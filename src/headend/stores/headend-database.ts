import Database from 'better-sqlite3';
import { asHeadendBookError } from './headend-book-error.ts';

export type Cell = string | number | bigint | Uint8Array | null;
type Prepared = Database.Statement<Cell[], unknown>;

/** How long a write waits for another program's transaction (an ingest, a backup) before it gives up as `book-locked`. */
const BUSY_MS = 2_000;

/**
 * The one way to the headend's SQLite file. WAL with synchronous=FULL: when a transaction returns, it survives a power cut.
 * Money columns are read as text (`CAST(... AS TEXT)`) and made bigint by the caller; all other integers are safe numbers.
 */
export class HeadendDatabase {
  readonly raw: Database.Database;
  readonly #prepared = new Map<string, Prepared>();

  /** @param isThere else a missing file is made: never where another program may have moved it away meanwhile */
  constructor(path: string, busyMs: number = BUSY_MS, { isThere = false }: { readonly isThere?: boolean } = {}) {
    this.raw = new Database(path, { timeout: busyMs, fileMustExist: isThere });
    try {
      this.raw.pragma('journal_mode = WAL');
      this.raw.pragma('synchronous = FULL');
      this.raw.pragma('foreign_keys = ON');
      this.raw.pragma('journal_size_limit = 16777216');
    } catch (thrown) {
      this.raw.close();
      throw thrown;
    }
  }

  one<Row>(sql: string, ...cells: Cell[]): Row | null {
    return this.#classified(() => (this.#statement(sql).get(...cells) as Row | undefined) ?? null);
  }

  all<Row>(sql: string, ...cells: Cell[]): readonly Row[] {
    return this.#classified(() => this.#statement(sql).all(...cells) as readonly Row[]);
  }

  /** @returns the number of rows changed */
  run(sql: string, ...cells: Cell[]): number {
    return this.#classified(() => this.#statement(sql).run(...cells).changes);
  }

  /** All of `steps`, durable when this returns, or nothing. Inside another transaction it joins that one. */
  transaction<T>(steps: () => T): T {
    if (this.raw.inTransaction) return steps();
    return this.#classified(() => {
      this.raw.exec('BEGIN IMMEDIATE');
      try {
        const result = steps();
        this.raw.exec('COMMIT');
        return result;
      } catch (thrown) {
        if (this.raw.inTransaction) this.raw.exec('ROLLBACK');
        throw thrown;
      }
    });
  }

  close(): void {
    this.#prepared.clear();
    this.raw.close();
  }

  #statement(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const made = this.raw.prepare<Cell[], unknown>(sql);
    this.#prepared.set(sql, made);
    return made;
  }

  #classified<T>(call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      throw asHeadendBookError(thrown);
    }
  }
}
