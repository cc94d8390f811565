import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Signer } from '../../ports/signer.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

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
 * @param publicKey raw 32 bytes
 * @param signature 64 bytes
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}

function signerOf(key: KeyObject): Signer {
  const publicKey = new Uint8Array(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'));
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) };
}
