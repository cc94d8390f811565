import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyEd25519 } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { fastHmac, fastVerify, packetCrypt, useNativeCrypto, useNativeEd25519 } from '../../../../src/platform/fast-crypto.ts';
import { NATIVE_TEXT_BYTES } from '../../../../src/platform/native/native-crypto.ts';
import { NATIVE_MESSAGE_BYTES } from '../../../../src/platform/native/native-ed25519.ts';
import { openNativeLibrary } from '../../../../src/platform/native/native-library.ts';
import { PacketCipher, type PacketCrypt } from '../../../../src/platform/packet-cipher.ts';
import { createSrtpReceiver, createSrtpSender } from '../../../../src/platform/srtp.ts';
import { assert } from '../../../../src/units/assert.ts';
import { encodeRtp } from '../../../../src/wire/rtp.ts';

const bytes = (min: number, max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: min, maxLength: max });

describe('OpenSSL called directly', () => {
  beforeAll(async () => {
    const library = await openNativeLibrary();
    assert(library !== null && useNativeCrypto(library), 'koffi and the OpenSSL of this Node are here');
  });

  it('seals and opens exactly as our own cipher does, whatever the lengths, and what else the tag covers', () => {
    const packet = fc.record({
      packet: bytes(12, 1_400),
      clear: fc.integer({ min: 0, max: 40 }),
      covered: fc.option(bytes(12, 12)),
      index: fc.nat(2 ** 31 - 1),
    });
    fc.assert(
      fc.property(bytes(16, 16), bytes(12, 12), fc.nat(0xffff_ffff), fc.array(packet, { maxLength: 20 }), (key, salt, ssrc, packets) => {
        const [fast, own] = [packetCrypt(key, salt), new PacketCipher(key, salt)];
        expect(fast).not.toBeInstanceOf(PacketCipher);
        for (const { packet, clear, covered, index } of packets) {
          const clearBytes = Math.min(clear, packet.length);
          const more = covered === null ? undefined : { authenticated: new DataView(covered.slice().buffer), room: 4 };
          const sealed = own.seal(ssrc, index, packet, clearBytes, more);
          expect(fast.seal(ssrc, index, packet, clearBytes, more)).toEqual(sealed);
          const received = more === undefined ? sealed : sealed.subarray(0, -4);
          expect(fast.open(ssrc, index, received, clearBytes, more?.authenticated)).toEqual(packet);
          const written = (crypt: PacketCrypt): Uint8Array => {
            crypt.room(packet.length).bytes.set(packet);
            return crypt.sealRoom(ssrc, index, packet.length, clearBytes).slice();
          };
          expect(written(fast)).toEqual(written(own));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('opens nothing of which a bit was changed, nothing too short or too long, and goes on after it', () => {
    const [key, salt] = [new Uint8Array(16).fill(7), new Uint8Array(12).fill(9)];
    const packet = Uint8Array.from({ length: 60 }, (_, at) => at);
    const crypt = packetCrypt(key, salt);
    const sealed = crypt.seal(1, 5, packet, 12);
    for (let bit = 0; bit < 8 * sealed.length; bit += 1) {
      const forged = sealed.slice();
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(crypt.open(1, 5, forged, 12)).toBeNull();
    }
    for (const length of [0, 15, 27, NATIVE_TEXT_BYTES + 17, 65_507]) expect(crypt.open(1, 5, new Uint8Array(length), 12)).toBeNull();
    expect(crypt.open(1, 5, sealed, 12)).toEqual(packet);
  });

  it('tags as Node does, and leaves to Node what is too long for it', () => {
    fc.assert(
      fc.property(bytes(1, 32), fc.array(bytes(0, 300), { maxLength: 5 }), (key, parts) => {
        const hmac = createHmac('sha256', key);
        for (const part of parts) hmac.update(part);
        expect(fastHmac(key, parts, 32)).toEqual(new Uint8Array(hmac.digest()));
      }),
    );
    expect(fastHmac(new Uint8Array(33), [], 32)).toBeNull();
    expect(fastHmac(new Uint8Array(32), [new Uint8Array(NATIVE_TEXT_BYTES), new Uint8Array(1)], 32)).toBeNull();
  });

  it('makes of a packet that is only written the datagram of the packet itself, and encrypts no number twice', () => {
    const master = { key: new Uint8Array(16).fill(1), salt: new Uint8Array(12).fill(2) };
    const [written, given, receiver] = [createSrtpSender(master, 7), createSrtpSender(master, 7), createSrtpReceiver(master)];
    const packet = (sequence: number) => ({
      payloadType: 97,
      marker: false,
      sequence,
      timestamp: 960 * sequence,
      ssrc: 7,
      payload: new Uint8Array(200).fill(sequence),
    });
    for (let sequence = 65_530; sequence < 65_540; sequence += 1) {
      const fields = { ...packet(sequence % 65_536), ...(sequence % 3 === 0 ? { challenge: new Uint8Array(8).fill(sequence) } : {}) };
      const datagram = written.protectWritten(fields).slice();
      expect(datagram).toEqual(given.protectRtp(encodeRtp(fields)));
      expect(receiver.unprotectRtp(datagram)).toEqual({ ok: true, value: encodeRtp(fields) });
    }
    expect(() => written.protectWritten({ ...packet(3), payload: new Uint8Array(9) })).toThrow('one sequence number encrypts one packet');
  });
});

describe('Ed25519 by libsodium', () => {
  const raw = (key: KeyObject): Uint8Array => new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  beforeAll(async () => assert(await useNativeEd25519(), 'libsodium is here'));

  it('takes what Node signed, of every length, and nothing of which a bit was changed', () => {
    const key = raw(publicKey);
    fc.assert(
      fc.property(bytes(0, 300), fc.nat(), (message, at) => {
        const signature = new Uint8Array(sign(null, message, privateKey));
        expect(fastVerify(key, message, signature)).toBe(true);
        for (const part of [key, message, signature]) {
          if (part.length === 0) continue;
          const changed = part.slice();
          changed[at % part.length] = (changed[at % part.length] ?? 0) ^ (1 << (at & 7));
          const answer = fastVerify(part === key ? changed : key, part === message ? changed : message, part === signature ? changed : signature);
          expect(answer).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('leaves to Node what is too long for it', () => {
    const message = new Uint8Array(NATIVE_MESSAGE_BYTES + 1);
    const signature = new Uint8Array(sign(null, message, privateKey));
    expect(fastVerify(raw(publicKey), message, signature)).toBeNull();
    expect(verifyEd25519(raw(publicKey), message, signature)).toBe(true);
  });

  it('refuses a key of small order, under which one signature would be right for every message', () => {
    const [key, signature] = [new Uint8Array(32), new Uint8Array(64)];
    key[0] = 1;
    signature[0] = 1;
    expect(verifyEd25519(key, Buffer.from('any'), signature)).toBe(false);
  });
});
