import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { rtpHeaderBytes } from './rtp.ts';

/** Retransmissions in every description of ours. */
export const RTX_PAYLOAD_TYPE = 98;
/** Original sequence number, in front of the original payload. */
const OSN_BYTES = 2;

/** True where a packet says it is a retransmission; SRTP leaves this byte in clear. */
export function isRtx(packet: Uint8Array): boolean {
  return packet.length > 1 && ((packet[1] ?? 0) & 0x7f) === RTX_PAYLOAD_TYPE;
}

/**
 * An RTP packet sent again, in a stream of its own (RFC 4588, 4): marker, timestamp and header extension are the original's,
 * SSRC and sequence those of the retransmission stream, and the payload begins with the original sequence.
 *
 * ```
 * |V=2|P|X|  CC   |M|  PT = 98    |   sequence of the RTX stream  |
 * |                    timestamp of the original                  |
 * |                    SSRC of the RTX stream                     |
 * |              header extension of the original, if any         |
 * |  original sequence number     |   payload of the original ... |
 * ```
 */
export function wrapRtx(original: Uint8Array, stream: { readonly ssrc: number; readonly sequence: number }): Uint8Array {
  const header = rtpHeaderBytes(original);
  assert(header.ok && original.length + OSN_BYTES <= limits.datagramBytes, 'a packet of ours is sent again');
  const wrapped = new Uint8Array(original.length + OSN_BYTES);
  wrapped.set(original.subarray(0, header.value));
  wrapped.set(original.subarray(2, 4), header.value);
  wrapped.set(original.subarray(header.value), header.value + OSN_BYTES);
  const view = new DataView(wrapped.buffer);
  view.setUint8(1, ((original[1] ?? 0) & 0x80) | RTX_PAYLOAD_TYPE);
  view.setUint16(2, stream.sequence & 0xffff);
  view.setUint32(8, stream.ssrc >>> 0);
  return wrapped;
}

/** The packet as it was sent the first time. Never throws. @param original payload type and SSRC of the stream it belongs to */
export function unwrapRtx(
  packet: Uint8Array,
  original: { readonly payloadType: number; readonly ssrc: number },
): Result<Uint8Array, Fault<'truncated' | 'not-rtp' | 'not-rtx'>> {
  const header = rtpHeaderBytes(packet);
  if (!header.ok) return header;
  if (!isRtx(packet)) return fault('not-rtx', 'the packet is no retransmission');
  if (packet.length < header.value + OSN_BYTES) return fault('truncated', 'the retransmission lacks its original sequence; drop it');
  const unwrapped = new Uint8Array(packet.length - OSN_BYTES);
  unwrapped.set(packet.subarray(0, header.value));
  unwrapped.set(packet.subarray(header.value + OSN_BYTES), header.value);
  unwrapped[1] = ((packet[1] ?? 0) & 0x80) | original.payloadType;
  unwrapped.set(packet.subarray(header.value, header.value + OSN_BYTES), 2);
  new DataView(unwrapped.buffer).setUint32(8, original.ssrc >>> 0);
  return ok(unwrapped);
}
