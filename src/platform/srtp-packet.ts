import { wordAt } from '../units/bytes.ts';
import { GCM_TAG_BYTES, type PacketCrypt } from './packet-cipher.ts';

export const SRTP_TAG_BYTES = GCM_TAG_BYTES;
/** Bytes of an RTCP packet that stay in clear: first word and SSRC of the sender. */
export const RTCP_CLEAR_BYTES = 8;
const INDEX_BYTES = 4;
/** What SRTCP adds to a packet: tag, flag and index. */
export const SRTCP_BYTES = SRTP_TAG_BYTES + INDEX_BYTES;
const ENCRYPTED_FLAG = 0x8000_0000;
/** Written and read within one call. */
const rtcpAuthenticated = new DataView(new ArrayBuffer(RTCP_CLEAR_BYTES + INDEX_BYTES));

/**
 * AEAD_AES_128_GCM over one RTP packet: header and extension stay in clear and are authenticated, payload and padding are
 * encrypted, the tag follows (RFC 7714, 8).
 * @param index 48-bit packet index: rollover counter and sequence number
 */
export function sealRtp(cipher: PacketCrypt, packet: Uint8Array, headerBytes: number, index: number): Uint8Array {
  return cipher.seal(wordAt(packet, 8), index, packet, headerBytes);
}

/** @returns the RTP packet in clear, or null where the tag is wrong */
export function openRtp(cipher: PacketCrypt, packet: Uint8Array, headerBytes: number, index: number): Uint8Array | null {
  return cipher.open(wordAt(packet, 8), index, packet, headerBytes);
}

/** One RTCP compound; the word with flag and 31-bit index follows the tag and is authenticated too (RFC 7714, 9). */
export function sealRtcp(cipher: PacketCrypt, packet: Uint8Array, index: number): Uint8Array {
  const sealed = cipher.seal(wordAt(packet, 4), index, packet, RTCP_CLEAR_BYTES, { authenticated: clearAndIndex(packet, index), room: INDEX_BYTES });
  new DataView(sealed.buffer, sealed.byteOffset).setUint32(sealed.length - INDEX_BYTES, ENCRYPTED_FLAG + index);
  return sealed;
}

/** The index an SRTCP packet claims; null where it is too short, or not encrypted (which is never accepted). */
export function rtcpIndexOf(packet: Uint8Array): number | null {
  if (packet.length < RTCP_CLEAR_BYTES + SRTP_TAG_BYTES + INDEX_BYTES) return null;
  const word = wordAt(packet, packet.length - INDEX_BYTES);
  return word >= ENCRYPTED_FLAG ? word - ENCRYPTED_FLAG : null;
}

export function openRtcp(cipher: PacketCrypt, packet: Uint8Array, index: number): Uint8Array | null {
  return cipher.open(wordAt(packet, 4), index, packet.subarray(0, -INDEX_BYTES), RTCP_CLEAR_BYTES, clearAndIndex(packet, index));
}

function clearAndIndex(packet: Uint8Array, index: number): DataView {
  for (let at = 0; at < RTCP_CLEAR_BYTES; at += 1) rtcpAuthenticated.setUint8(at, packet[at] ?? 0);
  rtcpAuthenticated.setUint32(RTCP_CLEAR_BYTES, ENCRYPTED_FLAG + index);
  return rtcpAuthenticated;
}
