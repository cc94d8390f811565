import { assert } from '../units/assert.ts';
import { wordAt } from '../units/bytes.ts';

/**
 * Reads big-endian fields one after another. Reading past the end never throws: it yields zeros and `short` turns true, so that
 * a decoder checks once, at its end. 48-bit values are exact numbers.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset: number;
  #short = false;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** A field was cut off, or a varint is written longer than it must be. */
  get short(): boolean {
    return this.#short;
  }

  u8(): number {
    return this.#take(1) ? (this.#bytes[this.#offset - 1] ?? 0) : 0;
  }

  u16(): number {
    return this.#take(2) ? 256 * (this.#bytes[this.#offset - 2] ?? 0) + (this.#bytes[this.#offset - 1] ?? 0) : 0;
  }

  u32(): number {
    return this.#take(4) ? wordAt(this.#bytes, this.#offset - 4) : 0;
  }

  u48(): number {
    const high = this.u16();
    return high * 2 ** 32 + this.u32();
  }

  u64(): bigint {
    return this.#take(8) ? (BigInt(wordAt(this.#bytes, this.#offset - 8)) << 32n) | BigInt(wordAt(this.#bytes, this.#offset - 4)) : 0n;
  }

  /** Seven bits a byte, the highest first, the top bit set on all but the last; at most 2^53 - 1. */
  varint(): number {
    let value = this.u8();
    if (value < 0x80) return value;
    // A leading zero would be a second way to write the same number.
    if (value === 0x80) this.#short = true;
    value -= 0x80;
    for (let more = true; more && !this.#short; ) {
      const byte = this.u8();
      more = byte >= 0x80;
      value = value * 0x80 + (byte & 0x7f);
      if (value > Number.MAX_SAFE_INTEGER) this.#short = true;
    }
    return this.#short ? 0 : value;
  }

  /** A copy, so that no decoded value keeps a datagram alive or changes with it. */
  bytes(count: number): Uint8Array {
    return this.#take(count) ? this.#bytes.slice(this.#offset - count, this.#offset) : new Uint8Array(count);
  }

  #take(count: number): boolean {
    if (this.#short || this.remaining < count) {
      this.#short = true;
      return false;
    }
    this.#offset += count;
    return true;
  }
}

/** What is too much for a field of so many bytes. */
const FIELD_ENDS = [0, 1, 2, 3, 4, 5, 6].map((bytes) => 256 ** bytes);

/** What a writer of a message writes in. */
interface Room {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

const NO_ROOM: Room = roomOf(0);
/** No message is longer. */
const ROOM_BYTES = 2_048;
/** That of the last writer that finished: a room of its own for each message costs more than to write it. */
let spare: Room | null = null;

function roomOf(bytes: number): Room {
  const room = new Uint8Array(bytes);
  return { bytes: room, view: new DataView(room.buffer) };
}

/** Writes big-endian fields into a buffer of fixed capacity; a value out of its field's range is a broken invariant. */
export class ByteWriter {
  readonly #capacity: number;
  #room: Room;
  #offset = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#room = capacity <= ROOM_BYTES && spare !== null ? spare : roomOf(Math.max(capacity, ROOM_BYTES));
    if (this.#room === spare) spare = null;
  }

  get #bytes(): Uint8Array {
    return this.#room.bytes;
  }

  get #view(): DataView {
    return this.#room.view;
  }

  get length(): number {
    return this.#offset;
  }

  u8(value: number): this {
    this.#view.setUint8(this.#claim(1, value), value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#claim(2, value), value);
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#claim(4, value), value);
    return this;
  }

  u48(value: number): this {
    const at = this.#claim(6, value);
    this.#view.setUint16(at, Math.floor(value / 2 ** 32));
    this.#view.setUint32(at + 2, value % 2 ** 32);
    return this;
  }

  u64(value: bigint): this {
    assert(value >= 0n && value < 1n << 64n, 'the value fits 64 bits');
    this.#view.setBigUint64(this.#claim(8, 0), value);
    return this;
  }

  /** In as few bytes as it needs, seven bits each, the highest first. */
  varint(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, () => `${value} is no varint`);
    let scale = 1;
    while (value / scale >= 0x80) scale *= 0x80;
    for (; scale > 1; scale /= 0x80) this.u8(0x80 + (Math.floor(value / scale) % 0x80));
    return this.u8(value % 0x80);
  }

  bytes(value: Uint8Array, count: number = value.length): this {
    assert(value.length === count, () => `${count} bytes expected, not ${value.length}`);
    this.#bytes.set(value, this.#claim(count, 0));
    return this;
  }

  /** Fills with zeros up to the next multiple of 4. */
  align4(): this {
    const at = this.#claim((4 - (this.#offset % 4)) % 4, 0);
    this.#bytes.fill(0, at, this.#offset);
    return this;
  }

  /** Overwrites an earlier 16-bit field, once a length is known. */
  patchU16(offset: number, value: number): this {
    this.#view.setUint16(offset, value);
    return this;
  }

  /** Once, at the end. */
  finish(): Uint8Array {
    const finished = this.#bytes.slice(0, this.#offset);
    if (this.#room.bytes.length === ROOM_BYTES) spare = this.#room;
    this.#room = NO_ROOM;
    return finished;
  }

  #claim(count: number, value: number): number {
    assert(Number.isInteger(value) && value >= 0 && value < (FIELD_ENDS[count] ?? 1), () => `${value} does not fit ${count} bytes`);
    const at = this.#offset;
    this.#offset += count;
    assert(this.#offset <= this.#capacity && this.#room !== NO_ROOM, 'what is written fits, and is not finished');
    return at;
  }
}
