import type { Book } from '../stores/book-port.ts';

/** Setting that says that the evening was ended; empty or absent where it goes on. What a kill interrupted is done at the next start. */
export const EVENING_ENDED_SETTING = 'evening-ended';

/** What a closed box says on its screen. */
export const CLOSED_REASON = 'closed for today';

/** Whatever waited in the queue goes back to who paid. @returns how many songs */
export async function refundQueue(book: Book): Promise<number> {
  let refunded = 0;
  for (let next = await book.takeNext(); next !== null; next = await book.takeNext()) {
    await book.settle({ playId: next.play.playId, chargedMinor: 0n, heardMs: 0, endReason: 'closed', statement: null });
    refunded += 1;
  }
  return refunded;
}
