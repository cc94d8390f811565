import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { SessionKeys, SrtpMaster } from './session-keys.ts';

/** An X25519 key pair for one exchange. It is never stored. */
export interface EphemeralKey {
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface KeyAgreement {
  readonly ourPrivate: KeyObject;
  /** Raw 32 bytes. */
  readonly theirPublic: Uint8Array;
  /** 16 bytes. */
  readonly sid: Uint8Array;
  readonly epoch: number;
  /** 32 bytes: SHA-256 of what both sides agreed on (the canonical terms, or the transcript of a resume). */
  readonly transcriptHash: Uint8Array;
}

export function generateEphemeral(): EphemeralKey {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: rawPublic(publicKey), privateKey };
}

/** @param pkcs8 DER of the private half */
export function importEphemeral(pkcs8: Uint8Array): EphemeralKey {
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), type: 'pkcs8', format: 'der' });
  return { publicKey: rawPublic(createPublicKey(privateKey)), privateKey };
}

/**
 * Derives every key of an epoch: HKDF-SHA256(X25519 secret, salt = sid, info = `ackpay/1 <label> <epoch>` || transcript hash).
 * Both sides get the same keys. Source: ruling 22, RFC 7748, RFC 5869.
 * @returns refused where the peer's public key is not 32 bytes or is a point of small order
 */
export function deriveSessionKeys(agreement: KeyAgreement): Result<SessionKeys, Fault<'bad-public-key'>> {
  const secret = sharedSecret(agreement.ourPrivate, agreement.theirPublic);
  if (secret === null) return fault('bad-public-key', 'the X25519 key of the other side is not usable; start the exchange again');
  const derive = (label: string, bytes: number): Uint8Array => {
    const info = Buffer.concat([Buffer.from(`ackpay/1 ${label} ${agreement.epoch}`), agreement.transcriptHash]);
    return new Uint8Array(hkdfSync('sha256', secret, agreement.sid, info, bytes));
  };
  const master = (direction: string): SrtpMaster => ({ key: derive(`srtp key ${direction}`, 16), salt: derive(`srtp salt ${direction}`, 12) });
  return ok({
    epoch: agreement.epoch,
    deviceTag: derive('ack', 32),
    headendTag: derive('srv', 32),
    challenge: derive('chal', 32),
    rtsp: derive('rtsp', 32),
    srtpToDevice: master('to-device'),
    srtpToHeadend: master('to-headend'),
  });
}

function sharedSecret(ourPrivate: KeyObject, theirPublic: Uint8Array): Uint8Array | null {
  if (theirPublic.length !== 32) return null;
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(theirPublic).toString('base64url') }, format: 'jwk' });
    return new Uint8Array(diffieHellman({ privateKey: ourPrivate, publicKey }));
  } catch {
    return null;
  }
}

function rawPublic(key: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'));
}
