import type { StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import { assert } from '../../units/assert.ts';
import { SEGMENT_PACKETS } from '../../wire/segment.ts';

/** Where a packet lies. */
export interface PacketPlace {
  /** Number of the segment. */
  readonly segment: number;
  /** Place in it. */
  readonly offset: number;
}

/** Which packet of a work lies in which segment: equal ones for sound, of a film's own cut for a rendition. */
export class SegmentMap {
  readonly segments: readonly string[];
  readonly #packets: number;
  readonly #rendition: StoredRendition | null;

  constructor(work: Pick<StoredWork, 'packets' | 'segments' | 'video'>, rendition: StoredRendition | null) {
    assert((work.video === undefined) === (rendition === null), 'a film is sent in one of its renditions');
    this.#packets = work.packets;
    this.#rendition = rendition;
    this.segments = rendition === null ? work.segments : rendition.segments;
  }

  placeOf(packetIndex: number): PacketPlace {
    if (this.#rendition === null) return { segment: Math.floor(packetIndex / SEGMENT_PACKETS), offset: packetIndex % SEGMENT_PACKETS };
    const segment = lastAtMost(this.#rendition.starts, packetIndex);
    return { segment, offset: packetIndex - (this.#rendition.starts[segment] ?? 0) };
  }

  packetsIn(segment: number): number {
    return Math.min(this.#startOf(segment + 1), this.#packets) - this.#startOf(segment);
  }

  /** The packet at or before this one from which a decoder can begin: of sound, every one. */
  accessPoint(packetIndex: number): number {
    if (this.#rendition === null) return packetIndex;
    return this.#rendition.accessPoints[lastAtMost(this.#rendition.accessPoints, packetIndex)] ?? 0;
  }

  #startOf(segment: number): number {
    return this.#rendition === null ? segment * SEGMENT_PACKETS : (this.#rendition.starts[segment] ?? this.#packets);
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
