import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { ByteWriter } from './byte-reader.ts';

/** Packets of a full segment of sound: 5 s; the last one of a work may be shorter. */
export const SEGMENT_PACKETS = limits.segmentMs / limits.packetMs;
/** Of a film: the shortest packets in the longest segment. */
const PACKETS_MAX = limits.segmentMaxMs / Math.min(...limits.videoPacketMs);
/** Before each packet stands its length. */
const LENGTH_BYTES = 2;
const PACKET_BYTES_MAX = Math.max(limits.opusPacketBytes, limits.videoPayloadBytes);

/** A segment's bytes: each packet with its length before it (`u16 length | packet`, big-endian). Its name is their SHA-256. */
export function encodeSegment(packets: readonly Uint8Array[]): Uint8Array {
  assert(packets.length >= 1 && packets.length <= PACKETS_MAX, () => `a segment holds 1 to ${PACKETS_MAX} packets`);
  const writer = new ByteWriter(packets.reduce((sum, packet) => sum + LENGTH_BYTES + packet.length, 0));
  for (const packet of packets) {
    assert(packet.length >= 1 && packet.length <= PACKET_BYTES_MAX, () => `a packet has 1 to ${PACKET_BYTES_MAX} bytes`);
    writer.u16(packet.length).bytes(packet);
  }
  return writer.finish();
}

/**
 * The packets of a segment, as views of its bytes: a stream holds hundreds of packets ahead, and as many buffers of their own are more work
 * for the collector of memory than all of the sending.
 */
export class Segment {
  readonly #bytes: Uint8Array;
  /** Where each packet begins, and where the last one ends. */
  readonly #starts: Uint32Array;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes;
    this.#starts = starts;
  }

  /** Packets. */
  get length(): number {
    return this.#starts.length - 1;
  }

  /** Null where it has no such packet. */
  packet(offset: number): Uint8Array | null {
    const start = this.#starts[offset];
    const next = this.#starts[offset + 1];
    return start === undefined || next === undefined ? null : this.#bytes.subarray(start + LENGTH_BYTES, next);
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (let offset = 0; offset < this.length; offset += 1) yield this.packet(offset) ?? new Uint8Array(0);
  }
}

/**
 * Never throws; a segment whose hash was checked decodes, unless it was written by another version.
 * @param bytes stay as they are while the segment is in use
 */
export function decodeSegment(bytes: Uint8Array): Result<Segment, Fault<'damaged'>> {
  const starts: number[] = [];
  let at = 0;
  while (at + LENGTH_BYTES < bytes.length && starts.length < PACKETS_MAX) {
    const length = 256 * (bytes[at] ?? 0) + (bytes[at + 1] ?? 0);
    if (length < 1 || length > PACKET_BYTES_MAX) break;
    starts.push(at);
    at += LENGTH_BYTES + length;
  }
  if (bytes.length === 0) return fault('damaged', 'the segment is empty; ingest the work again');
  if (at !== bytes.length) return fault('damaged', 'the segment is damaged; ingest the work again');
  return ok(new Segment(bytes, Uint32Array.from([...starts, at])));
}
