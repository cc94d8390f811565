import type { EveningClock } from './evening-clock.ts';

const SHOWN = 40;
const KEPT = 400;

/** What happened last, for whoever has to understand a failing run. */
export class StepLog {
  readonly #clock: EveningClock;
  #lines: string[] = [];

  constructor(clock: EveningClock) {
    this.#clock = clock;
  }

  note(text: string): void {
    this.#lines.push(`${(this.#clock.nowMs / 1_000).toFixed(3).padStart(9)} s  ${text.slice(0, 300)}`);
    if (this.#lines.length > KEPT) this.#lines = this.#lines.slice(-SHOWN);
    if (process.env.ACKBOX_SIM_TRACE !== undefined) console.log(this.#lines.at(-1));
  }

  /** The last 40 steps. */
  last(): string {
    return this.#lines.slice(-SHOWN).join('\n');
  }
}
