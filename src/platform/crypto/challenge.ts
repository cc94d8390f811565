import { assert } from '../../units/assert.ts';
import { startOfHmac } from './digest.ts';

const RESPONSE_BYTES = 8;

/**
 * Answer to the challenge in an RTP header extension: HMAC(key, sid || sequence u32 || nonce || SHA-256(payload)), 8 bytes.
 * It proves that the very payload arrived at the holder of the key (wire.md 5.4, ruling 24).
 * @param sid 16 bytes
 * @param sequence extended sequence of the challenged packet
 * @param nonce the 8 bytes of the header extension
 * @param payloadSha256 over the RTP payload after decryption
 */
export function challengeResponse(key: Uint8Array, sid: Uint8Array, sequence: number, nonce: Uint8Array, payloadSha256: Uint8Array): Uint8Array {
  assert(sid.length === 16 && nonce.length === 8 && payloadSha256.length === 32, 'challenge parts have fixed lengths');
  const slot = Uint8Array.of(sequence >>> 24, sequence >>> 16, sequence >>> 8, sequence);
  return startOfHmac(key, [sid, slot, nonce, payloadSha256], RESPONSE_BYTES);
}
