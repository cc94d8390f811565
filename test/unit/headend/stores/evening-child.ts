/**
 * A headend in the small, to be killed: takes batches and settles plays without end, and says on standard output what it has
 * acknowledged. Started by kill.test.ts with the path of the book.
 */
import { writeSync } from 'node:fs';
import { openHeadendBook } from '../../../../src/headend/stores/headend-book.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import { EVENT_ID, offeredSession, progressOf, receiptOf, records, settleWith, statementOf } from './book-fixture.ts';

const book = openHeadendBook(process.argv[2] ?? '', { clock: systemClock, random: systemRandom, currency: 'EUR' });
const outlet = book.outlets()[0];
if (outlet === undefined) throw new Error('the parent enrols the outlet');

const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

let play = book.bills(1)[0]?.number ?? 0;
let through = book.intake(outlet.outlet, 'g', [], 0).acknowledgedThrough;
for (;;) {
  // The last batch comes again, as after a lost answer; and the last play is settled again.
  through = book.intake(outlet.outlet, 'g', records(Math.max(1, through - 4), through + 5), 0).acknowledgedThrough;
  say(`records ${through}`);
  for (const index of [play, play + 1].filter((number) => number > 0)) {
    const row = book.openSession(offeredSession(outlet, `play ${index}`));
    book.mergeProgress([progressOf(row, 0, 1_500)]);
    book.putConfirmation(row.sid, EVENT_ID);
    book.putReceipt(row.sid, receiptOf(row, 0, 1_400, 9), Uint8Array.of(9), new Uint8Array(64));
    if (settleWith(book, statementOf(row, 0, 1_500)).agreed) say(`settled ${row.sid}`);
  }
  play += 1;
}
