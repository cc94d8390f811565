import type { BoxEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';

/** `yes` from the beginning of a collection to its end, also over a power cut. */
export const COLLECTING_SETTING = 'collecting';
export const COLLECTING_FAULT = 'collecting';

/** A box that went down while somebody had its cash box open comes up with its slot shut. */
export async function rememberCollecting(book: Pick<Book, 'getSetting'>, raise: (event: BoxEvent) => void): Promise<void> {
  if ((await book.getSetting(COLLECTING_SETTING)) === 'yes') raise({ type: 'cash.fault', code: COLLECTING_FAULT });
}
