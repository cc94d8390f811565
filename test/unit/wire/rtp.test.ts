import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../src/units/bytes.ts';
import { decodeRtp, encodeRtp } from '../../../src/wire/rtp.ts';

const PACKET = { payloadType: 97, marker: true, sequence: 0xfffe, timestamp: 0x01020304, ssrc: 0xcafebabe, payload: Uint8Array.of(0xfc, 1, 2) };
const NONCE = Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
const PLAIN = '80e1fffe01020304cafebabe';

function decodeHex(hex: string) {
  return decodeRtp(fromHex(hex) ?? new Uint8Array(0));
}

describe('RTP', () => {
  it('writes the header of RFC 3550', () => {
    expect(toHex(encodeRtp(PACKET))).toBe(`${PLAIN}fc0102`);
  });

  it('carries a challenge as a one-byte header extension of RFC 8285 and finds it again', () => {
    const bytes = encodeRtp({ ...PACKET, challenge: NONCE });
    expect(toHex(bytes)).toBe('90e1fffe01020304cafebabe' + 'bede0003' + '37' + '1122334455667788' + '000000' + 'fc0102');
    expect(decodeRtp(bytes)).toEqual({ ok: true, value: { ...PACKET, challenge: NONCE } });
  });

  it('skips contributing sources, foreign extensions and padding', () => {
    const sources = '82e1fffe01020304cafebabe' + '00000001' + '00000002' + 'fc0102';
    expect(decodeHex(sources)).toEqual({ ok: true, value: PACKET });
    const foreign = '90e1fffe01020304cafebabe' + 'bede0004' + '10aa' + '00' + '37' + '1122334455667788' + '22bbccdd' + 'fc0102';
    expect(decodeHex(foreign)).toEqual({ ok: true, value: { ...PACKET, challenge: NONCE } });
    const twoByteForm = '90e1fffe01020304cafebabe' + '10000001' + '03010000' + 'fc0102';
    expect(decodeHex(twoByteForm)).toEqual({ ok: true, value: PACKET });
    expect(decodeHex('a0e1fffe01020304cafebabe' + 'fc0102' + '00000003')).toMatchObject({ ok: true, value: { payload: Uint8Array.of(0xfc, 1, 2, 0) } });
  });

  it('refuses cut headers, other versions and impossible padding', () => {
    const whole = encodeRtp({ ...PACKET, challenge: NONCE });
    for (let length = 0; length < 28; length += 1) expect(decodeRtp(whole.slice(0, length)).ok).toBe(false);
    expect(decodeHex(`4${PLAIN.slice(1)}`)).toMatchObject({ error: { code: 'not-rtp' } });
    expect(decodeHex(`a${PLAIN.slice(1)}fc01ff`)).toMatchObject({ error: { code: 'bad-padding' } });
    expect(decodeHex(`a${PLAIN.slice(1)}fc0100`)).toMatchObject({ error: { code: 'bad-padding' } });
    expect(decodeHex('90e1fffe01020304cafebabe' + 'bede0001' + '3711aabb')).toMatchObject({ error: { code: 'bad-extension' } });
  });

  it('refuses to write a packet that no datagram can carry', () => {
    expect(() => encodeRtp({ ...PACKET, payload: concatBytes(new Uint8Array(1_500)) })).toThrow('datagram');
  });
});
