import { limits } from '../../src/limits.ts';
import { type Clock, monotonicMs } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';

/** 32 of them, so that five random bits choose one without favour; without what is taken for each other. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CHARACTERS = 16;

/** What the code on the screen holds: another one every limits.guestTokenMs, so that a photograph of it lets nobody in tomorrow. */
export class GuestTokens {
  readonly #clock: Clock;
  readonly #random: Random;
  #tokens: readonly string[] = [];
  #madeAtMs = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The current one first, then the one before it. */
  valid(): readonly string[] {
    const nowMs = monotonicMs(this.#clock);
    if (this.#tokens.length === 0 || nowMs - this.#madeAtMs >= limits.guestTokenMs) {
      this.#tokens = [this.#make(), ...this.#tokens.slice(0, 1)];
      this.#madeAtMs = nowMs;
    }
    return this.#tokens;
  }

  #make(): string {
    return Array.from(this.#random.bytes(CHARACTERS), (byte) => ALPHABET[byte & 31] ?? 'A').join('');
  }
}
