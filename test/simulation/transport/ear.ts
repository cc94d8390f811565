const CONCEAL_MS = 300;

/** The player, as far as money is concerned: packets are heard in order; what does not come in time is concealed. */
export class Ear {
  heard: number;
  concealed = 0;
  /** Packet index by slot, of this pass. */
  readonly #slots = new Map<number, number>();
  #have = new Set<number>();
  #gapSinceMs: number | null = null;
  #furthest = -1;

  constructor(heard: number) {
    this.heard = heard;
  }

  place(sequence: number, packetIndex: number): void {
    this.#slots.set(sequence, packetIndex);
    this.#have.add(packetIndex);
    this.#furthest = Math.max(this.#furthest, packetIndex);
  }

  seek(packetIndex: number): void {
    this.heard = packetIndex;
    this.#gapSinceMs = null;
  }

  /** From the start of the work; what came in slots before is of the pass before. */
  restart(firstSlot: number): void {
    const kept = [...this.#slots].filter(([sequence]) => sequence >= firstSlot);
    this.#slots.clear();
    this.#have = new Set();
    this.#furthest = -1;
    for (const [sequence, packetIndex] of kept) this.place(sequence, packetIndex);
    this.seek(0);
  }

  /** One packet time. A gap is waited for once, and concealed only where later packets lie behind it, or nothing will follow. */
  listen(nowMs: number, end: number, isDrained: boolean): void {
    if (this.heard >= end) return;
    const isThere = this.#have.has(this.heard);
    if (!isThere) {
      if (this.#furthest <= this.heard && !isDrained) return;
      this.#gapSinceMs ??= nowMs;
      if (nowMs - this.#gapSinceMs < CONCEAL_MS) return;
      this.concealed += 1;
    } else this.#gapSinceMs = null;
    this.heard += 1;
  }
}
