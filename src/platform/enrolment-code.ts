import { assert } from '../units/assert.ts';
import { concatBytes } from '../units/bytes.ts';
import { sha256 } from './crypto/digest.ts';

/** Crockford's base 32: no I, L, O or U, so that a code read aloud or from a small display is typed right. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARACTERS = 12;

/**
 * The one-time code of an enrolment, `XXXX-XXXX-XXXX` (60 bits): what the box shows and the operator types at the headend.
 * Both compute it from the box's key, the nonce and the CA, each as it saw them; a man in the middle who shows the box another
 * CA, or the headend another key, changes it. Source: ruling 28.
 * @param devicePublicKey raw 32 bytes
 * @param caDer the CA certificate
 * @param nonce 16 bytes, fresh with each enrolment
 */
export function enrolmentCode(devicePublicKey: Uint8Array, caDer: Uint8Array, nonce: Uint8Array): string {
  assert(devicePublicKey.length === 32 && nonce.length === 16, 'enrolment parts have fixed lengths');
  const digest = sha256(concatBytes(new TextEncoder().encode('ackbox-enrol/1'), devicePublicKey, sha256(caDer), nonce));
  let bits = 0n;
  for (const byte of digest.subarray(0, 8)) bits = (bits << 8n) | BigInt(byte);
  bits >>= 4n;
  let code = '';
  for (let index = CODE_CHARACTERS - 1; index >= 0; index -= 1) code += ALPHABET[Number((bits >> BigInt(5 * index)) & 31n)] ?? '';
  return `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`;
}

/**
 * A code as typed, in its one form: case, spaces and dashes do not matter, O reads as 0, I and L as 1.
 * @returns null where it is no code at all
 */
export function readEnrolmentCode(typed: string): string | null {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (letters.length !== CODE_CHARACTERS || [...letters].some((letter) => !ALPHABET.includes(letter))) return null;
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}
