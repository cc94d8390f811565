import { existsSync } from 'node:fs';
import type { Clock } from '../../src/ports/clock.ts';
import { monotonicMs } from '../../src/ports/clock.ts';
import type { WallQuality } from '../../src/units/time.ts';
import type { BookDatabase } from './book-database.ts';

/** Before this the wall clock was certainly never set: a board without a battery starts in 1970. */
const PLAUSIBLE_WALL_MS = Date.UTC(2026, 0, 1);

/**
 * Milliseconds that never go back, whatever people or NTP do to the wall clock (ruling 34): at the start the later of the stored
 * value and the wall clock, from then on the monotonic clock. Expiry and idling are measured with it.
 */
export class BookClock {
  readonly #clock: Clock;
  readonly #originMs: number;
  readonly #startedMs: number;

  constructor(database: BookDatabase, clock: Clock) {
    const stored = database.one<{ book_ms: bigint }>('SELECT book_ms FROM book_clock WHERE id = 1');
    this.#clock = clock;
    this.#originMs = Math.max(Math.floor(clock.wallMs()), Number(stored?.book_ms ?? 0n));
    this.#startedMs = monotonicMs(clock);
  }

  nowMs(): number {
    return Math.floor(this.#originMs + monotonicMs(this.#clock) - this.#startedMs);
  }

  /** Part of every transaction: one row, rewritten in a page that is written anyway. */
  save(database: BookDatabase): void {
    database.write(
      'book-clock',
      'INSERT INTO book_clock (id, book_ms) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET book_ms = max(book_ms, excluded.book_ms)',
      this.nowMs(),
    );
  }
}

/** `synced` while systemd-timesyncd says so; `held` where the clock is plausible and not behind what was seen before. */
export function readWallQuality(wallMs: number, highestWallMs: number): WallQuality {
  if (wallMs < PLAUSIBLE_WALL_MS) return 'unset';
  if (existsSync('/run/systemd/timesync/synchronized')) return 'synced';
  return wallMs >= highestWallMs ? 'held' : 'unset';
}
