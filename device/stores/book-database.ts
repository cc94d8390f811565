import Database from 'better-sqlite3';
import { asBookError, BookError } from './book-error.ts';
import type { FaultHook } from './book-options.ts';

export type Cell = string | number | bigint | Uint8Array | null;
type Prepared = Database.Statement<Cell[], unknown>;

/**
 * The one file and the one way to write to it: named writes inside named transactions, so that a simulated kill can strike
 * before each. Integers are read as bigint. WAL with synchronous=FULL: NORMAL lost acknowledged rows in a power cut.
 */
export class BookDatabase {
  readonly raw: Database.Database;
  readonly #faults: FaultHook;
  readonly #prepared = new Map<string, Prepared>();

  constructor(path: string, faults: FaultHook) {
    this.#faults = faults;
    this.raw = new Database(path, { timeout: 1_000 });
    this.raw.pragma('journal_mode = WAL');
    this.raw.pragma('synchronous = FULL');
    this.raw.pragma('foreign_keys = ON');
    this.raw.pragma('journal_size_limit = 4194304');
    this.raw.pragma('cache_size = -1024');
  }

  /** @returns null where the file is whole, else what SQLite says about it */
  damage(): string | null {
    const answer = this.raw.pragma('quick_check(1)', { simple: true });
    return answer === 'ok' ? null : String(answer);
  }

  one<Row>(sql: string, ...cells: Cell[]): Row | null {
    return (this.#statement(sql).get(...cells) as Row | undefined) ?? null;
  }

  all<Row>(sql: string, ...cells: Cell[]): readonly Row[] {
    return this.#statement(sql).all(...cells) as readonly Row[];
  }

  write(name: string, sql: string, ...cells: Cell[]): number {
    this.#faults.beforeWrite(name);
    return this.#statement(sql).run(...cells).changes;
  }

  /** All of `steps`, durable when this returns, or nothing. `afterCommit` runs only then. */
  transaction<T>(name: string, steps: () => T, afterCommit: () => void = () => {}): T {
    let result: T;
    try {
      this.raw.exec('BEGIN IMMEDIATE');
      result = steps();
      this.#faults.beforeWrite(`${name}: commit`);
      this.raw.exec('COMMIT');
    } catch (thrown) {
      if (this.raw.inTransaction) this.raw.exec('ROLLBACK');
      throw asBookError(thrown);
    }
    afterCommit();
    this.#faults.afterCommit(name);
    return result;
  }

  /** True where another program has been writing, or keeping others from it, for longer than a write waits. */
  isHeld(): boolean {
    try {
      this.raw.exec('BEGIN IMMEDIATE; ROLLBACK');
      return false;
    } catch (thrown) {
      const error = asBookError(thrown);
      if (error instanceof BookError && error.code === 'book-busy') return true;
      throw error;
    }
  }

  close(): void {
    this.#prepared.clear();
    this.raw.close();
  }

  #statement(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const made = this.raw.prepare<Cell[], unknown>(sql).safeIntegers(true);
    this.#prepared.set(sql, made);
    return made;
  }
}
