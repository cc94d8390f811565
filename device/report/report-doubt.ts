import { limits } from '../../src/limits.ts';
import type { OutboxRecord } from '../../src/wire/http-api.ts';

/** Answers that mean the content of a report, never the moment or the sender: asking again with the same would be refused again. */
const CONTENT_PROBLEMS: ReadonlySet<string> = new Set(['bad-request', 'body-too-large']);

/**
 * Finds what in a report the headend refuses: first what rides along (status, results of commands) is left out, then the batch is
 * halved until one record is left. That one is set aside, so that it never blocks the rest (ruling 30).
 */
export class ReportDoubt {
  readonly #setAside = new Map<number, string>();
  #records: number = limits.batchRecords;
  #plain = false;
  #narrowed = false;

  static isAboutContent(problem: string): boolean {
    return CONTENT_PROBLEMS.has(problem);
  }

  /** True where status and results are to be left out. */
  get plain(): boolean {
    return this.#plain;
  }

  /** The words with which a record was refused for good, null for every other. */
  refusalOf(sequence: number): string | null {
    return this.#setAside.get(sequence) ?? null;
  }

  narrow(batch: readonly OutboxRecord[]): readonly OutboxRecord[] {
    return batch.slice(0, this.#records);
  }

  /** @returns what is done about it before the report is sent again; null where nothing is left that could be left out */
  refused(batch: readonly OutboxRecord[], words: string): 'less' | 'set-aside' | null {
    const [first] = batch;
    if (!this.#plain) {
      this.#plain = true;
      return 'less';
    }
    if (batch.length > 1) {
      this.#records = Math.ceil(batch.length / 2);
      this.#narrowed = true;
      return 'less';
    }
    // What stands in for it is refused too: the record is not to blame, nor is anything else that could be left out.
    if (first === undefined || this.#setAside.has(first.sequence)) return this.#forget();
    this.#setAside.set(first.sequence, words);
    return 'set-aside';
  }

  #forget(): null {
    this.#setAside.clear();
    this.#records = limits.batchRecords;
    this.#plain = false;
    this.#narrowed = false;
    return null;
  }

  /** @returns true where it went through because of what was left out beside the records */
  taken(batch: readonly OutboxRecord[]): boolean {
    const blamed = this.#plain && !this.#narrowed;
    for (const { sequence } of batch) this.#setAside.delete(sequence);
    this.#records = Math.min(limits.batchRecords, this.#records * 2);
    if (this.#records < limits.batchRecords) return blamed;
    this.#plain = false;
    this.#narrowed = false;
    return blamed;
  }
}
