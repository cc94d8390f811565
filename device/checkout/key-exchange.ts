import { type EphemeralKey, importEphemeral } from '../../src/platform/crypto/key-agreement.ts';
import type { Random } from '../../src/ports/random.ts';
import { concatBytes } from '../../src/units/bytes.ts';

/** PKCS #8 header of a bare X25519 private key (RFC 8410, section 7); the 32 bytes of the key follow it. */
const X25519_PKCS8 = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20);

/**
 * A fresh X25519 key for one offer or one resume. Its public half goes into the request (hex); its private half stays in memory
 * until `acceptOffer` or `acceptResume` has derived the keys of the epoch. Source: ruling 22.
 */
export function openExchange(random: Random): EphemeralKey {
  return importEphemeral(concatBytes(X25519_PKCS8, random.bytes(32)));
}
