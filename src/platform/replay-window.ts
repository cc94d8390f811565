/** Slots remembered below the highest index (RFC 3711, 3.3.2 asks for at least 64). */
export const REPLAY_WINDOW_PACKETS = 1_024;

/** Which packet indexes were already taken; older than the window counts as taken. Update only after authentication. */
export class ReplayWindow {
  readonly #taken = new Uint8Array(REPLAY_WINDOW_PACKETS);
  #highest = -1;

  /** -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  isFresh(index: number): boolean {
    if (index > this.#highest) return true;
    return index > this.#highest - REPLAY_WINDOW_PACKETS && this.#taken[index % REPLAY_WINDOW_PACKETS] === 0;
  }

  take(index: number): void {
    if (index > this.#highest) {
      const skipped = Math.min(index - this.#highest, REPLAY_WINDOW_PACKETS);
      for (let back = 0; back < skipped; back += 1) this.#taken[(index - back) % REPLAY_WINDOW_PACKETS] = 0;
      this.#highest = index;
    }
    this.#taken[index % REPLAY_WINDOW_PACKETS] = 1;
  }
}
