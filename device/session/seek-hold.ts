import { type Clock, monotonicMs } from '../../src/ports/clock.ts';

/** Presses that follow each other this closely are one hold; a held key says itself again every 150 ms. */
const HOLD_MS = 400;
const STEPS_MS = [5_000, 5_000, 5_000, 10_000, 10_000, 20_000, 20_000, 30_000];

/** How far an arrow of the box's own keys moves within what plays: the longer it is held, the further. */
export class SeekHold {
  readonly #clock: Clock;
  #held = 0;
  #last: { readonly direction: 1 | -1; readonly atMs: number } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns milliseconds, negative where it goes back */
  step(direction: 1 | -1): number {
    const atMs = monotonicMs(this.#clock);
    const goesOn = this.#last !== null && this.#last.direction === direction && atMs - this.#last.atMs < HOLD_MS;
    this.#held = goesOn ? this.#held + 1 : 0;
    this.#last = { direction, atMs };
    return direction * (STEPS_MS[Math.min(this.#held, STEPS_MS.length - 1)] ?? 0);
  }
}
