import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { UsageStore } from '../../ports/headend-stores.ts';

interface Waiting {
  readonly records: number;
  readonly run: () => void;
  readonly succeed: () => void;
  readonly fail: (thrown: unknown) => void;
}

/**
 * Lets reports that come in while another is being written share one transaction: the disk is waited for once a group, not once a box.
 * Nobody waits for company: a report alone is written at the next turn of the loop.
 */
export class ReportCommits {
  readonly #store: Pick<UsageStore, 'together'>;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];

  constructor(store: Pick<UsageStore, 'together'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @returns what `steps` gave, once it is durable; rejects where the book can not write. `steps` may be run twice, and changes nothing but the book. */
  commit<T>(records: number, steps: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let outcome: { readonly value: T } | null = null;
      const run = (): void => {
        outcome = { value: steps() };
      };
      const succeed = (): void => (outcome === null ? reject(new Error('nothing was written')) : resolve(outcome.value));
      this.#waiting.push({ records, run, succeed, fail: reject });
      if (this.#waiting.length === 1) this.#clock.after(0, () => this.#write());
    });
  }

  #write(): void {
    const group = this.#waiting.splice(0, this.#fitting());
    if (this.#waiting.length > 0) this.#clock.after(0, () => this.#write());
    if (this.#wrote(group) === null) return;
    // One of them is at fault, or the disk: each by itself, so that no box pays for another one's report.
    for (const one of group) {
      const thrown = this.#wrote([one]);
      if (thrown !== null) one.fail(thrown.thrown);
    }
  }

  #wrote(group: readonly Waiting[]): { readonly thrown: unknown } | null {
    try {
      this.#store.together(() => {
        for (const { run } of group) run();
      });
    } catch (thrown) {
      return { thrown };
    }
    for (const { succeed } of group) succeed();
    return null;
  }

  /** How many of those that wait fit into one transaction; always one. */
  #fitting(): number {
    let [reports, records] = [0, 0];
    for (const one of this.#waiting) {
      records += one.records;
      if (reports > 0 && records > limits.reportGroupRecords) break;
      reports += 1;
    }
    return reports;
  }
}
