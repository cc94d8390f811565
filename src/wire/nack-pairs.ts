import type { ByteReader } from './byte-reader.ts';

/** A first lost sequence, and a mask of which of the 16 after it are lost too (RFC 4585, 6.2.1). */
export type NackPair = readonly [first: number, mask: number];

/** Packs 16-bit sequences, in the order given, into as few pairs as that order allows; wraps at 65,536. */
export function pairsFromLost(lost: readonly number[]): readonly NackPair[] {
  const pairs: [number, number][] = [];
  for (const sequence of lost) {
    const last = pairs.at(-1);
    const distance = last === undefined ? 0 : (sequence - last[0]) & 0xffff;
    if (last !== undefined && distance >= 1 && distance <= 16) last[1] |= 1 << (distance - 1);
    else pairs.push([sequence & 0xffff, 0]);
  }
  return pairs;
}

/** Reads pairs to the end of the packet. */
export function lostFromPairs(reader: ByteReader): readonly number[] {
  const lost: number[] = [];
  while (reader.remaining > 0 && !reader.short) {
    const first = reader.u16();
    const mask = reader.u16();
    lost.push(first);
    for (let bit = 0; bit < 16; bit += 1) if (mask & (1 << bit)) lost.push((first + 1 + bit) & 0xffff);
  }
  return lost;
}
