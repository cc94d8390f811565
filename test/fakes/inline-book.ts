import type { BookOptions, OpeningReport } from '../../device/stores/book-options.ts';
import type { Book } from '../../device/stores/book-port.ts';
import { BOOK_METHODS } from '../../device/stores/book-rpc.ts';
import type { BoxBook } from '../../device/stores/box-book.ts';
import type { BookSurroundings } from '../../device/stores/open-book.ts';
import { openBoxBook } from '../../device/stores/open-book.ts';

export interface InlineBook extends Book {
  readonly opening: OpeningReport;
  readonly box: BoxBook;
  onUrgent(listener: () => void): void;
  /** Lets go of the file as a killed process does: nothing more is written. */
  abandon(): void;
}

/** The same book without a thread, for simulations: their clock, their faults, their kills. */
export function openBookInline(options: BookOptions & BookSurroundings): InlineBook {
  const box = openBoxBook(options, options);
  const methods = Object.keys(BOOK_METHODS).map((method) => [
    method,
    async (...values: unknown[]): Promise<unknown> => (box[method as keyof Book] as (...values: readonly unknown[]) => unknown).apply(box, values),
  ]);
  return {
    ...(Object.fromEntries(methods) as Book),
    opening: box.opening,
    box,
    abandon: () => box.abandon(),
    onUrgent(listener) {
      box.core.onUrgent = listener;
    },
  };
}
