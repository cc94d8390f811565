import { SEGMENT_PACKETS } from './segment.ts';

/** How a film was cut: the first packet of each segment, and the packets from which a decoder can begin, the former among them. */
export interface FilmCut {
  readonly starts: readonly number[];
  readonly accessPoints: readonly number[];
}

/** Where a packet lies. */
export interface PacketPlace {
  /** Number of the segment. */
  readonly segment: number;
  /** Place in it. */
  readonly offset: number;
}

/** Which packet of a work lies in which segment: equal ones for sound, of a film's own cut for a rendition. */
export class PacketMap {
  readonly #packets: number;
  readonly #cut: FilmCut | null;

  /** @param cut null for sound */
  constructor(packets: number, cut: FilmCut | null) {
    this.#packets = packets;
    this.#cut = cut;
  }

  placeOf(packetIndex: number): PacketPlace {
    if (this.#cut === null) return { segment: Math.floor(packetIndex / SEGMENT_PACKETS), offset: packetIndex % SEGMENT_PACKETS };
    const segment = lastAtMost(this.#cut.starts, packetIndex);
    return { segment, offset: packetIndex - (this.#cut.starts[segment] ?? 0) };
  }

  packetsIn(segment: number): number {
    return Math.min(this.#startOf(segment + 1), this.#packets) - this.#startOf(segment);
  }

  /** The packet at or before this one from which a decoder can begin: of sound, every one. */
  accessPoint(packetIndex: number): number {
    if (this.#cut === null) return packetIndex;
    return this.#cut.accessPoints[lastAtMost(this.#cut.accessPoints, packetIndex)] ?? 0;
  }

  #startOf(segment: number): number {
    return this.#cut === null ? segment * SEGMENT_PACKETS : (this.#cut.starts[segment] ?? this.#packets);
  }
}

/** Place of the last number that is not above `value`; 0 where all are. */
function lastAtMost(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}
