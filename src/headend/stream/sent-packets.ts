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

/** A room for so many packets, by their place. */
class Ring {
  /** Where the bytes of each lie: what a packet was read from lives longer than it does. */
  readonly buffers: (ArrayBufferLike | null)[];
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly packetIndexes: Int32Array;

  constructor(places: number) {
    this.buffers = new Array<ArrayBufferLike | null>(places).fill(null);
    this.offsets = new Uint32Array(places);
    this.lengths = new Uint32Array(places);
    this.packetIndexes = new Int32Array(places);
  }

  put(place: number, packetIndex: number, payload: Uint8Array): void {
    this.buffers[place] = payload.buffer;
    this.offsets[place] = payload.byteOffset;
    this.lengths[place] = payload.length;
    this.packetIndexes[place] = packetIndex;
  }

  payload(place: number): Uint8Array | null {
    const buffer = this.buffers[place] ?? null;
    return buffer === null ? null : new Uint8Array(buffer, this.offsets[place], this.lengths[place]);
  }
}

/**
 * The newest packets of a stream by their sequence, in a ring that grows to `limits.monitorRingPackets`. Nothing is made for a packet and
 * nothing is searched: a packet of music is kept for a second, and an object of that age costs the collector of memory more than the rest of it.
 */
export class SentPackets {
  #ring = new Ring(FIRST_PLACES);
  #mask = FIRST_PLACES - 1;
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
    const place = sequence & this.#mask;
    this.#ring.put(place, packetIndex, payload);
    if (challenge !== null) this.#challenges.set(sequence, challenge);
    if (marker) this.#marked.add(sequence);
    this.#end = sequence + 1;
  }

  /** Null where it is forgotten. */
  find(sequence: number): SentPacket | null {
    const place = sequence & this.#mask;
    const payload = sequence < this.#from || sequence >= this.#end ? null : this.#ring.payload(place);
    if (payload === null) return null;
    const packetIndex = this.#ring.packetIndexes[place] ?? 0;
    return { packetIndex, marker: this.#marked.has(sequence), payload, challenge: this.#challenges.get(sequence) ?? null };
  }

  /** Forgets what lies below; the sound of it goes once its place is used again. */
  forgetBelow(sequence: number): void {
    if (sequence <= this.#from) return;
    this.#from = sequence;
    for (const known of this.#challenges.keys()) if (known < sequence) this.#challenges.delete(known);
    for (const known of this.#marked) if (known < sequence) this.#marked.delete(known);
  }

  #makeRoom(sequence: number): void {
    const held = this.#mask + 1;
    if (held >= limits.monitorRingPackets) {
      this.forgetBelow(sequence - this.#mask);
      return;
    }
    const [before, mask] = [this.#ring, this.#mask];
    this.#ring = new Ring(2 * held);
    this.#mask = 2 * held - 1;
    for (let known = this.#from; known < this.#end; known += 1) {
      const payload = before.payload(known & mask);
      if (payload !== null) this.#ring.put(known & this.#mask, before.packetIndexes[known & mask] ?? 0, payload);
    }
  }
}
