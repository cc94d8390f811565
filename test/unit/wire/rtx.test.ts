import { describe, expect, it } from 'vitest';
import { encodeRtp } from '../../../src/wire/rtp.ts';
import { isRtx, unwrapRtx, wrapRtx } from '../../../src/wire/rtx.ts';

const ORIGINAL = encodeRtp({
  payloadType: 97,
  marker: true,
  sequence: 65_535,
  timestamp: 960,
  ssrc: 0x0102_0304,
  challenge: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  payload: Uint8Array.of(0xfc, 9, 9),
});

describe('retransmissions (RFC 4588)', () => {
  it('give back the very packet, challenge and marker included', () => {
    const wrapped = wrapRtx(ORIGINAL, { ssrc: 5, sequence: 70_000 });
    expect(isRtx(wrapped)).toBe(true);
    expect(isRtx(ORIGINAL)).toBe(false);
    expect(unwrapRtx(wrapped, { payloadType: 97, ssrc: 0x0102_0304 })).toEqual({ ok: true, value: ORIGINAL });
  });

  it('carry the original sequence in front of the payload', () => {
    const wrapped = wrapRtx(ORIGINAL, { ssrc: 5, sequence: 1 });
    expect([...wrapped.subarray(28)]).toEqual([0xff, 0xff, 0xfc, 9, 9]);
    expect([...wrapped.subarray(0, 4)]).toEqual([0x90, 0x80 | 98, 0, 1]);
  });

  it('are refused where they are cut off, or none', () => {
    const wrapped = wrapRtx(ORIGINAL, { ssrc: 5, sequence: 1 });
    for (let length = 0; length < 30; length += 1) expect(unwrapRtx(wrapped.subarray(0, length), { payloadType: 97, ssrc: 1 }).ok).toBe(false);
    expect(unwrapRtx(ORIGINAL, { payloadType: 97, ssrc: 1 }).ok).toBe(false);
  });
});
