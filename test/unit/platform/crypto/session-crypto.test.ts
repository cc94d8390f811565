import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openAckpay, sealAckpay } from '../../../../src/platform/crypto/ackpay-seal.ts';
import { challengeResponse } from '../../../../src/platform/crypto/challenge.ts';
import { equalSecrets, sha256, sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { generateDeviceKey, loadSigner, verifyEd25519 } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { deriveSessionKeys, generateEphemeral } from '../../../../src/platform/crypto/key-agreement.ts';
import type { SessionKeys } from '../../../../src/platform/crypto/session-keys.ts';
import { concatBytes, fromHex, toHex } from '../../../../src/units/bytes.ts';
import { encodeAckpay } from '../../../../src/wire/ackpay.ts';
import { CONFIRM, FULL_ACK, PLAIN_ACK, RECEIPT_MESSAGE, SSRCS, WINDOW } from '../../wire/sample-messages.ts';

const SID = new Uint8Array(16).fill(9);
const HASH = new Uint8Array(32).fill(4);
const [DEVICE, HEADEND] = [generateEphemeral(), generateEphemeral()];

function keysOf(change: { epoch?: number; sid?: Uint8Array; transcriptHash?: Uint8Array } = {}, side: 'device' | 'headend' = 'device'): SessionKeys {
  const [ours, theirs] = side === 'device' ? [DEVICE, HEADEND] : [HEADEND, DEVICE];
  const derived = deriveSessionKeys({ ourPrivate: ours.privateKey, theirPublic: theirs.publicKey, sid: SID, epoch: 1, transcriptHash: HASH, ...change });
  if (!derived.ok) throw new Error(derived.error.message);
  return derived.value;
}

describe('session keys', () => {
  it('are the same on both sides, and differ from each other', () => {
    expect(keysOf({}, 'headend')).toEqual(keysOf({}, 'device'));
    const { deviceTag, headendTag, challenge, rtsp, srtpToDevice, srtpToHeadend } = keysOf();
    const all = [deviceTag, headendTag, challenge, rtsp, srtpToDevice.key, srtpToDevice.salt, srtpToHeadend.key, srtpToHeadend.salt].map(toHex);
    expect(new Set(all).size).toBe(8);
    expect(all.map((key) => key.length / 2)).toEqual([32, 32, 32, 32, 16, 12, 16, 12]);
  });

  it('change with the epoch, the session and what was agreed', () => {
    const variants = [keysOf(), keysOf({ epoch: 2 }), keysOf({ sid: new Uint8Array(16) }), keysOf({ transcriptHash: new Uint8Array(32) })];
    expect(new Set(variants.map((keys) => toHex(keys.deviceTag))).size).toBe(4);
  });

  it('refuse points that give no secret', () => {
    for (const theirPublic of [new Uint8Array(32), new Uint8Array(31), Uint8Array.of(1, ...new Uint8Array(31))]) {
      expect(deriveSessionKeys({ ourPrivate: DEVICE.privateKey, theirPublic, sid: SID, epoch: 1, transcriptHash: HASH })).toMatchObject({
        error: { code: 'bad-public-key' },
      });
    }
  });
});

describe('sealed ackpay messages', () => {
  const keys = keysOf();

  it.each([PLAIN_ACK, FULL_ACK, RECEIPT_MESSAGE, WINDOW, CONFIRM])('open as they were sealed', (message) => {
    expect(openAckpay(keys, SID, sealAckpay(keys, SID, message, SSRCS))).toEqual({ ok: true, value: { message, ssrcs: SSRCS } });
  });

  it('carry the first 16 bytes of HMAC-SHA256 over session and message', () => {
    const bare = encodeAckpay(PLAIN_ACK, SSRCS);
    const tag = createHmac('sha256', keys.deviceTag)
      .update(concatBytes(SID, bare.slice(0, -16)))
      .digest()
      .subarray(0, 16);
    expect(toHex(sealAckpay(keys, SID, PLAIN_ACK, SSRCS).slice(-16))).toBe(toHex(tag));
  });

  it('are refused after any change of any bit, under another session, or another epoch', () => {
    const sealed = sealAckpay(keys, SID, FULL_ACK, SSRCS);
    for (let bit = 0; bit < 8 * sealed.length; bit += 1) {
      const forged = sealed.slice();
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openAckpay(keys, SID, forged).ok).toBe(false);
    }
    expect(openAckpay(keys, new Uint8Array(16), sealed)).toMatchObject({ error: { code: 'bad-tag' } });
    expect(openAckpay(keysOf({ epoch: 2 }), SID, sealed)).toMatchObject({ error: { code: 'wrong-epoch' } });
    expect(() => sealAckpay(keys, SID, { ...PLAIN_ACK, epoch: 2 }, SSRCS)).toThrow('own epoch');
  });

  it('have a key for each direction: the device cannot open windows for itself', () => {
    const swapped = { ...keys, headendTag: keys.deviceTag };
    expect(openAckpay(keys, SID, sealAckpay(swapped, SID, WINDOW, SSRCS))).toMatchObject({ error: { code: 'bad-tag' } });
  });
});

