import type { ContentSource } from '../../src/ports/content-source.ts';
import { type Fault, fault, type Result } from '../../src/units/result.ts';
import type { PacketMap } from '../../src/wire/packet-map.ts';
import { decodeSegment, type Segment } from '../../src/wire/segment.ts';
import type { PlayoutBuffer } from './playout-buffer.ts';

type ReadSegment = (number: number) => Promise<Result<Uint8Array, Fault>>;

/** Packets of a title that lies on this box (ruling 12): as many as the playout buffer takes, and one segment ahead. */
export class DownloadedSource implements ContentSource {
  readonly kind = 'downloaded';
  readonly #buffer: PlayoutBuffer;
  readonly #packets: number;
  readonly #map: PacketMap;
  readonly #read: ReadSegment;
  readonly #onFault: (fault: Fault) => void;
  readonly #segments = new Map<number, Segment>();
  readonly #reading = new Set<number>();
  /** Each request is a run of its own (see PlayoutBuffer). */
  #run = -1;
  #next = 0;
  #over = false;

  /** @param packets of the whole work */
  constructor(buffer: PlayoutBuffer, packets: number, map: PacketMap, read: ReadSegment, onFault: (fault: Fault) => void) {
    this.#buffer = buffer;
    this.#packets = packets;
    this.#map = map;
    this.#read = read;
    this.#onFault = onFault;
  }

  /** @param packetIndex from which a decoder can begin */
  async request(packetIndex: number): Promise<void> {
    this.#run += 1;
    this.#next = packetIndex;
    const number = this.#map.placeOf(packetIndex).segment;
    for (const known of this.#segments.keys()) if (known !== number && known !== number + 1) this.#segments.delete(known);
    await this.#bring(number);
  }

  /** The player stands still and takes nothing; so nothing is to be done. */
  async pause(): Promise<void> {}

  async close(): Promise<void> {
    this.#over = true;
    this.#segments.clear();
  }

  /** Gives the buffer what it has room for; never waits. */
  fill(nowMs: number): void {
    while (!this.#over && this.#run >= 0 && this.#next < this.#packets) {
      const { segment, offset } = this.#map.placeOf(this.#next);
      const packet = this.#segments.get(segment)?.packet(offset) ?? null;
      if (packet === null) {
        void this.#bring(segment);
        return;
      }
      const placed = this.#buffer.put({ sequence: this.#next + this.#run, packetIndex: this.#next, payload: packet }, nowMs);
      if (placed === 'full') return;
      this.#next += 1;
    }
  }

  async #bring(number: number): Promise<void> {
    if (this.#over || this.#reading.has(number) || this.#segments.has(number) || this.#map.packetsIn(number) <= 0) return;
    this.#reading.add(number);
    const bytes = await this.#read(number);
    const decoded = bytes.ok ? this.#decode(number, bytes.value) : bytes;
    this.#reading.delete(number);
    if (this.#over) return;
    if (!decoded.ok) {
      this.#over = true;
      this.#onFault(decoded.error);
      return;
    }
    this.#segments.set(number, decoded.value);
    this.#segments.delete(number - 2);
    // The one after it is here before it is needed.
    if (number === this.#map.placeOf(this.#next).segment) void this.#bring(number + 1);
  }

  #decode(number: number, bytes: Uint8Array): Result<Segment, Fault> {
    const decoded = decodeSegment(bytes);
    const expected = this.#map.packetsIn(number);
    if (!decoded.ok || decoded.value.length === expected) return decoded;
    return fault('damaged', `A segment holds ${decoded.value.length} packets instead of ${expected}; return the title, and check it out again.`);
  }
}
