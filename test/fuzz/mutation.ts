import { concatBytes } from '../../src/units/bytes.ts';

/** Whole numbers below a bound, from a seed (mulberry32): the same seed gives the same run. */
export type Draw = (below: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const INTERESTING = [0, 1, 0x0a, 0x0d, 0x20, 0x24, 0x2d, 0x3a, 0x3b, 0x7f, 0x80, 0xbe, 0xff];
const LENGTH_MAX = 40_000;

/** One to eight changes of a well-formed input: bits, bytes, pieces removed, repeated or taken from another one. */
export function mutate(corpus: readonly Uint8Array[], draw: Draw): Uint8Array {
  const pick = (): Uint8Array => corpus[draw(corpus.length)] ?? new Uint8Array();
  let bytes: Uint8Array = pick().slice();
  for (let changes = 1 + draw(8); changes > 0; changes -= 1) bytes = change(bytes, pick, draw);
  return bytes.subarray(0, LENGTH_MAX);
}

function change(bytes: Uint8Array, pick: () => Uint8Array, draw: Draw): Uint8Array {
  const at = draw(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + draw(32));
  switch (draw(7)) {
    case 0:
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << draw(8)));
    case 1:
      return withByte(bytes, at, INTERESTING[draw(INTERESTING.length)] ?? 0);
    case 2:
      return concatBytes(bytes.subarray(0, at), bytes.subarray(end));
    case 3:
      return bytes.slice(0, at);
    case 4:
      return concatBytes(bytes.subarray(0, end), ...Array.from({ length: 1 + draw(64) }, () => bytes.subarray(at, end)), bytes.subarray(end));
    case 5: {
      const other = pick();
      return concatBytes(bytes.subarray(0, at), other.subarray(draw(other.length + 1)));
    }
    default:
      return concatBytes(
        bytes.subarray(0, at),
        Uint8Array.from({ length: draw(16) }, () => draw(256)),
        bytes.subarray(at),
      );
  }
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  if (at < bytes.length) bytes[at] = value;
  return bytes;
}
