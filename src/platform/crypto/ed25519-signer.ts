import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Signer } from '../../ports/signer.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { fastVerify } from '../fast-crypto.ts';

/** Preparing a key costs a fourth of a verification, and one key signs many receipts. Kept as long as its array. */
const preparedKeys = new WeakMap<Uint8Array, KeyObject>();

/** A fresh Ed25519 key. `pem` (PKCS #8) is to be stored with mode 0600 and is never logged. */
export function generateDeviceKey(): { readonly pem: string; readonly signer: Signer } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), signer: signerOf(privateKey) };
}

export function loadSigner(pem: string): Result<Signer, Fault<'bad-key'>> {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') return fault('bad-key', `the key is of type ${key.asymmetricKeyType}; an Ed25519 key is needed`);
    return ok(signerOf(key));
  } catch {
    return fault('bad-key', 'the key file holds no readable private key; restore it from a backup, or enrol the box anew');
  }
}

/**
 * True where the signature is that key's over that message. Malformed keys and signatures are false, never an exception.
 * @param publicKey raw 32 bytes; the array must not change once it was used
 * @param signature 64 bytes
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const fast = fastVerify(publicKey, message, signature);
  if (fast !== null) return fast;
  try {
    return verify(null, message, prepared(publicKey), signature);
  } catch {
    return false;
  }
}

function prepared(publicKey: Uint8Array): KeyObject {
  const known = preparedKeys.get(publicKey);
  if (known !== undefined) return known;
  const made = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' });
  preparedKeys.set(publicKey, made);
  return made;
}

function signerOf(key: KeyObject): Signer {
  const publicKey = new Uint8Array(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'));
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) };
}
