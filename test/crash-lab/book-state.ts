import type { InlineBook } from '../fakes/inline-book.ts';

/** What the book says it holds, as text and numbers. */
export interface BookState {
  /** Of all accounts of the ledger. */
  readonly money: string;
  readonly records: number;
}

/** Throws where the books do not balance. */
export async function readState(book: InlineBook): Promise<BookState> {
  const { problem, ...money } = await book.ledger();
  if (problem !== null) throw new Error(problem);
  const text = JSON.stringify(money, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return { money: text, records: (await book.outboxState()).written };
}
