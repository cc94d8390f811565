import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** Sound with copies of what went before it, in every description of ours. */
export const RED_PAYLOAD_TYPE = 99;
/** The header of a copy, and that of the packet's own sound. */
export const RED_COPY_HEADER_BYTES = 4;
export const RED_OWN_HEADER_BYTES = 1;
/** A copy has a length of 10 bits, and lies at most 14 bits of the clock back. */
export const RED_COPY_MAX_BYTES = 0x3ff;
const TICKS_MAX = 0x3fff;
/** More than any sender of ours puts into one packet. */
const COPIES_MAX = 8;

/** What an earlier packet brought, once more. */
export interface RedCopy {
  /** By so much the timestamp of that packet is below this one's. */
  readonly ticksBefore: number;
  readonly payload: Uint8Array;
}

/** A payload of RFC 2198. `own` is what the packet would bring without it. */
export interface RedPayload {
  /** The oldest first. */
  readonly copies: readonly RedCopy[];
  readonly own: Uint8Array;
}

/**
 * Redundant audio data (RFC 2198, 3): who misses a packet finds its sound in the next ones.
 *
 * ```
 * |1| payload type |  timestamp offset (14)  | length (10) |   for each copy
 * |0| payload type |                                         of its own
 * |  copies, the oldest first ...  |  its own sound ...     |
 * ```
 */
export function encodeRed({ copies, own }: RedPayload, payloadType: number): Uint8Array {
  const headers = copies.length * RED_COPY_HEADER_BYTES + RED_OWN_HEADER_BYTES;
  const bytes = new Uint8Array(headers + copies.reduce((sum, copy) => sum + copy.payload.length, own.length));
  const view = new DataView(bytes.buffer);
  let body = headers;
  copies.forEach(({ ticksBefore, payload }, at) => {
    assert(ticksBefore > 0 && ticksBefore <= TICKS_MAX && payload.length <= RED_COPY_MAX_BYTES, 'a copy fits its header');
    view.setUint8(RED_COPY_HEADER_BYTES * at, 0x80 | payloadType);
    view.setUint8(RED_COPY_HEADER_BYTES * at + 1, ticksBefore >> 6);
    view.setUint16(RED_COPY_HEADER_BYTES * at + 2, ((ticksBefore & 0x3f) << 10) | payload.length);
    bytes.set(payload, body);
    body += payload.length;
  });
  view.setUint8(headers - 1, payloadType);
  bytes.set(own, body);
  return bytes;
}

/** Reads the blocks of one payload type; those of another are left out. Never throws. @param bytes the payload of an RTP packet */
export function decodeRed(bytes: Uint8Array, payloadType: number): Result<RedPayload, Fault<'truncated' | 'foreign'>> {
  const headers: { readonly payloadType: number; readonly ticksBefore: number; readonly length: number }[] = [];
  let at = 0;
  for (; ((bytes[at] ?? 0) & 0x80) !== 0; at += RED_COPY_HEADER_BYTES) {
    if (headers.length === COPIES_MAX || at + RED_COPY_HEADER_BYTES >= bytes.length)
      return fault('truncated', 'the headers of the copies do not end; drop the packet');
    const [type = 0, high = 0, middle = 0, low = 0] = bytes.subarray(at, at + RED_COPY_HEADER_BYTES);
    headers.push({ payloadType: type & 0x7f, ticksBefore: (high << 6) | (middle >> 2), length: ((middle & 3) << 8) | low });
  }
  if (at >= bytes.length) return fault('truncated', 'a packet with copies has sound of its own; drop it');
  if ((bytes[at] ?? 0) !== payloadType) return fault('foreign', 'the packet brings another format than was agreed; drop it');
  let body = at + RED_OWN_HEADER_BYTES;
  const copies: RedCopy[] = [];
  for (const header of headers) {
    if (body + header.length > bytes.length) return fault('truncated', 'a copy is cut off; drop the packet');
    if (header.payloadType === payloadType && header.length > 0)
      copies.push({ ticksBefore: header.ticksBefore, payload: bytes.slice(body, body + header.length) });
    body += header.length;
  }
  return body < bytes.length ? ok({ copies, own: bytes.slice(body) }) : fault('truncated', 'a packet with copies has sound of its own; drop it');
}
