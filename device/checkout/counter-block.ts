import { limits } from '../../src/limits.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Book } from '../stores/book-port.ts';

/**
 * Counters of the box's ackpay messages. They are reserved in blocks, durably, before they are used: whatever crashes, none is
 * ever used twice (rulings 18, 29).
 */
export class CounterBlock {
  readonly #book: Book;
  readonly #sid: string;
  readonly #log: Log;
  #next: number;
  #reserved: number;
  #reserving = false;

  /** @param used counters up to here may have been used by an earlier run */
  constructor(book: Book, sid: string, used: number, log: Log) {
    this.#book = book;
    this.#sid = sid;
    this.#log = log;
    this.#next = used + 1;
    this.#reserved = used;
  }

  /** The next counter, or null while a block is being reserved: then nothing is sent. */
  take(): number | null {
    if (this.#reserved - this.#next < limits.counterBlock / 2) void this.reserve();
    if (this.#next > this.#reserved) return null;
    this.#next += 1;
    return this.#next - 1;
  }

  async reserve(): Promise<void> {
    if (this.#reserving) return;
    this.#reserving = true;
    const upTo = this.#next + limits.counterBlock;
    try {
      await this.#book.reserveCounters(this.#sid, upTo);
      this.#reserved = upTo;
    } catch (error) {
      this.#log.warn('counters-not-reserved', { message: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#reserving = false;
    }
  }
}
