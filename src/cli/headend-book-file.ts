import { existsSync } from 'node:fs';
import { type HeadendBook, openHeadendBook } from '../headend/stores/headend-book.ts';
import { systemClock } from '../platform/system-clock.ts';
import { systemRandom } from '../platform/system-random.ts';
import { headendBookPath } from './data-folder.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

/** Runs beside a headend, or without one: both read the same book. */
export function withHeadendBook(data: string | undefined, io: CommandIo, call: (book: HeadendBook) => number): number {
  const path = headendBookPath(data);
  if (!existsSync(path)) {
    io.err(`ackbox: there is no headend's book at ${path}; name its data folder with --data.\n`);
    return EXIT.failed;
  }
  const book = openHeadendBook(path, { clock: systemClock, random: systemRandom, currency: 'EUR' });
  try {
    return call(book);
  } finally {
    book.close();
  }
}
