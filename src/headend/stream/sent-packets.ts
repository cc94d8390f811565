import { limits } from '../../limits.ts';

/** Places at first; most streams never have more packets under way. */
const FIRST_PLACES = 128;

/** What it takes to say a packet again. */
export interface SentPacket {
  readonly packetIndex: number;
  readonly marker: boolean;
  readonly payload: Uint8Array;
  readonly challenge: Uint8Array | null;
}

/** What is kept of a packet: where its bytes lie in their buffer, how many they are, and which packet of the work it is. */
const FIELD = { offset: 0, bytes: 1, packetIndex: 2 } as const;
/** Four numbers are 16 bytes, so that none lies in two lines of the processor's cache. */
const FIELDS = 4;

/** From this sequence on packets lie in this buffer: a segment that lives longer than they do. */
interface Run {
  readonly from: number;
  readonly buffer: ArrayBufferLike;
}

/**
 * The newest packets of a stream by their sequence, in a ring that grows to `limits.monitorRingPackets`. Nothing is made for a packet and
 * nothing is searched: a packet of music is kept for a second, and an object of that age costs the collector of memory more than the rest of it.
 */
export class SentPackets {
  #places = new Uint32Array(FIELDS * FIRST_PLACES);
  #mask = FIRST_PLACES - 1;
  #runs: Run[] = [];
  /** Of the last run. */
  #buffer: ArrayBufferLike | null = null;
  /** Few packets have one of these. */
  readonly #challenges = new Map<number, Uint8Array>();
  readonly #marked = new Set<number>();
  /** From `#from` up to `#end`, without it. */
  #from: number;
  #end: number;

  constructor(firstSequence: number) {
    this.#from = firstSequence;
    this.#end = firstSequence;
  }

  /** Sequences come one after another. */
  keep(sequence: number, packetIndex: number, marker: boolean, payload: Uint8Array, challenge: Uint8Array | null): void {
    if (sequence - this.#from > this.#mask) this.#makeRoom(sequence);
    const at = FIELDS * (sequence & this.#mask);
    this.#places[at + FIELD.offset] = payload.byteOffset;
    this.#places[at + FIELD.bytes] = payload.length;
    this.#places[at + FIELD.packetIndex] = packetIndex;
    if (this.#buffer !== payload.buffer) {
      this.#buffer = payload.buffer;
      this.#runs.push({ from: sequence, buffer: payload.buffer });
    }
    if (challenge !== null) this.#challenges.set(sequence, challenge);
    if (marker) this.#marked.add(sequence);
    this.#end = sequence + 1;
  }

  /** Null where it is forgotten. */
  find(sequence: number): SentPacket | null {
    if (sequence < this.#from || sequence >= this.#end) return null;
    const at = FIELDS * (sequence & this.#mask);
    const run = this.#runs.findLast(({ from }) => from <= sequence);
    if (run === undefined) return null;
    const payload = new Uint8Array(run.buffer, this.#places[at + FIELD.offset], this.#places[at + FIELD.bytes]);
    const packetIndex = this.#places[at + FIELD.packetIndex] ?? 0;
    return { packetIndex, marker: this.#marked.has(sequence), payload, challenge: this.#challenges.get(sequence) ?? null };
  }

  /** Forgets what lies below. */
  forgetBelow(sequence: number): void {
    if (sequence <= this.#from) return;
    this.#from = sequence;
    for (const known of this.#challenges.keys()) if (known < sequence) this.#challenges.delete(known);
    for (const known of this.#marked) if (known < sequence) this.#marked.delete(known);
    while ((this.#runs[1]?.from ?? Number.POSITIVE_INFINITY) <= sequence) this.#runs.shift();
  }

  #makeRoom(sequence: number): void {
    const held = this.#mask + 1;
    if (held >= limits.monitorRingPackets) {
      this.forgetBelow(sequence - this.#mask);
      return;
    }
    const [before, mask] = [this.#places, this.#mask];
    this.#places = new Uint32Array(2 * before.length);
    this.#mask = 2 * held - 1;
    for (let known = this.#from; known < this.#end; known += 1) {
      const at = FIELDS * (known & mask);
      this.#places.set(before.subarray(at, at + FIELDS), FIELDS * (known & this.#mask));
    }
  }
}
