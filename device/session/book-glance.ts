import { parsePremium } from '../../src/domain/queue/play-next.ts';
import { PREMIUM_SETTING } from '../stores/book-plays.ts';
import type { Book } from '../stores/book-port.ts';
import { FREE_SETTING } from '../stores/coin-bonus.ts';

import type { BookGlance } from './build-view.ts';

export const NOTHING_KNOWN: BookGlance = { creditMinor: 0n, queue: [], lastReceipt: null, housePays: false, premiumPercent: null };

/** What a view needs of the book. */
export async function readGlance(book: Pick<Book, 'currentPayer' | 'queue' | 'receipts' | 'getSetting'>): Promise<BookGlance> {
  const [payer, queue, receipts, free, rule] = await Promise.all([
    book.currentPayer(),
    book.queue(),
    book.receipts(1),
    book.getSetting(FREE_SETTING),
    book.getSetting(PREMIUM_SETTING),
  ]);
  const housePays = free === 'yes';
  const premium = parsePremium(rule ?? '');
  const sold = premium.ok && !housePays;
  const premiumPercent = sold ? premium.value.basePercent + premium.value.perWaitingPercent * queue.length : null;
  return { creditMinor: payer?.creditMinor ?? 0n, queue, lastReceipt: receipts[0] ?? null, housePays, premiumPercent };
}
