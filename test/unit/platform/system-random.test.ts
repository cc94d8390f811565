import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../src/platform/system-random.ts';
import { toHex } from '../../../src/units/bytes.ts';

describe('randomness', () => {
  it('is as long as it was asked for, never given twice, and nobody else sees what was given', () => {
    const seen = new Set<string>();
    const parts = Array.from({ length: 2_000 }, (_, index) => systemRandom.bytes(8 + (index % 57)));
    for (const [index, part] of parts.entries()) {
      expect(part).toHaveLength(8 + (index % 57));
      expect(part.buffer.byteLength).toBe(part.length);
      seen.add(toHex(part.subarray(0, 8)));
    }
    expect(seen.size).toBe(2_000);
    expect(systemRandom.bytes(5_000).filter((byte) => byte === 0).length).toBeLessThan(100);
  });
});
