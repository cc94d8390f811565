import { type Cipheriv, createCipheriv, timingSafeEqual } from 'node:crypto';
import { assert } from '../units/assert.ts';
import { Ghash } from './ghash.ts';

export const GCM_TAG_BYTES = 16;
const BLOCK_BYTES = 16;
/** Packets whose key stream is made at one time, where they follow one another. */
const PACKETS_AHEAD = 16;
const BLOCKS_AHEAD = 1_024;
const BLOCKS_MAX = 128;
/** Counter blocks, written and encrypted within one call. */
const counters = new DataView(new ArrayBuffer(BLOCKS_AHEAD * BLOCK_BYTES));
const tag = new DataView(new ArrayBuffer(GCM_TAG_BYTES));
const tagBytes = new Uint8Array(tag.buffer);
const NO_ROOM: PacketRoom = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)) };

/** Two views of the same bytes; there may be more of them than were asked for. */
export interface PacketRoom {
  readonly view: DataView;
  readonly bytes: Uint8Array;
}

/** What seals and opens the packets of one key, as RFC 7714 numbers them. */
export interface PacketCrypt {
  /**
   * The packet with all but its first `clearBytes` encrypted, and the tag, and `room` bytes more for the caller.
   * @param more what the tag covers instead of the clear bytes
   */
  seal(ssrc: number, index: number, packet: Uint8Array, clearBytes: number, more?: { readonly authenticated: DataView; readonly room: number }): Uint8Array;
  /** Where a packet of so many bytes may be written, for `sealRoom`: so no copy of it is needed. */
  room(packetBytes: number): PacketRoom;
  /**
   * Seals what was written to the last `room`, all but its first `clearBytes`.
   * @returns bytes that are good until anything else is sealed, opened or tagged
   */
  sealRoom(ssrc: number, index: number, packetBytes: number, clearBytes: number): Uint8Array;
  /**
   * @param authenticated what the tag covers instead of the clear bytes
   * @returns the packet in clear, or null where the tag is wrong, or the packet longer than any of ours
   */
  open(ssrc: number, index: number, sealed: Uint8Array, clearBytes: number, authenticated?: DataView | null): Uint8Array | null;
}

/**
 * AES-128-GCM over the packets of one key.
 *
 * Node makes a new cipher object for every packet, which costs more than the encryption (5 us and more, and 20 us under load). What AES
 * adds here depends on key, source and index alone, so it is made for many packets at once, by one cipher in ECB mode over the counter
 * blocks (NIST SP 800-38D, 6.5): about 2.5 us a packet together with the hash.
 */
export class PacketCipher implements PacketCrypt {
  readonly #key: Uint8Array;
  readonly #salt: DataView;
  #aes: Cipheriv | null = null;
  #ghash: Ghash | null = null;
  /** Key stream of `#packets` packets of one source from `#first` on: for each, the block of its tag and then those of its bytes. */
  #stream: DataView = new DataView(new ArrayBuffer(0));
  #room: PacketRoom = NO_ROOM;
  #ssrc = -1;
  #first = -1;
  #packets = 0;
  #blocks = 0;

  /** @param salt 12 bytes */
  constructor(key: Uint8Array, salt: Uint8Array) {
    assert(key.length === 16 && salt.length === 12, 'AEAD_AES_128_GCM has a key of 16 and a salt of 12 bytes');
    this.#key = key;
    this.#salt = new DataView(salt.slice().buffer);
  }

  seal(ssrc: number, index: number, packet: Uint8Array, clearBytes: number, more?: { readonly authenticated: DataView; readonly room: number }): Uint8Array {
    const sealed = new Uint8Array(packet.length + GCM_TAG_BYTES + (more?.room ?? 0));
    sealed.set(packet);
    return this.#sealIn(sealed, viewOf(sealed), ssrc, index, packet.length, clearBytes, more?.authenticated ?? null);
  }

  room(packetBytes: number): PacketRoom {
    const bytes = new Uint8Array(packetBytes + GCM_TAG_BYTES);
    this.#room = { bytes, view: viewOf(bytes) };
    return this.#room;
  }

  sealRoom(ssrc: number, index: number, packetBytes: number, clearBytes: number): Uint8Array {
    const { bytes, view } = this.#room;
    assert(bytes.length === packetBytes + GCM_TAG_BYTES, 'a packet is written to the room that was made for it');
    return this.#sealIn(bytes, view, ssrc, index, packetBytes, clearBytes, null);
  }

