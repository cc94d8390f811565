import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { ByteReader, ByteWriter } from './byte-reader.ts';

/** Packets of a full segment of sound: 5 s; the last one of a work may be shorter. */
export const SEGMENT_PACKETS = limits.segmentMs / limits.packetMs;
/** Of a film: the shortest packets in the longest segment. */
const PACKETS_MAX = limits.segmentMaxMs / Math.min(...limits.videoPacketMs);
const PACKET_BYTES_MAX = Math.max(limits.opusPacketBytes, limits.videoPayloadBytes);

/** A segment's bytes: each packet with its length before it (`u16 length | packet`, big-endian). Its name is their SHA-256. */
export function encodeSegment(packets: readonly Uint8Array[]): Uint8Array {
  assert(packets.length >= 1 && packets.length <= PACKETS_MAX, `a segment holds 1 to ${PACKETS_MAX} packets`);
  const writer = new ByteWriter(packets.reduce((sum, packet) => sum + 2 + packet.length, 0));
  for (const packet of packets) {
    assert(packet.length >= 1 && packet.length <= PACKET_BYTES_MAX, `a packet has 1 to ${PACKET_BYTES_MAX} bytes`);
    writer.u16(packet.length).bytes(packet);
  }
  return writer.finish();
}

/** Never throws; a segment whose hash was checked decodes, unless it was written by another version. */
export function decodeSegment(bytes: Uint8Array): Result<readonly Uint8Array[], Fault<'damaged'>> {
  const packets: Uint8Array[] = [];
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) {
    const length = reader.u16();
    const packet = reader.bytes(Math.min(length, PACKET_BYTES_MAX));
    if (reader.short || length < 1 || length > PACKET_BYTES_MAX || packets.length >= PACKETS_MAX) {
      return fault('damaged', 'the segment is damaged; ingest the work again');
    }
    packets.push(packet);
  }
  return packets.length > 0 ? ok(packets) : fault('damaged', 'the segment is empty; ingest the work again');
}
