import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { assert } from '../../src/units/assert.ts';

/** More than the pipe ever holds back, because the feed stays within the playout buffer. */
const PENDING_PAGES = 1_024;

/**
 * Writes pages into the player's FIFO without ever blocking. A page is smaller than PIPE_BUF, so it goes in whole or not at all:
 * a crash of this app never leaves half a page.
 */
export class FifoWriter {
  readonly #handle: number;
  readonly #pending: Uint8Array[] = [];

  constructor(path: string) {
    this.#handle = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  }

  write(page: Uint8Array): void {
    this.#pending.push(page);
    assert(this.#pending.length <= PENDING_PAGES, 'the feed stays within the playout buffer');
    this.flush();
  }

  /** Tries again what the pipe had no room for. */
  flush(): void {
    for (let page = this.#pending[0]; page !== undefined; page = this.#pending[0]) {
      if (!tryWrite(this.#handle, page)) return;
      this.#pending.shift();
    }
  }

  forget(): void {
    this.#pending.length = 0;
  }

  close(): void {
    closeSync(this.#handle);
  }
}

function tryWrite(handle: number, page: Uint8Array): boolean {
  try {
    return writeSync(handle, page) === page.length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return false;
    throw error;
  }
}
