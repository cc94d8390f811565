import { assert } from '../../units/assert.ts';
import type { NativeFunction, NativeLibrary, NativeRoom } from './native-library.ts';

const KEY_BYTES = 16;
const TAG_BYTES = 16;
const MAC_BYTES = 32;
/** Longest packet that is sealed or opened here, and longest text of `hmac`. */
export const NATIVE_TEXT_BYTES = 4_096;
/** Places in the room: everything but the text is short, and the tag follows the text. */
const AT = { key: 0, nonce: 32, length: 48, authenticated: 64, mac: 96, text: 128 } as const;
const ROOM_BYTES = AT.text + NATIVE_TEXT_BYTES + TAG_BYTES;
/** EVP_CTRL_AEAD_GET_TAG and _SET_TAG (openssl/evp.h), OSSL_PARAM_UTF8_STRING (openssl/core.h). */
const GET_TAG = 0x10;
const SET_TAG = 0x11;
const UTF8_STRING = 4;

/** The 12 bytes of a nonce, as three numbers of 32 bits. */
export type NonceWords = readonly [number, number, number];

interface GcmCalls {
  readonly context: number;
  readonly init: NativeFunction;
  readonly update: NativeFunction;
  readonly final: NativeFunction;
}

/**
 * AES-128-GCM and HMAC-SHA256 by OpenSSL, without the objects that Node makes for each call: a packet is sealed in 1.3 us, not in 7.
 * One context of each kind serves all keys: setting the key anew costs 0.5 us, and nothing is left to be freed when a stream ends.
 */
export class NativeCrypto {
  readonly #room: NativeRoom;
  readonly #sealing: GcmCalls;
  readonly #opening: GcmCalls;
  readonly #mac: GcmCalls;
  readonly #ctrl: NativeFunction;
  readonly #text: { readonly bytes: Uint8Array; readonly view: DataView };

  /** Of its beginning, by length. */
  readonly #textViews = new Array<Uint8Array | undefined>(NATIVE_TEXT_BYTES + TAG_BYTES + 1).fill(undefined);

  /** @throws where this Node has an OpenSSL in which these functions are not to be found, or do not give what they should */
  constructor(library: NativeLibrary) {
    this.#room = library.room(ROOM_BYTES);
    const { buffer } = this.#room.bytes;
    this.#text = { bytes: new Uint8Array(buffer, AT.text), view: new DataView(buffer, AT.text) };
    this.#ctrl = library.find('EVP_CIPHER_CTX_ctrl', 'int', ['uintptr_t', 'int', 'int', 'uintptr_t']);
    this.#sealing = gcmCalls(library, 'Encrypt');
    this.#opening = gcmCalls(library, 'Decrypt');
    this.#mac = hmacCalls(library);
  }

  /** Where a packet may be written before `sealText`; what it gives stands here as well, until anything else is made. */
  get text(): { readonly bytes: Uint8Array; readonly view: DataView } {
    return this.#text;
  }

  /** The first bytes of `text`: made once for each length, as a view costs as much as a part of the cipher. */
  textView(bytes: number): Uint8Array {
    const known = this.#textViews[bytes];
    if (known !== undefined) return known;
    const made = this.#text.bytes.subarray(0, bytes);
    this.#textViews[bytes] = made;
    return made;
  }

