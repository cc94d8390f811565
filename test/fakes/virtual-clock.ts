import type { Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly atNs: bigint;
  readonly order: number;
  readonly call: () => void;
}

/** A clock that stands still until a test turns it. Timers run in the order of their due times, then of their making. */
export class VirtualClock implements Clock {
  #nowNs: bigint;
  #wallStartMs: number;
  readonly #startNs: bigint;
  #timers: Timer[] = [];
  #made = 0;

  constructor(startNs = 1_000_000_000n, wallMs = 1_800_000_000_000) {
    this.#nowNs = startNs;
    this.#startNs = startNs;
    this.#wallStartMs = wallMs;
  }

  monotonicNs(): bigint {
    return this.#nowNs;
  }

  wallMs(): number {
    return this.#wallStartMs + Number((this.#nowNs - this.#startNs) / 1_000_000n);
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { atNs: this.#nowNs + BigInt(Math.max(0, Math.ceil(delayMs * 1e6))), order: this.#made, call };
    this.#made += 1;
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs everything due within the next `milliseconds`; promises that became ready in between are let through. */
  async advance(milliseconds: number): Promise<void> {
    const untilNs = this.#nowNs + BigInt(Math.round(milliseconds * 1e6));
    await settle();
    for (let next = this.#next(untilNs); next !== undefined; next = this.#next(untilNs)) {
      const due = next;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      if (due.atNs > this.#nowNs) this.#nowNs = due.atNs;
      due.call();
      await settle();
    }
    this.#nowNs = untilNs;
  }

  /** Somebody sets the clock on the wall: nothing that is timed notices. */
  jumpWall(milliseconds: number): void {
    this.#wallStartMs += milliseconds;
  }

  /** Time passes while nothing runs: what is due meanwhile is due when the clock is turned again. */
  sleepThrough(milliseconds: number): void {
    this.#nowNs += BigInt(Math.round(milliseconds * 1e6));
  }

  get pending(): number {
    return this.#timers.length;
  }

  #next(untilNs: bigint): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atNs > untilNs) continue;
      if (first === undefined || timer.atNs < first.atNs || (timer.atNs === first.atNs && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** Lets promise callbacks run (a few rounds: one may wait for another). */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await Promise.resolve();
}
