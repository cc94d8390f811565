import { writeSync } from 'node:fs';
import { runStep } from '../fakes/book-child.ts';
import { MIGRATIONS, seededRandom } from '../fakes/book-folder.ts';
import { openBookInline } from '../fakes/inline-book.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { readState } from './book-state.ts';

/** An evening of so many events on a real book, each told on standard output once the book has said that it is done. Watched by strace. */
const [folder = '', events = '0'] = process.argv.slice(2);
const book = openBookInline({
  ...{ folder, migrationsFolder: MIGRATIONS, profile: 'jukebox', currency: 'EUR', bootId: '0b0e7a52-0000-4000-8000-000000000001' },
  ...{ clock: new VirtualClock(), random: seededRandom(1) },
});
writeSync(1, `said ${JSON.stringify(await readState(book))}\n`);
for (let step = 0; step < Number(events); step += 1) {
  await runStep(book, step);
  writeSync(1, `said ${JSON.stringify(await readState(book))}\n`);
}
book.abandon();
