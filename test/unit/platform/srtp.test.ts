import { describe, expect, it } from 'vitest';
import { PacketCipher } from '../../../src/platform/packet-cipher.ts';
import { ReplayWindow } from '../../../src/platform/replay-window.ts';
import { createSrtpReceiver, createSrtpSender } from '../../../src/platform/srtp.ts';
import { openRtcp, openRtp, sealRtcp, sealRtp } from '../../../src/platform/srtp-packet.ts';
import { fromHex, toHex } from '../../../src/units/bytes.ts';
import { encodeRtcp } from '../../../src/wire/rtcp.ts';
import { decodeRtp, encodeRtp } from '../../../src/wire/rtp.ts';

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0);
const MASTER = { key: bytesOf('000102030405060708090a0b0c0d0e0f'), salt: bytesOf('a0a1a2a3a4a5a6a7a8a9aaab') };
const SSRC = 0xcafebabe;
const PAYLOAD = bytesOf('fc61636b626f7861636b626f7861636b626f78');

function rtp(extendedSequence: number, challenge?: Uint8Array): Uint8Array {
  const plain = { payloadType: 97, marker: false, sequence: extendedSequence % 65_536, timestamp: 0x01020304, ssrc: SSRC, payload: PAYLOAD };
  return encodeRtp(challenge === undefined ? plain : { ...plain, challenge });
}

function codeOf(result: { ok: boolean; error?: { code: string } }): string {
  return result.ok ? 'taken' : (result.error?.code ?? '');
}

describe('AEAD_AES_128_GCM, byte for byte', () => {
  const session = new PacketCipher(bytesOf('000102030405060708090a0b0c0d0e0f'), bytesOf('517569642070726f2071756f'));

  it('encrypts the RTP packet of RFC 7714, 16.1.1', () => {
    const plain = bytesOf('8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573');
    const sealed = '8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce';
    expect(toHex(sealRtp(session, plain, 12, 0xf17b))).toBe(sealed);
    expect(openRtp(session, bytesOf(sealed), 12, 0xf17b)).toEqual(plain);
  });

  it('encrypts the RTCP packet of RFC 7714, 17.1', () => {
    const plain = bytesOf('81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef');
    const sealed =
      '81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4';
    expect(toHex(sealRtcp(session, plain, 0x5d4))).toBe(sealed);
    expect(openRtcp(session, bytesOf(sealed), 0x5d4)).toEqual(plain);
  });

  /** Made with Debian's libsrtp 2.5.0 from the same master: key derivation, rollover and header extension by another hand. */
  it('gives the datagrams that libsrtp gives, over a rollover and with a header extension', () => {
    const sender = createSrtpSender(MASTER, SSRC);
    const challenge = bytesOf('1122334455667788');
    expect([rtp(65_534), rtp(65_535, challenge), rtp(65_536)].map((packet) => toHex(sender.protectRtp(packet)))).toEqual([
      '8061fffe01020304cafebabe44026823942396a07a13fd6f0275823bf799d0544c8bf4bf929ff2e47aa77e063ee2ab',
      '9061ffff01020304cafebabebede0003371122334455667788000000835e79ced407581a66033258498f250caee360d86835e3051ce6584eda865aea8f94fa',
      '8061000001020304cafebabee8a6a53ede08c6d4415fbeef958a5a88633bbb9517ad3a450a965674e7acacf34b8077',
    ]);
    const reports = bytesOf('80c90001cafebabe81cb0001cafebabe');
    sender.protectRtcp(reports);
    expect(toHex(sender.protectRtcp(reports))).toBe('80c90001cafebabee3eb20f7916c3b40355bcd937c432162cbfd528f15d30d9e80000001');
    const receiver = createSrtpReceiver(MASTER);
    expect(receiver.unprotectRtcp(bytesOf('80c90001cafebabebf28f933601e3393005a23dfa4b2e9da50f0c387b29e84ca80000002'))).toEqual({ ok: true, value: reports });
  });
});

