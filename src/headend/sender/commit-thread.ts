import { Worker } from 'node:worker_threads';
import type { Clock } from '../../ports/clock.ts';
import type { RegistryGroup } from '../../ports/headend-stores.ts';
import type { SessionId } from '../../units/ids.ts';
import type { RegistryWriter } from '../payment-registry.ts';
import { type HeadendBookCode, HeadendBookError } from '../stores/headend-book-error.ts';

/** What the thread is told: where the book is, once, then groups, and at last to end. */
export type CommitOrder = { readonly path: string } | { readonly group: RegistryGroup; readonly wallMs: number } | 'end';

/** That the book is open, then one for each group, in their order. */
export type CommitAnswer =
  | 'opened'
  | { readonly goingOn: readonly SessionId[] }
  | { readonly failure: { readonly code: HeadendBookCode | null; readonly message: string } };

interface Call {
  readonly resolve: (goingOn: readonly SessionId[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes groups durable in a thread of its own: streams do not wait for the disk. A commit of hundreds of sessions takes longer than the
 * lateness that a paced packet may have.
 */
export class CommitThread implements RegistryWriter {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #calls: Call[] = [];
  readonly #ended: Promise<void>;
  /** Resolves once the thread has the book open: only then may another one lie in its place. */
  readonly opened: Promise<void>;

  /** @param path of the book, which is sound @param workerUrl the bundled worker; in development the source beside this file */
  constructor(
    path: string,
    clock: Clock,
    workerUrl = new URL(import.meta.url.endsWith('.ts') ? './commit-worker.ts' : './commit-worker.mjs', import.meta.url),
  ) {
    this.#clock = clock;
    this.#worker = new Worker(workerUrl, { name: 'commits', resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 } });
    this.#ended = new Promise((resolve) => void this.#worker.once('exit', () => resolve()));
    // Without it nothing becomes durable any more: a broken invariant, which ends the process.
    this.#worker.on('error', (error) => {
      throw error;
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#worker.on('message', (answer: CommitAnswer) => (answer === 'opened' ? resolve() : this.#take(answer)));
    this.#order({ path });
  }

  commitGroup(group: RegistryGroup): Promise<readonly SessionId[]> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ resolve, reject });
      this.#order({ group, wallMs: this.#clock.wallMs() });
    });
  }

  /** Commits what was handed in before. The thread ends by itself: one that is terminated while it loads can take the process with it. */
  async close(): Promise<void> {
    this.#order('end');
    await this.#ended;
  }

  #order(order: CommitOrder): void {
    this.#worker.postMessage(order);
  }

  #take(answer: Exclude<CommitAnswer, 'opened'>): void {
    const call = this.#calls.shift();
    if ('goingOn' in answer) call?.resolve(answer.goingOn);
    else call?.reject(answer.failure.code === null ? new Error(answer.failure.message) : new HeadendBookError(answer.failure.code, ''));
  }
}
