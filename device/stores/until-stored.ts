import type { Clock } from '../../src/ports/clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import { BookError, type BookErrorCode } from './book-error.ts';

const RETRY_MS = 1_000;
/** What passes when somebody frees space, closes the other program or mends the mount. */
const PASSING: ReadonlySet<BookErrorCode> = new Set(['book-busy', 'storage-failed', 'storage-full', 'storage-read-only']);

/** Writes what must not be left out, such as the end of a play, as soon as the disk takes it; ends with the book. Rejects with what does not pass. */
export async function untilStored<Answer>(clock: Clock, write: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await write();
    } catch (thrown) {
      if (!(thrown instanceof BookError) || !PASSING.has(thrown.code)) throw thrown;
      await sleep(clock, RETRY_MS);
    }
  }
}
