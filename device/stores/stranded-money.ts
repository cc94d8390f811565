import { type Currency, formatMoney } from '../../src/units/money.ts';
import type { Book } from './book-port.ts';

/** Kinds of records that carry money; an audit record of a session at the console does not. */
const MONEY_KINDS: ReadonlySet<string> = new Set(['usage', 'cash', 'receipt']);
const RECORDS_LOOKED_AT = 1_000;

/**
 * What would be lost with the book: guests' money in the box, and what the headend has not acknowledged. Each in words.
 * @param records `all` before anybody decides; `money` at the end, when the decision itself has been recorded
 */
export async function strandedMoney(book: Book, records: 'all' | 'money'): Promise<readonly string[]> {
  const [ledger, queue, plays, waiting] = await Promise.all([book.ledger(), book.queue(), book.openPlays(), book.pendingRecords(RECORDS_LOOKED_AT)]);
  const amount = (minor: bigint): string => formatMoney({ minor, currency: ledger.currency as Currency });
  const unsent = waiting.records.filter(({ kind }) => records === 'all' || MONEY_KINDS.has(kind)).length;
  return [
    ...(unsent > 0 ? [`${unsent} records that the headend has not acknowledged`] : []),
    ...(ledger.patronCreditMinor > 0n ? [`${amount(ledger.patronCreditMinor)} of credit`] : []),
    ...(ledger.heldMinor > 0n ? [`${amount(ledger.heldMinor)} set aside for plays`] : []),
    ...(queue.length > 0 ? [`${queue.length} in the queue: ${queue.map(({ title }) => title).join(', ')}`] : []),
    ...plays.filter(({ state }) => state !== 'queued').map(({ title }) => `an open play: ${title}`),
    ...(ledger.problem === null ? [] : [`books that do not balance: ${ledger.problem}`]),
  ];
}
