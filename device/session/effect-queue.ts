import type { Clock } from '../../src/ports/clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { BookError } from '../stores/book-error.ts';

/** How long an effect under way is waited for at the end; a supervisor waits 10 s for the whole box. */
const STOP_WAIT_MS = 5_000;

/** Effects on the play run one after the other: an end never overtakes a start. One that fails stops none after it. */
export class EffectQueue {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #refused: (code: string, message: string) => void;
  #tail: Promise<void> = Promise.resolve();

  /** @param refused hears what the book refused: it says what to do, and without words a wish would only time out */
  constructor(clock: Clock, log: Log, refused: (code: string, message: string) => void) {
    this.#clock = clock;
    this.#log = log;
    this.#refused = refused;
  }

  add(effect: () => Promise<void>): void {
    this.#tail = this.#tail.then(effect).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#log.warn('effect-failed', { message });
      if (error instanceof BookError) this.#refused(error.code, message);
    });
  }

  /** Resolves when everything that was decided so far has been carried out. */
  settled(): Promise<void> {
    return this.#tail;
  }

  /** At the end: what waits for room on the disk is taken up from its rows at the next start. */
  async settledSoon(): Promise<void> {
    await Promise.race([this.#tail, sleep(this.#clock, STOP_WAIT_MS)]);
  }
}
