import { writeSync } from 'node:fs';
import { BookThread } from '../../device/stores/book-client.ts';
import type { BookOptions } from '../../device/stores/book-options.ts';
import type { Book } from '../../device/stores/book-port.ts';
import { coin, STATEMENT, WORK } from './book-folder.ts';

/** A real process that lives an evening on a real book until it is killed; it says each step after the book has said it is done. */
export const STEPS_A_ROUND = 7;

/** Every step has its keys from its number, so that it can be done again. */
export function runStep(book: Book, step: number): Promise<unknown> {
  const round = Math.floor(step / STEPS_A_ROUND);
  const [heard, waiting, sid] = [`heard${round}`, `waiting${round}`, `s${round}`];
  const steps: readonly (() => Promise<unknown>)[] = [
    () => book.insertCoin(coin(round + 1, 200n)),
    () => book.enqueue({ playId: heard, ...WORK }),
    async () => ((await book.openPlays()).length === 0 ? book.takeNext() : null),
    () => book.enqueue({ playId: waiting, ...WORK }),
    () => book.openSession({ sid, playId: heard, termsText: '{}', termsSignature: 'sig' }),
    () => book.settle({ playId: heard, chargedMinor: 40n, heardMs: 1, endReason: 'skipped', statement: STATEMENT }),
    () => book.settle({ playId: waiting, chargedMinor: 0n, heardMs: 0, endReason: 'closed', statement: null }),
  ];
  return steps[step % STEPS_A_ROUND]?.() ?? Promise.resolve();
}

const [options, from] = process.argv.slice(2);
if (import.meta.main && options !== undefined) {
  const { workerUrl, ...book } = JSON.parse(options) as BookOptions & { readonly workerUrl: string };
  const opened = await new BookThread(new URL(workerUrl)).open(book);
  writeSync(1, 'ready\n');
  for (let step = Number(from); ; step += 1) {
    await runStep(opened, step);
    writeSync(1, `${step}\n`);
  }
}
