import { limits } from '../../src/limits.ts';
import { type Clock, sleep } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Result } from '../../src/units/result.ts';
import type { GuestAnswer, GuestTurn, GuestTurnAnswer, GuestWish } from '../../src/wire/guest-api.ts';
import { backoffMs } from '../report/backoff.ts';

export interface GuestLineParts {
  readonly turn: (turn: GuestTurn) => Promise<Result<GuestTurnAnswer, HeadendError>>;
  readonly tokens: () => readonly string[];
  readonly answer: (wish: GuestWish) => Promise<GuestAnswer>;
  /** Under which address phones reach the headend; null while it is away. */
  readonly reached: (base: string | null, away: boolean) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * The box's side of the relay: it asks the headend for wishes, since nobody can call a box behind a venue's router, answers them, and
 * asks again. What the headend did not hear is asked again; every wish may be granted twice and counts once.
 */
export class GuestLine {
  readonly #parts: GuestLineParts;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(parts: GuestLineParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  /** A question that the headend holds is left to it: it ends by itself. */
  stop(): void {
    this.#stopped = true;
  }

  /** As `stop`, and the headend is told that nobody comes in any more; where it can not be, it notices by itself. */
  async shut(): Promise<void> {
    this.stop();
    await this.#parts.turn({ tokens: [], answers: [] });
  }

  /** Resolves when nothing of it runs any more. */
  ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { turn, tokens, answer, reached, clock, random, log } = this.#parts;
    let answers: readonly GuestAnswer[] = [];
    let failures = 0;
    while (!this.#stopped) {
      const told = await turn({ tokens: [...tokens()], answers: [...answers] });
      if (this.#stopped) return;
      if (told.ok) {
        failures = 0;
        reached(told.value.base, false);
        answers = await Promise.all(told.value.wishes.slice(0, limits.guestWishes).map(answer));
        continue;
      }
      // What the headend does not take it is not told again: those guests press once more.
      if (told.error.code === 'refused') answers = [];
      failures += 1;
      if (failures === 1) log.warn('guests-not-reached', { problem: told.error.problem });
      reached(null, true);
      await sleep(clock, backoffMs(failures, told.error.retryAfterMs, random));
    }
  }
}
