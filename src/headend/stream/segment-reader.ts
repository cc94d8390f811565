import type { StoredWork } from '../../ports/headend-stores.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { decodeSegment, type Segment } from '../../wire/segment.ts';
import type { SegmentMap } from './segment-map.ts';

export interface SegmentReaderDeps {
  readonly segments: SegmentStore;
  readonly work: Pick<StoredWork, 'id'>;
  readonly map: SegmentMap;
  /** A segment that was waited for has arrived. */
  readonly onReady: () => void;
  /** A segment is missing or damaged; `reason` says which. */
  readonly onFault: (reason: string) => void;
}

/**
 * Reads a work ahead of its sender: the segment in use and the next one are in memory, no more. Asking never waits; where a
 * packet is not there yet, `onReady` tells when to ask again.
 */
export class SegmentReader {
  readonly #deps: SegmentReaderDeps;
  /** By segment number; null while it is being read. */
  readonly #held = new Map<number, Segment | null>();
  /** The one in use, and its packets: most packets come from where the one before came from. */
  #current: Segment | null = null;
  #first = 0;
  #closed = false;

  constructor(deps: SegmentReaderDeps) {
    this.#deps = deps;
  }

  /** The packet at or before this one from which a decoder can begin. */
  accessPoint(packetIndex: number): number {
    return this.#deps.map.accessPoint(packetIndex);
  }

  /** The packet, or null while its segment is being read (or the work is closed). */
  packet(packetIndex: number): Uint8Array | null {
    return this.#current?.packet(packetIndex - this.#first) ?? this.#enter(packetIndex);
  }

  close(): void {
    this.#closed = true;
    this.#current = null;
    this.#held.clear();
  }

  /** From another segment than the packet before, or from one that was not there. */
  #enter(packetIndex: number): Uint8Array | null {
    if (this.#closed) return null;
    const { segment, offset } = this.#deps.map.placeOf(packetIndex);
    this.#want(segment);
    this.#current = this.#held.get(segment) ?? null;
    this.#first = packetIndex - offset;
    return this.#current?.packet(offset) ?? null;
  }

  #want(number: number): void {
    if (this.#held.has(number) && (this.#held.has(number + 1) || number + 1 >= this.#deps.map.segments.length)) return;
    for (const held of [...this.#held.keys()]) if (held !== number && held !== number + 1) this.#held.delete(held);
    this.#read(number);
    this.#read(number + 1);
  }

  #read(number: number): void {
    const hash = this.#deps.map.segments[number];
    if (hash === undefined || this.#held.has(number)) return;
    this.#held.set(number, null);
    this.#deps.segments.get(hash).then(
      (bytes) => this.#take(number, bytes),
      (error: unknown) => this.#fail(`segment ${number} of work ${this.#deps.work.id}: ${error instanceof Error ? error.message : String(error)}`),
    );
  }

  #take(number: number, bytes: Uint8Array): void {
    if (this.#closed || !this.#held.has(number)) return;
    const packets = this.#decode(number, bytes);
    if (packets === null) return;
    this.#held.set(number, packets);
    this.#deps.onReady();
  }

  #decode(number: number, bytes: Uint8Array): Segment | null {
    const { work, map } = this.#deps;
    const decoded = decodeSegment(bytes);
    const expected = map.packetsIn(number);
    if (decoded.ok && decoded.value.length === expected) return decoded.value;
    this.#fail(`segment ${number} of work ${work.id}: ${decoded.ok ? `${decoded.value.length} packets instead of ${expected}` : decoded.error.message}`);
    return null;
  }

  #fail(reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#deps.onFault(`${reason}; ingest the work again`);
  }
}
