import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRed, encodeRed } from '../../../src/wire/red.ts';

const OPUS = 97;
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

describe('RFC 2198, redundant audio data', () => {
  test('a copy has four bytes of header, the own sound one, and the oldest comes first', () => {
    const copies = [
      { ticksBefore: 1_920, payload: bytes(1, 2) },
      { ticksBefore: 960, payload: bytes(3) },
    ];
    // 1|97, 1920 << 10 | 2; 1|97, 960 << 10 | 1; 0|97; the sound
    const wire = bytes(0xe1, 0x1e, 0x00, 0x02, 0xe1, 0x0f, 0x00, 0x01, 0x61, 1, 2, 3, 9, 9);
    expect(encodeRed({ copies, own: bytes(9, 9) }, OPUS)).toEqual(wire);
    expect(decodeRed(wire, OPUS)).toEqual({ ok: true, value: { copies, own: bytes(9, 9) } });
  });

  test('whatever was put in comes out', () => {
    const copy = fc.record({ ticksBefore: fc.integer({ min: 1, max: 0x3fff }), payload: fc.uint8Array({ minLength: 1, maxLength: 0x3ff }) });
    fc.assert(
      fc.property(fc.array(copy, { maxLength: 3 }), fc.uint8Array({ minLength: 1, maxLength: 200 }), (copies, own) => {
        expect(decodeRed(encodeRed({ copies, own }, OPUS), OPUS)).toEqual({ ok: true, value: { copies, own } });
      }),
    );
  });

  test('copies in another format are left out, and the own sound must be in the agreed one', () => {
    const foreign = encodeRed({ copies: [{ ticksBefore: 960, payload: bytes(1) }], own: bytes(2) }, 96);
    expect(decodeRed(foreign, OPUS)).toMatchObject({ ok: false, error: { code: 'foreign' } });
    foreign[4] = OPUS;
    expect(decodeRed(foreign, OPUS)).toEqual({ ok: true, value: { copies: [], own: bytes(2) } });
  });

  test('what is cut off, endless or empty is refused, and nothing throws', () => {
    const whole = encodeRed({ copies: [{ ticksBefore: 960, payload: bytes(1, 2, 3) }], own: bytes(4) }, OPUS);
    for (let length = 0; length < whole.length; length += 1) expect(decodeRed(whole.subarray(0, length), OPUS).ok).toBe(false);
    expect(decodeRed(new Uint8Array(400).fill(0xff), OPUS).ok).toBe(false);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => typeof decodeRed(noise, OPUS).ok === 'boolean'));
  });
});
