import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { SrtpSessionKey } from './srtp-keys.ts';

export const SRTP_TAG_BYTES = 16;
/** Bytes of an RTCP packet that stay in clear: first word and SSRC of the sender. */
export const RTCP_CLEAR_BYTES = 8;
const INDEX_BYTES = 4;
const ENCRYPTED_FLAG = 0x8000_0000;

/**
 * AEAD_AES_128_GCM over one RTP packet: header and extension stay in clear and are authenticated, payload and padding are
 * encrypted, the tag follows (RFC 7714, 8).
 * @param index 48-bit packet index: rollover counter and sequence number
 */
export function sealRtp(session: SrtpSessionKey, packet: Uint8Array, headerBytes: number, index: number): Uint8Array {
  const header = packet.subarray(0, headerBytes);
  return seal(session, nonceOf(session.salt, ssrcAt(packet, 8), index), header, header, packet.subarray(headerBytes));
}

/** @returns the RTP packet in clear, or null where the tag is wrong */
export function openRtp(session: SrtpSessionKey, packet: Uint8Array, headerBytes: number, index: number): Uint8Array | null {
  const header = packet.subarray(0, headerBytes);
  return open(session, nonceOf(session.salt, ssrcAt(packet, 8), index), header, header, packet.subarray(headerBytes));
}

/** One RTCP compound; the word with flag and 31-bit index follows the tag and is authenticated too (RFC 7714, 9). */
export function sealRtcp(session: SrtpSessionKey, packet: Uint8Array, index: number): Uint8Array {
  const clear = packet.subarray(0, RTCP_CLEAR_BYTES);
  const trailer = indexWord(index);
  const nonce = nonceOf(session.salt, ssrcAt(packet, 4), index);
  const sealed = seal(session, nonce, clear, Buffer.concat([clear, trailer]), packet.subarray(RTCP_CLEAR_BYTES));
  return new Uint8Array(Buffer.concat([sealed, trailer]));
}

/** The index an SRTCP packet claims; null where it is too short, or not encrypted (which is never accepted). */
export function rtcpIndexOf(packet: Uint8Array): number | null {
  if (packet.length < RTCP_CLEAR_BYTES + SRTP_TAG_BYTES + INDEX_BYTES) return null;
  const word = ssrcAt(packet, packet.length - INDEX_BYTES);
  return word >= ENCRYPTED_FLAG ? word - ENCRYPTED_FLAG : null;
}

export function openRtcp(session: SrtpSessionKey, packet: Uint8Array, index: number): Uint8Array | null {
  const clear = packet.subarray(0, RTCP_CLEAR_BYTES);
  const nonce = nonceOf(session.salt, ssrcAt(packet, 4), index);
  return open(session, nonce, clear, Buffer.concat([clear, indexWord(index)]), packet.subarray(RTCP_CLEAR_BYTES, -INDEX_BYTES));
}

function seal(session: SrtpSessionKey, nonce: Uint8Array, clear: Uint8Array, authenticated: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-gcm', session.key, nonce);
  cipher.setAAD(authenticated);
  const sealed = new Uint8Array(clear.length + plain.length + SRTP_TAG_BYTES);
  sealed.set(clear);
  sealed.set(cipher.update(plain), clear.length);
  cipher.final();
  sealed.set(cipher.getAuthTag(), clear.length + plain.length);
  return sealed;
}

function open(session: SrtpSessionKey, nonce: Uint8Array, clear: Uint8Array, authenticated: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  const end = sealed.length - SRTP_TAG_BYTES;
  if (end < 0) return null;
  const decipher = createDecipheriv('aes-128-gcm', session.key, nonce, { authTagLength: SRTP_TAG_BYTES });
  decipher.setAAD(authenticated);
  decipher.setAuthTag(sealed.subarray(end));
  const opened = new Uint8Array(clear.length + end);
  opened.set(clear);
  opened.set(decipher.update(sealed.subarray(0, end)), clear.length);
  try {
    decipher.final();
    return opened;
  } catch {
    return null;
  }
}

/** `00 00 | SSRC 32 | index 48` exclusive-or the salt; an SRTCP index fills the low 31 bits (RFC 7714, 8.1 and 9.1). */
function nonceOf(salt: Uint8Array, ssrc: number, index: number): Uint8Array {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint32(2, ssrc);
  view.setUint16(6, Math.floor(index / 2 ** 32));
  view.setUint32(8, index % 2 ** 32);
  for (let at = 0; at < 12; at += 1) nonce[at] = (nonce[at] ?? 0) ^ (salt[at] ?? 0);
  return nonce;
}

function indexWord(index: number): Uint8Array {
  const word = new Uint8Array(INDEX_BYTES);
  new DataView(word.buffer).setUint32(0, ENCRYPTED_FLAG + index);
  return word;
}

function ssrcAt(packet: Uint8Array, offset: number): number {
  return new DataView(packet.buffer, packet.byteOffset, packet.byteLength).getUint32(offset);
}