describe('SRTP', () => {
  it('gives every packet back once, in any order within the window', () => {
    const [sender, receiver] = [createSrtpSender(MASTER, SSRC), createSrtpReceiver(MASTER)];
    const sealed = Array.from({ length: 200 }, (_, sequence) => sender.protectRtp(rtp(sequence)));
    const order = sealed.map((_, index) => (index % 2 === 0 ? Math.min(199, index + 1) : index - 1));
    for (const index of order) expect(receiver.unprotectRtp(sealed[index] ?? new Uint8Array(0))).toEqual({ ok: true, value: rtp(index) });
    for (const packet of sealed) expect(codeOf(receiver.unprotectRtp(packet))).toBe('replayed');
  });

  it('follows the sequence over two rollovers, with losses at the edges', () => {
    const [sender, receiver] = [createSrtpSender(MASTER, SSRC), createSrtpReceiver(MASTER)];
    for (let sequence = 0; sequence < 140_000; sequence += 4_001) {
      const packet = rtp(sequence);
      expect(receiver.unprotectRtp(sender.protectRtp(packet))).toEqual({ ok: true, value: packet });
    }
  });

  it('goes on beyond 65,536 after a resume with fresh keys, even when the first packets are lost', () => {
    const [sender, receiver] = [createSrtpSender(MASTER, SSRC, 131_070), createSrtpReceiver(MASTER, 131_070)];
    const sealed = [131_070, 131_071, 131_072, 131_073].map((sequence) => sender.protectRtp(rtp(sequence)));
    expect(receiver.unprotectRtp(sealed[3] ?? new Uint8Array(0)).ok).toBe(true);
    expect(receiver.unprotectRtp(sealed[1] ?? new Uint8Array(0)).ok).toBe(true);
  });

  it('encrypts one packet under one sequence number, whatever comes between', () => {
    const sender = createSrtpSender(MASTER, SSRC, 65_530);
    for (let sequence = 65_530; sequence < 65_600; sequence += 1) sender.protectRtp(rtp(sequence));
    for (const used of [65_530, 65_599]) expect(() => sender.protectRtp(rtp(used))).toThrow('one sequence number encrypts one packet');
    expect(() => createSrtpSender(MASTER, SSRC, 65_530).protectRtp(rtp(65_529))).toThrow('one sequence number');
    sender.protectRtp(rtp(65_600));
  });

  it('leaves the challenge readable, and refuses a changed one', () => {
    const [sender, receiver] = [createSrtpSender(MASTER, SSRC), createSrtpReceiver(MASTER)];
    const nonce = bytesOf('1122334455667788');
    const sealed = sender.protectRtp(rtp(1, nonce));
    const seen = decodeRtp(sealed);
    expect(seen.ok && seen.value.challenge).toEqual(nonce);
    for (let offset = 0; offset < sealed.length; offset += 1) {
      const forged = sealed.slice();
      forged[offset] = (forged[offset] ?? 0) ^ 0x01;
      expect(receiver.unprotectRtp(forged).ok).toBe(false);
    }
    expect(receiver.unprotectRtp(sealed).ok).toBe(true);
  });

  it('refuses forged, shortened and repeated RTCP, and RTCP in clear', () => {
    const [sender, receiver] = [createSrtpSender(MASTER, SSRC), createSrtpReceiver(MASTER)];
    const plain = encodeRtcp({ type: 'bye', ssrcs: [SSRC], reason: 'the end of the song' });
    const sealed = sender.protectRtcp(plain);
    for (let offset = 0; offset < sealed.length; offset += 1) {
      const forged = sealed.slice();
      forged[offset] = (forged[offset] ?? 0) ^ 0x01;
      expect(receiver.unprotectRtcp(forged).ok).toBe(false);
      expect(receiver.unprotectRtcp(sealed.slice(0, offset)).ok).toBe(false);
    }
    expect(codeOf(receiver.unprotectRtcp(plain))).not.toBe('taken');
    expect(receiver.unprotectRtcp(sealed)).toEqual({ ok: true, value: plain });
    expect(codeOf(receiver.unprotectRtcp(sealed))).toBe('replayed');
  });

  it('believes nobody under other keys, nor packets of the other direction', () => {
    const sender = createSrtpSender(MASTER, SSRC);
    const other = createSrtpReceiver({ ...MASTER, salt: bytesOf('b0a1a2a3a4a5a6a7a8a9aaab') });
    expect(codeOf(other.unprotectRtp(sender.protectRtp(rtp(0))))).toBe('bad-tag');
  });

  it('bounds the sources one key serves', () => {
    const receiver = createSrtpReceiver(MASTER);
    const codes = [1, 2, 3, 4, 5].map((ssrc) => {
      const packet = encodeRtp({ payloadType: 97, marker: false, sequence: 0, timestamp: 0, ssrc, payload: PAYLOAD });
      return codeOf(receiver.unprotectRtp(createSrtpSender(MASTER, ssrc).protectRtp(packet)));
    });
    expect(codes).toEqual(['taken', 'taken', 'taken', 'taken', 'too-many-sources']);
  });
});

describe('the replay window', () => {
  it('takes each index once and nothing older than 1,024', () => {
    const window = new ReplayWindow();
    for (const index of [5, 3, 2_000, 1_999, 977]) {
      expect(window.isFresh(index)).toBe(true);
      window.take(index);
      expect(window.isFresh(index)).toBe(false);
    }
    expect([window.isFresh(976), window.isFresh(978), window.isFresh(2_001), window.highest]).toEqual([false, true, true, 2_000]);
  });
});
