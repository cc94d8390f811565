import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** `urn:x-ackpay:challenge` under this local identifier (RFC 8285, one-byte header). */
export const CHALLENGE_EXTENSION_ID = 3;
export const RTP_HEADER_BYTES = 12;
const ONE_BYTE_PROFILE = 0xbede;
const NONCE_BYTES = 8;
/** Profile and length, element header, nonce, padding to 32 bits. */
const CHALLENGE_EXTENSION_BYTES = 4 + 1 + NONCE_BYTES + 3;

/** An RTP packet (RFC 3550, 5.1) with at most one header extension element of ours. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** The nonce of a challenge, 8 bytes. */
  readonly challenge?: Uint8Array;
  readonly payload: Uint8Array;
}

export type RtpFault = 'truncated' | 'not-rtp' | 'bad-padding' | 'bad-extension';

export function encodeRtp(packet: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(rtpBytes(packet));
  writeRtp(new DataView(bytes.buffer), bytes, packet);
  return bytes;
}

/** How long a packet will be. */
export function rtpBytes(packet: RtpPacket): number {
  const count = RTP_HEADER_BYTES + (packet.challenge === undefined ? 0 : CHALLENGE_EXTENSION_BYTES) + packet.payload.length;
  assert(count <= limits.datagramBytes, 'an RTP packet fits one datagram');
  return count;
}

/** Writes a packet to the beginning of `bytes`, over whatever stood there; `view` shows the same bytes. Returns the bytes before the payload. */
export function writeRtp(view: DataView, bytes: Uint8Array, packet: RtpPacket): number {
  view.setUint8(0, 0x80 | (packet.challenge === undefined ? 0 : 0x10));
  view.setUint8(1, (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f));
  view.setUint16(2, packet.sequence & 0xffff);
  view.setUint32(4, packet.timestamp >>> 0);
  view.setUint32(8, packet.ssrc >>> 0);
  const headerBytes = RTP_HEADER_BYTES + (packet.challenge === undefined ? 0 : CHALLENGE_EXTENSION_BYTES);
  if (packet.challenge !== undefined) writeChallenge(view, bytes, packet.challenge);
  bytes.set(packet.payload, headerBytes);
  return headerBytes;
}

/** Reads any RTP packet of version 2: contributing sources, foreign extensions and padding are skipped. Never throws. */
export function decodeRtp(bytes: Uint8Array): Result<RtpPacket, Fault<RtpFault>> {
  const header = rtpHeaderBytes(bytes);
  if (!header.ok) return header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const padding = (bytes[0] ?? 0) & 0x20 ? (bytes.at(-1) ?? 0) : 0;
  const end = bytes.length - padding;
  if (end < header.value || ((bytes[0] ?? 0) & 0x20 && padding === 0)) return fault('bad-padding', 'the RTP padding is longer than the packet; drop it');
  const challenge = findChallenge(bytes, view, header.value);
  if (challenge === 'bad') return fault('bad-extension', 'an RTP header extension element is cut off; drop the packet');
  return ok({
    payloadType: view.getUint8(1) & 0x7f,
    marker: view.getUint8(1) >= 0x80,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    ...(challenge === null ? {} : { challenge }),
    payload: bytes.slice(header.value, end),
  });
}

/** Bytes before the payload: fixed header, contributing sources, header extension. SRTP leaves exactly these in clear. */
export function rtpHeaderBytes(bytes: Uint8Array): Result<number, Fault<'truncated' | 'not-rtp'>> {
  if (bytes.length < RTP_HEADER_BYTES) return fault('truncated', 'an RTP packet has at least 12 bytes; drop it');
  const first = bytes[0] ?? 0;
  if (first >> 6 !== 2) return fault('not-rtp', 'the packet is not RTP version 2; drop it');
  const sources = RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) === 0) return sources <= bytes.length ? ok(sources) : fault('truncated', 'the contributing sources are cut off; drop the packet');
  if (bytes.length < sources + 4) return fault('truncated', 'the header extension is cut off; drop the packet');
  const words = ((bytes[sources + 2] ?? 0) << 8) | (bytes[sources + 3] ?? 0);
  const end = sources + 4 + 4 * words;
  return end <= bytes.length ? ok(end) : fault('truncated', 'the header extension is cut off; drop the packet');
}

function writeChallenge(view: DataView, bytes: Uint8Array, nonce: Uint8Array): void {
  assert(nonce.length === NONCE_BYTES, 'a challenge nonce has 8 bytes');
  view.setUint16(RTP_HEADER_BYTES, ONE_BYTE_PROFILE);
  view.setUint16(RTP_HEADER_BYTES + 2, (CHALLENGE_EXTENSION_BYTES - 4) / 4);
  view.setUint8(RTP_HEADER_BYTES + 4, (CHALLENGE_EXTENSION_ID << 4) | (NONCE_BYTES - 1));
  bytes.set(nonce, RTP_HEADER_BYTES + 5);
  bytes.fill(0, RTP_HEADER_BYTES + 5 + NONCE_BYTES, RTP_HEADER_BYTES + CHALLENGE_EXTENSION_BYTES);
}

/** Walks the one-byte elements (RFC 8285, 4.2): id 0 is padding, id 15 ends the walk. */
function findChallenge(bytes: Uint8Array, view: DataView, end: number): Uint8Array | null | 'bad' {
  const first = bytes[0] ?? 0;
  const start = RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) === 0 || view.getUint16(start) !== ONE_BYTE_PROFILE) return null;
  for (let at = start + 4; at < end; ) {
    const element = bytes[at] ?? 0;
    const id = element >> 4;
    if (element === 0) {
      at += 1;
      continue;
    }
    if (id === 15) return null;
    const length = (element & 0x0f) + 1;
    if (at + 1 + length > end) return 'bad';
    if (id === CHALLENGE_EXTENSION_ID && length === NONCE_BYTES) return bytes.slice(at + 1, at + 1 + length);
    at += 1 + length;
  }
  return null;
}
