import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

export const SEAL_KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** What sealing adds. */
export const SEAL_BYTES = IV_BYTES + TAG_BYTES;

/**
 * AES-256-GCM: `iv 12 | tag 16 | ciphertext`. Opens only with the same key and the same `about` (what the bytes are, in words).
 * @param iv never used twice with one key
 */
export function sealBytes(key: Uint8Array, plain: Uint8Array, about: string, iv: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(about));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** @returns null where the bytes were altered, or belong to another key or another purpose */
export function openBytes(key: Uint8Array, sealed: Uint8Array, about: string): Uint8Array | null {
  if (sealed.length < SEAL_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(sealed.subarray(IV_BYTES, SEAL_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(SEAL_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** A key from a secret, for one purpose (RFC 5869). */
export function deriveKey(secret: Uint8Array, salt: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, Buffer.from(salt), Buffer.from(purpose), SEAL_KEY_BYTES));
}
