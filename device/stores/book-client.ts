import { Worker } from 'node:worker_threads';
import { BrokenInvariant } from '../../src/units/assert.ts';
import { BookError } from './book-error.ts';
import type { BookOptions, OpeningReport, StorageCheck } from './book-options.ts';
import type { Book } from './book-port.ts';
import type { BookFailure, BookMessage, BookMethod, BookRequest } from './book-rpc.ts';
import { BOOK_METHODS } from './book-rpc.ts';

/** The book with what only its owner needs: how it was opened, the disk, and word of records that should be reported at once. */
export interface OpenedBook extends Book {
  readonly opening: OpeningReport;
  storage(): Promise<StorageCheck>;
  /** Called after each commit that holds money, a closing statement or a fault. */
  onUrgent(listener: () => void): void;
}

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The book's thread, started before it is known whose book it is: it takes its time to load. */
export class BookThread {
  readonly #worker: Worker;

  /** @param workerUrl the bundled worker on the device; in development the source beside this file */
  constructor(workerUrl = new URL(import.meta.url.endsWith('.ts') ? './book-worker.ts' : './book-worker.mjs', import.meta.url)) {
    this.#worker = new Worker(workerUrl, { name: 'book', resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 1, stackSizeMb: 2 } });
  }

  /** Once. Rejects with BookError: its message says what to do. */
  async open(options: BookOptions): Promise<OpenedBook> {
    const client = new BookClient(this.#worker);
    this.#worker.postMessage(options);
    const opening = await client.opened;
    return client.asBook(opening);
  }
}

class BookClient {
  readonly opened: Promise<OpeningReport>;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #urgent: () => void = () => {};
  #lastId = 0;
  #gone: Error | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.opened = new Promise((resolve, reject) => {
      this.#calls.set(0, { resolve: (value) => resolve(value as OpeningReport), reject });
    });
    worker.on('message', (message: BookMessage) => this.#hear(message));
    worker.on('error', (error: Error) => this.#lose(error));
    worker.on('exit', () => this.#lose(new BookError('book-closed', 'The book is closed: the box is stopping.')));
  }

  asBook(opening: OpeningReport): OpenedBook {
    const methods = Object.fromEntries(
      (Object.keys(BOOK_METHODS) as BookMethod[]).map((method) => [method, (...values: unknown[]) => this.#call(method, values)]),
    );
    const onUrgent = (listener: () => void): void => {
      this.#urgent = listener;
    };
    return { ...(methods as unknown as Book & Pick<OpenedBook, 'storage'>), close: () => this.#close(), opening, onUrgent };
  }

  async #close(): Promise<void> {
    if (this.#gone !== null) return;
    const exited = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
    await this.#call('close', []);
    await exited;
  }

  #call(method: BookMethod, values: readonly unknown[]): Promise<unknown> {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    this.#lastId += 1;
    const request: BookRequest = { id: this.#lastId, method, values };
    return new Promise((resolve, reject) => {
      this.#calls.set(request.id, { resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #hear(message: BookMessage): void {
    if (message.type === 'urgent') {
      this.#urgent();
      return;
    }
    const id = message.type === 'answer' || message.type === 'failure' ? message.id : 0;
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (message.type === 'opened') call?.resolve(message.opening);
    else if (message.type === 'answer') call?.resolve(message.value);
    else call?.reject(toError(message.failure));
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    for (const call of this.#calls.values()) call.reject(this.#gone);
    this.#calls.clear();
  }
}

function toError(failure: BookFailure): Error {
  return failure.code === null ? new BrokenInvariant(failure.message) : new BookError(failure.code, failure.message);
}
