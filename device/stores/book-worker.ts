import { type MessagePort, parentPort } from 'node:worker_threads';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { assert } from '../../src/units/assert.ts';
import { asBookError, BookError } from './book-error.ts';
import type { BookOptions } from './book-options.ts';
import type { BookFailure, BookMessage, BookRequest } from './book-rpc.ts';
import { BOOK_METHODS } from './book-rpc.ts';
import type { BoxBook } from './box-book.ts';
import { openBoxBook } from './open-book.ts';

/**
 * The book's thread: disk waits stay off the audio path. Requests are answered in the order they came. This file is the entry
 * of the worker, in development as it is and on the device bundled into one file.
 */
function serve(port: MessagePort, options: BookOptions): void {
  const say = (message: BookMessage): void => port.postMessage(message);
  try {
    const book = openBoxBook(options, { clock: systemClock, random: systemRandom });
    book.core.onUrgent = () => say({ type: 'urgent' });
    port.on('message', (request: BookRequest) => {
      say(answer(book, request));
      if (request.method === 'close') port.close();
    });
    say({ type: 'opened', opening: book.opening });
  } catch (thrown) {
    say({ type: 'not-opened', failure: toFailure(thrown) });
    port.close();
  }
}

function answer(book: BoxBook, request: BookRequest): BookMessage {
  try {
    assert(request.method in BOOK_METHODS, `the book has no method ${request.method}`);
    const call = book[request.method] as (...values: readonly unknown[]) => unknown;
    return { type: 'answer', id: request.id, value: call.apply(book, [...request.values]) };
  } catch (thrown) {
    return { type: 'failure', id: request.id, failure: toFailure(thrown) };
  }
}

function toFailure(thrown: unknown): BookFailure {
  const error = asBookError(thrown);
  if (error instanceof BookError) return { code: error.code, message: error.message };
  return { code: null, message: error instanceof Error ? error.message : String(error) };
}

const port = parentPort;
assert(port !== null, 'the book runs in a worker thread');
port.once('message', (options: BookOptions) => serve(port, options));
