import type { Clock } from '../../src/ports/clock.ts';

/** Something that is said for a while: tells when its time is over. Shown anew, it has its whole time again. */
export class ShownFor {
  readonly #clock: Clock;
  readonly #shownMs: number;
  readonly #over: () => void;
  #shown: unknown = null;
  #cancel: () => void = () => {};

  constructor(clock: Clock, shownMs: number, over: () => void) {
    this.#clock = clock;
    this.#shownMs = shownMs;
    this.#over = over;
  }

  /** @param what null where nothing is shown */
  show(what: unknown): void {
    if (what === this.#shown) return;
    this.stop();
    this.#shown = what;
    if (what !== null) this.#cancel = this.#clock.after(this.#shownMs, this.#over);
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }
}
