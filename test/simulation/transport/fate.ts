import type { Schedule, Side } from './schedule.ts';
import type { SimClock } from './sim-clock.ts';

/** The process died; whatever it was doing, it did no more. */
export class Killed extends Error {}

/** Guards every write of one side: there a process can be killed, and a disk can be full. */
export class Fate {
  readonly #side: Side;
  readonly #schedule: Schedule;
  readonly #clock: SimClock;
  readonly #onKill: (downMs: number) => void;
  #writes = 0;

  constructor(side: Side, schedule: Schedule, clock: SimClock, onKill: (downMs: number) => void) {
    this.#side = side;
    this.#schedule = schedule;
    this.#clock = clock;
    this.#onKill = onKill;
  }

  /** One transaction. Throws where the disk is full, or the process dies before or after it. */
  write<T>(transaction: () => T): T {
    this.#writes += 1;
    const kill = this.#schedule.kills.find((each) => each.side === this.#side && each.write === this.#writes);
    if (kill?.afterWrite === false) this.#die(kill.downMs);
    const { nowMs } = this.#clock;
    const isFull = this.#schedule.diskFull.some((full) => full.side === this.#side && nowMs >= full.fromMs && nowMs < full.untilMs);
    if (isFull) throw new Error('no space left on device');
    const result = transaction();
    if (kill?.afterWrite === true) this.#die(kill.downMs);
    return result;
  }

  #die(downMs: number): never {
    this.#onKill(downMs);
    throw new Killed(`${this.#side} was killed`);
  }
}