  #sealIn(
    sealed: Uint8Array,
    view: DataView,
    ssrc: number,
    index: number,
    packetBytes: number,
    clearBytes: number,
    authenticated: DataView | null,
  ): Uint8Array {
    const bytes = packetBytes - clearBytes;
    const at = this.#streamFor(ssrc, index, bytes);
    this.#apply(view, clearBytes, bytes, at);
    this.#writeTag(authenticated, view, clearBytes, bytes, at);
    sealed.set(tagBytes, packetBytes);
    return sealed;
  }

  open(ssrc: number, index: number, sealed: Uint8Array, clearBytes: number, authenticated: DataView | null = null): Uint8Array | null {
    const bytes = sealed.length - clearBytes - GCM_TAG_BYTES;
    // A stranger may send what no datagram of ours holds.
    if (bytes < 0 || blocksOf(bytes) > BLOCKS_MAX) return null;
    const at = this.#streamFor(ssrc, index, bytes);
    this.#writeTag(authenticated, viewOf(sealed), clearBytes, bytes, at);
    if (!timingSafeEqual(tagBytes, sealed.subarray(clearBytes + bytes))) return null;
    const opened = sealed.slice(0, clearBytes + bytes);
    this.#apply(viewOf(opened), clearBytes, bytes, at);
    return opened;
  }

  #apply(view: DataView, from: number, bytes: number, at: number): void {
    const stream = this.#stream;
    let done = 0;
    for (; done + 4 <= bytes; done += 4) view.setInt32(from + done, view.getInt32(from + done) ^ stream.getInt32(at + BLOCK_BYTES + done));
    for (; done < bytes; done += 1) view.setUint8(from + done, view.getUint8(from + done) ^ stream.getUint8(at + BLOCK_BYTES + done));
  }

  #writeTag(authenticated: DataView | null, sealed: DataView, from: number, bytes: number, at: number): void {
    assert(this.#ghash !== null, 'the key stream is made first');
    this.#ghash.digest(authenticated ?? sealed, authenticated?.byteLength ?? from, sealed, from, bytes, tag);
    for (let word = 0; word < 4; word += 1) tag.setInt32(4 * word, tag.getInt32(4 * word) ^ this.#stream.getInt32(at + 4 * word));
  }

  /** Where the key stream of a packet begins; of one that follows the last, those of the next are made with it. */
  #streamFor(ssrc: number, index: number, bytes: number): number {
    const blocks = blocksOf(bytes);
    assert(blocks <= BLOCKS_MAX, 'a packet fits a datagram');
    const ahead = index - this.#first;
    const inRow = ssrc === this.#ssrc && ahead >= 0 && ahead <= this.#packets;
    if (!inRow || ahead === this.#packets || blocks > this.#blocks) this.#make(ssrc, index, Math.max(blocks, inRow ? this.#blocks : 0), inRow);
    return (index - this.#first) * this.#blocks * BLOCK_BYTES;
  }

  /** The nonce is `00 00 | SSRC 32 | index 48` exclusive-or the salt (RFC 7714, 8.1); an SRTCP index fills the low 31 bits (9.1). */
  #make(ssrc: number, first: number, blocks: number, inRow: boolean): void {
    const packets = inRow ? Math.min(PACKETS_AHEAD, Math.floor(BLOCKS_AHEAD / blocks)) : 1;
    const start = this.#salt.getInt32(0) ^ (ssrc >>> 16);
    let at = 0;
    for (let index = first; index < first + packets; index += 1) {
      const middle = this.#salt.getInt32(4) ^ ((ssrc << 16) | Math.floor(index / 2 ** 32));
      const end = this.#salt.getInt32(8) ^ (index % 2 ** 32);
      for (let block = 1; block <= blocks; block += 1, at += BLOCK_BYTES) {
        counters.setInt32(at, start);
        counters.setInt32(at + 4, middle);
        counters.setInt32(at + 8, end);
        counters.setInt32(at + 12, block);
      }
    }
    this.#stream = viewOf(this.#encrypt(new Uint8Array(counters.buffer, 0, at)));
    this.#ssrc = ssrc;
    this.#first = first;
    this.#packets = packets;
    this.#blocks = blocks;
  }

  #encrypt(blocks: Uint8Array): Uint8Array {
    if (this.#aes === null) {
      this.#aes = createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
      this.#ghash = new Ghash(this.#aes.update(new Uint8Array(BLOCK_BYTES)));
    }
    return this.#aes.update(blocks);
  }
}

/** That of the tag, and those of the bytes. */
function blocksOf(bytes: number): number {
  return 1 + Math.ceil(bytes / BLOCK_BYTES);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
