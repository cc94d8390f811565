/** Rest of what eight shifts push out at the low end, to be added at the high end (x^128 = x^7 + x^2 + x + 1, bits reflected). */
const OVERFLOW = overflowTable();
const BLOCK_BYTES = 16;
/** The block that is multiplied. */
const words = new Int32Array(4);

/**
 * GHASH of AES-GCM (NIST SP 800-38D, 6.4) with Shoup's tables of eight bits: 4 KiB for a key, and 1.6 us for a packet of 250 bytes.
 * The tables are read at places that depend on what is hashed: a program that shares our processor's cache could learn of them, as
 * with every GHASH in software; one that only sees the network can not.
 */
export class Ghash {
  readonly #table: Int32Array;
  readonly #scratch = new DataView(new ArrayBuffer(BLOCK_BYTES));
  /** The sum so far, its first word holding the coefficients of lowest degree. */
  readonly #sum = new Int32Array(4);

  /** @param subkey the 16 bytes that AES makes of zeros */
  constructor(subkey: Uint8Array) {
    this.#table = multiplesOf(subkey);
  }

  /** The hash of authenticated and encrypted bytes, each padded, and their lengths: 16 bytes into `to`. */
  digest(authenticated: DataView, authenticatedBytes: number, sealed: DataView, sealedFrom: number, sealedBytes: number, to: DataView): void {
    this.#sum.fill(0);
    this.#absorb(authenticated, 0, authenticatedBytes);
    this.#absorb(sealed, sealedFrom, sealedBytes);
    to.setUint32(0, 0);
    to.setUint32(4, 8 * authenticatedBytes);
    to.setUint32(8, 0);
    to.setUint32(12, 8 * sealedBytes);
    this.#absorb(to, 0, BLOCK_BYTES);
    for (let word = 0; word < 4; word += 1) to.setInt32(4 * word, this.#sum[word] ?? 0);
  }

  #absorb(view: DataView, from: number, bytes: number): void {
    const whole = bytes - (bytes % BLOCK_BYTES);
    this.#multiply(view, from, from + whole);
    if (whole === bytes) return;
    for (let at = 0; at < BLOCK_BYTES; at += 1) this.#scratch.setUint8(at, whole + at < bytes ? view.getUint8(from + whole + at) : 0);
    this.#multiply(this.#scratch, 0, BLOCK_BYTES);
  }

  /** For each block: add it, then multiply by the subkey, byte by byte from the highest degree down. */
  #multiply(view: DataView, from: number, end: number): void {
    const table = this.#table;
    const sum = this.#sum;
    let a = sum[0] ?? 0;
    let b = sum[1] ?? 0;
    let c = sum[2] ?? 0;
    let d = sum[3] ?? 0;
    for (let at = from; at < end; at += BLOCK_BYTES) {
      words[0] = a ^ view.getInt32(at);
      words[1] = b ^ view.getInt32(at + 4);
      words[2] = c ^ view.getInt32(at + 8);
      words[3] = d ^ view.getInt32(at + 12);
      a = b = c = d = 0;
      for (let word = 3; word >= 0; word -= 1) {
        let rest = words[word] ?? 0;
        for (let byte = 0; byte < 4; byte += 1) {
          const out = d & 0xff;
          const row = (rest & 0xff) << 2;
          d = ((d >>> 8) | (c << 24)) ^ (table[row + 3] ?? 0);
          c = ((c >>> 8) | (b << 24)) ^ (table[row + 2] ?? 0);
          b = ((b >>> 8) | (a << 24)) ^ (table[row + 1] ?? 0);
          a = (a >>> 8) ^ (OVERFLOW[out] ?? 0) ^ (table[row] ?? 0);
          rest >>>= 8;
        }
      }
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
  }
}

type Element = readonly [number, number, number, number];

/** Times x: the bits move one place towards the end, and what falls out comes in again reduced. */
function timesX([a, b, c, d]: Element): Element {
  return [(a >>> 1) ^ ((d & 1) === 1 ? 0xe100_0000 : 0), (b >>> 1) | ((a & 1) << 31), (c >>> 1) | ((b & 1) << 31), (d >>> 1) | ((c & 1) << 31)];
}

/** Row n holds n times the subkey, n read as the polynomial whose bit 0x80 is 1. */
function multiplesOf(subkey: Uint8Array): Int32Array {
  const view = new DataView(subkey.buffer, subkey.byteOffset, BLOCK_BYTES);
  const table = new Int32Array(4 * 256);
  let power: Element = [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  for (let bit = 0x80; bit > 0; bit >>= 1) {
    table.set(power, 4 * bit);
    power = timesX(power);
  }
  for (let bit = 2; bit < 256; bit <<= 1) {
    for (let low = 1; low < bit; low += 1) {
      for (let word = 0; word < 4; word += 1) table[4 * (bit + low) + word] = (table[4 * bit + word] ?? 0) ^ (table[4 * low + word] ?? 0);
    }
  }
  return table;
}

function overflowTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let element: Element = [0, 0, 0, byte];
    for (let shift = 0; shift < 8; shift += 1) element = timesX(element);
    return element[0];
  });
}