  /**
   * Encrypts `bytes` of `text` in place, all but the first `clearBytes`, and puts the tag behind them.
   * @param authenticated what the tag covers instead of the clear bytes
   */
  sealText(key: Uint8Array, nonce: NonceWords, bytes: number, clearBytes: number, authenticated: DataView | null): void {
    const { context, update, final } = this.#sealing;
    const [text, length] = [this.#room.address + AT.text, this.#room.address + AT.length];
    this.#begin(this.#sealing, key, nonce, clearBytes, authenticated);
    if (bytes > clearBytes) succeed(update(context, text + clearBytes, length, text + clearBytes, bytes - clearBytes));
    succeed(final(context, length, length));
    succeed(this.#ctrl(context, GET_TAG, TAG_BYTES, text + bytes));
  }

  /** Decrypts in place what `sealText` made; `bytes` without the tag. False where the tag is wrong. */
  openText(key: Uint8Array, nonce: NonceWords, bytes: number, clearBytes: number, authenticated: DataView | null): boolean {
    const { context, update, final } = this.#opening;
    const [text, length] = [this.#room.address + AT.text, this.#room.address + AT.length];
    this.#begin(this.#opening, key, nonce, clearBytes, authenticated);
    if (bytes > clearBytes) succeed(update(context, text + clearBytes, length, text + clearBytes, bytes - clearBytes));
    succeed(this.#ctrl(context, SET_TAG, TAG_BYTES, text + bytes));
    return final(context, length, length) === 1;
  }

  /** Its first `macBytes`, of 32; the parts together have at most `NATIVE_TEXT_BYTES`, the key 32. */
  hmac(key: Uint8Array, parts: readonly Uint8Array[], macBytes: number): Uint8Array {
    const { bytes, address } = this.#room;
    const { context, init, update, final } = this.#mac;
    bytes.set(key, AT.key);
    let end: number = AT.text;
    for (const part of parts) {
      assert(end + part.length <= AT.text + NATIVE_TEXT_BYTES, 'the text fits the room');
      bytes.set(part, end);
      end += part.length;
    }
    succeed(init(context, address + AT.key, key.length, 0));
    succeed(update(context, address + AT.text, end - AT.text));
    succeed(final(context, address + AT.mac, address + AT.length, MAC_BYTES));
    return bytes.slice(AT.mac, AT.mac + macBytes);
  }

  /** Sets key and nonce, and gives what only the tag covers. */
  #begin({ context, init, update }: GcmCalls, key: Uint8Array, nonce: NonceWords, clearBytes: number, authenticated: DataView | null): void {
    const { bytes, view, address } = this.#room;
    assert(key.length === KEY_BYTES, 'AES-128 has a key of 16 bytes');
    bytes.set(key, AT.key);
    view.setInt32(AT.nonce, nonce[0]);
    view.setInt32(AT.nonce + 4, nonce[1]);
    view.setInt32(AT.nonce + 8, nonce[2]);
    succeed(init(context, 0, 0, address + AT.key, address + AT.nonce));
    if (authenticated !== null) {
      for (let at = 0; at < authenticated.byteLength; at += 1) view.setUint8(AT.authenticated + at, authenticated.getUint8(at));
    }
    const covered = authenticated === null ? AT.text : AT.authenticated;
    const count = authenticated?.byteLength ?? clearBytes;
    if (count > 0) succeed(update(context, 0, address + AT.length, address + covered, count));
  }
}

/** A failure here is none of the packet's: what these functions refuse is memory, or an argument of ours. */
function succeed(result: number): void {
  assert(result === 1, 'OpenSSL does what it is rightly asked for');
}

function gcmCalls(library: NativeLibrary, way: 'Encrypt' | 'Decrypt'): GcmCalls {
  const context = library.find('EVP_CIPHER_CTX_new', 'uintptr_t', [])();
  const cipher = library.find('EVP_aes_128_gcm', 'uintptr_t', [])();
  const init = library.find(`EVP_${way}Init_ex`, 'int', ['uintptr_t', 'uintptr_t', 'uintptr_t', 'uintptr_t', 'uintptr_t']);
  const update = library.find(`EVP_${way}Update`, 'int', ['uintptr_t', 'uintptr_t', 'uintptr_t', 'uintptr_t', 'int']);
  const final = library.find(`EVP_${way}Final_ex`, 'int', ['uintptr_t', 'uintptr_t', 'uintptr_t']);
  assert(context !== 0 && cipher !== 0, 'OpenSSL has memory and AES');
  succeed(init(context, cipher, 0, 0, 0));
  return { context, init, update, final };
}

/** HMAC with SHA-256 set once: later calls of `init` only change the key (EVP_MAC(3)). */
function hmacCalls(library: NativeLibrary): GcmCalls {
  const names = library.room(128);
  names.bytes.set(new TextEncoder().encode('HMAC\0'), 0);
  names.bytes.set(new TextEncoder().encode('digest\0'), 16);
  names.bytes.set(new TextEncoder().encode('SHA256\0'), 32);
  // OSSL_PARAM { key, type, data, data_size, return_size }; one of zeros ends the list.
  names.view.setBigUint64(48, BigInt(names.address + 16), true);
  names.view.setUint32(56, UTF8_STRING, true);
  names.view.setBigUint64(64, BigInt(names.address + 32), true);
  names.view.setBigUint64(72, 6n, true);
  const mac = library.find('EVP_MAC_fetch', 'uintptr_t', ['uintptr_t', 'uintptr_t', 'uintptr_t'])(0, names.address, 0);
  assert(mac !== 0, 'OpenSSL has HMAC');
  const context = library.find('EVP_MAC_CTX_new', 'uintptr_t', ['uintptr_t'])(mac);
  const init = library.find('EVP_MAC_init', 'int', ['uintptr_t', 'uintptr_t', 'size_t', 'uintptr_t']);
  const update = library.find('EVP_MAC_update', 'int', ['uintptr_t', 'uintptr_t', 'size_t']);
  const final = library.find('EVP_MAC_final', 'int', ['uintptr_t', 'uintptr_t', 'uintptr_t', 'size_t']);
  succeed(init(context, names.address, 4, names.address + 48));
  return { context, init, update, final };
}