describe('the answer to a challenge', () => {
  it('is 8 bytes that change with session, slot, nonce and payload', () => {
    const key = new Uint8Array(32).fill(1);
    const [nonce, payload] = [new Uint8Array(8), sha256(new Uint8Array(3))];
    const answers = [
      challengeResponse(key, SID, 7, nonce, payload),
      challengeResponse(key, new Uint8Array(16), 7, nonce, payload),
      challengeResponse(key, SID, 8, nonce, payload),
      challengeResponse(key, SID, 7, new Uint8Array(8).fill(1), payload),
      challengeResponse(key, SID, 7, nonce, sha256(new Uint8Array(4))),
    ].map(toHex);
    const whole = createHmac('sha256', key)
      .update(concatBytes(SID, Uint8Array.of(0, 0, 0, 7), nonce, payload))
      .digest('hex');
    expect(answers[0]).toBe(whole.slice(0, 16));
    expect(new Set(answers).size).toBe(5);
  });
});

describe('signatures', () => {
  it('follow RFC 8032, 7.1, test 2', () => {
    const publicKey = fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c') ?? new Uint8Array(0);
    const signature =
      fromHex('92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00') ??
      new Uint8Array(0);
    expect(verifyEd25519(publicKey, Uint8Array.of(0x72), signature)).toBe(true);
    expect(verifyEd25519(publicKey, Uint8Array.of(0x73), signature)).toBe(false);
  });

  it('are made by a key that is loaded again from its file', () => {
    const { pem, signer } = generateDeviceKey();
    const again = loadSigner(pem);
    if (!again.ok) throw new Error(again.error.message);
    expect(again.value.publicKey).toEqual(signer.publicKey);
    const signature = again.value.sign(HASH);
    expect(verifyEd25519(signer.publicKey, HASH, signature)).toBe(true);
    expect(verifyEd25519(signer.publicKey, HASH, signature.slice(0, 63))).toBe(false);
    expect(verifyEd25519(signer.publicKey.slice(0, 31), HASH, signature)).toBe(false);
    expect(verifyEd25519(new Uint8Array(32).fill(0xff), HASH, signature)).toBe(false);
  });

  it('are not made with a file that holds no Ed25519 key', () => {
    expect(loadSigner('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')).toMatchObject({ error: { code: 'bad-key' } });
    const x25519 = generateEphemeral().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(loadSigner(x25519)).toMatchObject({ error: { code: 'bad-key' } });
  });
});

describe('digests', () => {
  it('are SHA-256 of text and bytes alike', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(toHex(sha256(new TextEncoder().encode('abc')))).toBe(sha256Hex('abc'));
    expect([equalSecrets(HASH, HASH.slice()), equalSecrets(HASH, HASH.slice(1)), equalSecrets(HASH, sha256(HASH))]).toEqual([true, false, false]);
  });
});
