import { monitorEventLoopDelay } from 'node:perf_hooks';
import { residentBytes } from '../media/process-memory.ts';
import type { Book } from '../stores/book-port.ts';
import type { BoxTotals } from './box-view.ts';

/** Measures the box's own process from its start: resident memory, event-loop delay, and the time to the first sound. */
export class ProcessGauge {
  readonly #delay = monitorEventLoopDelay({ resolution: 1 });
  readonly #startedAtMs: number;
  #firstSoundAtMs: number | null = null;

  /** @param startedAtMs wall time at which the command was given */
  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
    this.#delay.enable();
  }

  noteSound(wallMs: number): void {
    this.#firstSoundAtMs ??= wallMs;
  }

  /** Loading the program is not running it: the delay counts from here. */
  resetDelay(): void {
    this.#delay.reset();
  }

  async totals(book: Book, playerPid: number | null): Promise<BoxTotals> {
    const [ledger, outbox] = await Promise.all([book.ledger(), book.outboxState()]);
    return {
      ledger,
      outbox,
      rssBytes: process.memoryUsage.rss(),
      playerRssBytes: playerPid === null ? null : residentBytes(playerPid),
      // The sampling interval itself is 1 ms of every reading.
      eventLoopP99Ms: Math.max(0, this.#delay.percentile(99) / 1e6 - 1),
      startToSoundMs: this.#firstSoundAtMs === null ? null : this.#firstSoundAtMs - this.#startedAtMs,
    };
  }
}
