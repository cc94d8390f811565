import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import { PACKET_MS } from '../../units/time.ts';

/** How finely streams are spread over one packet interval: four turns of 5 ms. */
const SPOKES = 4;
const TURN_MS = PACKET_MS / SPOKES;

/** A timer may be early by what its clock leaves out of a millisecond; a packet that is due with a turn is due a little before it. */
const EARLY_MS = TURN_MS / 2;

/** A stream on the wheel. */
export interface Paced {
  /** About every 20 ms, with the monotonic milliseconds of now. */
  tick(nowMs: number): void;
}

/** The place of a stream on the wheel. */
export interface Seat {
  /**
   * The monotonic milliseconds, not after the given ones, from which on every 20 ms fall right before a turn of this stream: what is due
   * then waits for no turn.
   */
  dueWithTurns(atMs: number): number;
  leave(): void;
}

/**
 * One wheel for all streams. It turns on an absolute schedule, so that lateness does not add up, and each stream sits on one of
 * its four spokes, so that not all send at once. It holds one timer, and none while nobody streams.
 *
 * A stream computes from the time it is given how many packets are due; a late turn costs lateness, never packets.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #spokes: readonly Set<Paced>[] = Array.from({ length: SPOKES }, () => new Set<Paced>());
  #startMs = 0;
  #turns = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Puts a stream on the emptiest spoke. */
  join(paced: Paced): Seat {
    const spoke = this.#spokes.reduce((emptiest, candidate) => (candidate.size < emptiest.size ? candidate : emptiest));
    spoke.add(paced);
    if (this.#cancel === null) this.#start();
    const firstMs = this.#startMs + this.#spokes.indexOf(spoke) * TURN_MS - EARLY_MS;
    return {
      dueWithTurns: (atMs) => firstMs + Math.floor((atMs - firstMs) / PACKET_MS) * PACKET_MS,
      leave: () => {
        spoke.delete(paced);
        if (this.size === 0) this.stop();
      },
    };
  }

  get size(): number {
    return this.#spokes.reduce((sum, spoke) => sum + spoke.size, 0);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #start(): void {
    this.#startMs = monotonicMs(this.#clock);
    this.#turns = 0;
    this.#arm();
  }

  #arm(): void {
    const dueMs = this.#startMs + (this.#turns + 1) * TURN_MS;
    this.#cancel = this.#clock.after(Math.max(0, dueMs - monotonicMs(this.#clock)), () => this.#turn());
  }

  #turn(): void {
    const nowMs = monotonicMs(this.#clock);
    const elapsed = Math.max(this.#turns + 1, Math.floor((nowMs - this.#startMs) / TURN_MS));
    const missed = Math.min(SPOKES, elapsed - this.#turns);
    this.#turns = elapsed;
    this.#arm();
    for (let back = missed - 1; back >= 0; back -= 1) this.#run((elapsed - back) % SPOKES, nowMs);
  }

  #run(spoke: number, nowMs: number): void {
    for (const paced of this.#spokes[spoke] ?? []) paced.tick(nowMs);
  }
}
