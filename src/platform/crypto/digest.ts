import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { fastHmac } from '../fast-crypto.ts';

const HMAC_BYTES = 32;
/** Preparing a key costs Node seven times the HMAC itself (measured), and session keys live as long as their arrays. */
const preparedKeys = new WeakMap<Uint8Array, KeyObject>();

/** SHA-256 of the bytes: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', bytes, 'buffer'));
}

/** SHA-256 of the UTF-8 text or of the bytes, as 64 lower-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** HMAC-SHA256 over the concatenation of the parts: 32 bytes. The array of a key must not change once it was used. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return startOfHmac(key, parts, HMAC_BYTES);
}

/** First 16 bytes of HMAC-SHA256 over the parts: the tag of every ackpay message. */
export function hmacTag16(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return startOfHmac(key, parts, 16);
}

/** First bytes of HMAC-SHA256 over the parts, in an array of their own: a view of the whole has Node make a buffer for it. */
export function startOfHmac(key: Uint8Array, parts: readonly Uint8Array[], macBytes: number): Uint8Array {
  const fast = fastHmac(key, parts, macBytes);
  if (fast !== null) return fast;
  const mac = createHmac('sha256', prepared(key));
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest().subarray(0, macBytes));
}

/** Compares secrets in constant time; unequal lengths are unequal. */
export function equalSecrets(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function prepared(key: Uint8Array): KeyObject {
  const known = preparedKeys.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key);
  preparedKeys.set(key, made);
  return made;
}
