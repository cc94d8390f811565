import { describe, expect, it } from 'vitest';
import { decodeSegment, encodeSegment, SEGMENT_PACKETS } from '../../../src/wire/segment.ts';

describe('a segment', () => {
  it('holds 5 s of packets with their lengths', () => {
    expect(SEGMENT_PACKETS).toBe(250);
    expect([...encodeSegment([Uint8Array.of(7), Uint8Array.of(8, 9)])]).toEqual([0, 1, 7, 0, 2, 8, 9]);
  });

  it('gives back what was put in', () => {
    const packets = Array.from({ length: 250 }, (_, index) => new Uint8Array(1 + index).fill(index));
    const decoded = decodeSegment(encodeSegment(packets));
    expect(decoded.ok && [...decoded.value]).toEqual(packets);
    expect(decoded.ok && [-1, packets.length].map((offset) => decoded.value.packet(offset))).toEqual([null, null]);
  });

  it('refuses a cut, an empty and an overlong one', () => {
    const bytes = encodeSegment([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    for (const length of [0, 1, 4, 6, 7]) expect(decodeSegment(bytes.slice(0, length)).ok).toBe(false);
    expect(decodeSegment(Uint8Array.of(0, 0)).ok).toBe(false);
    expect(decodeSegment(new Uint8Array(3 * 5_001).map((_, index) => (index % 3 === 1 ? 1 : 0))).ok).toBe(false);
    expect(() => encodeSegment([])).toThrow();
  });
});
