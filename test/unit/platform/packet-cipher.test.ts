import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketCipher } from '../../../src/platform/packet-cipher.ts';

const bytes = (min: number, max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: min, maxLength: max });

/** OpenSSL's own GCM over the same packet. */
function sealByOpenSsl(key: Uint8Array, salt: Uint8Array, ssrc: number, index: number, packet: Uint8Array, clearBytes: number): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(ssrc, 2);
  nonce.writeUIntBE(index, 6, 6);
  const cipher = createCipheriv(
    'aes-128-gcm',
    key,
    nonce.map((byte, at) => byte ^ (salt[at] ?? 0)),
  );
  cipher.setAAD(packet.subarray(0, clearBytes));
  const sealed = cipher.update(packet.subarray(clearBytes));
  cipher.final();
  return new Uint8Array(Buffer.concat([packet.subarray(0, clearBytes), sealed, cipher.getAuthTag()]));
}

describe('the cipher of packets', () => {
  it.each([1_452, 2_060, 2_100, 65_507])("finds a stranger's %i bytes not authentic, however many, and opens the next packet", (length) => {
    const cipher = new PacketCipher(new Uint8Array(16), new Uint8Array(12));
    expect(cipher.open(7, 2, new Uint8Array(length), 12)).toBeNull();
    const packet = new Uint8Array(200).fill(3);
    expect(cipher.open(7, 3, cipher.seal(7, 3, packet, 12), 12)).toEqual(packet);
  });

  it('gives the bytes that OpenSSL gives, whatever the lengths and the order of the packets', () => {
    const step = fc.record({ jump: fc.constantFrom(1, 1, 1, 1, 2, -1, 2 ** 33), packet: bytes(12, 1_400), clear: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(bytes(16, 16), bytes(12, 12), fc.nat(0xffff_ffff), fc.array(step, { maxLength: 40 }), (key, salt, ssrc, steps) => {
        const [sealing, opening] = [new PacketCipher(key, salt), new PacketCipher(key, salt)];
        let index = 2;
        for (const { jump, packet, clear } of steps) {
          index = Math.max(0, index + jump) % 2 ** 48;
          const clearBytes = Math.min(clear, packet.length);
          const sealed = sealing.seal(ssrc, index, packet, clearBytes);
          expect(sealed).toEqual(sealByOpenSsl(key, salt, ssrc, index, packet, clearBytes));
          expect(opening.open(ssrc, index, sealed, clearBytes)).toEqual(packet);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('opens nothing of which a bit was changed, and goes on after it', () => {
    const [key, salt] = [new Uint8Array(16).fill(7), new Uint8Array(12).fill(9)];
    const packet = Uint8Array.from({ length: 60 }, (_, at) => at);
    const opening = new PacketCipher(key, salt);
    const sealed = new PacketCipher(key, salt).seal(1, 5, packet, 12);
    for (let bit = 0; bit < 8 * sealed.length; bit += 1) {
      const forged = sealed.slice();
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(opening.open(1, 5, forged, 12)).toBeNull();
    }
    expect(opening.open(1, 5, sealed, 12, new DataView(new ArrayBuffer(12)))).toBeNull();
    expect(opening.open(1, 6, sealed, 12)).toBeNull();
    expect(opening.open(1, 5, sealed, 12)).toEqual(packet);
  });
});
