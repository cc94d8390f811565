import { assert } from '../units/assert.ts';
import { NATIVE_TEXT_BYTES, NativeCrypto, type NonceWords } from './native/native-crypto.ts';
import { NATIVE_MESSAGE_BYTES, type NativeEd25519, openNativeEd25519 } from './native/native-ed25519.ts';
import type { NativeLibrary } from './native/native-library.ts';
import { GCM_TAG_BYTES, PacketCipher, type PacketCrypt, type PacketRoom } from './packet-cipher.ts';

let native: NativeCrypto | null = null;
let sodium: NativeEd25519 | null = null;

/**
 * From now on the packets and tags of this process are made by OpenSSL called directly; what they are stays the same, bit by bit.
 * @returns false where this OpenSSL can not be called: nothing has changed then
 */
export function useNativeCrypto(library: NativeLibrary): boolean {
  try {
    native ??= new NativeCrypto(library);
  } catch {
    return false;
  }
  return true;
}

/**
 * From now on the signatures of this process are verified by libsodium.
 * @returns false where it is not to be had: Node goes on then
 */
export async function useNativeEd25519(): Promise<boolean> {
  sodium ??= await openNativeEd25519();
  return sodium !== null;
}

/** @param salt 12 bytes */
export function packetCrypt(key: Uint8Array, salt: Uint8Array): PacketCrypt {
  return native === null ? new PacketCipher(key, salt) : new NativePacketCrypt(native, key, salt);
}

/** @returns the first `macBytes` of it, or null where HMAC-SHA256 is to be made by Node */
export function fastHmac(key: Uint8Array, parts: readonly Uint8Array[], macBytes: number): Uint8Array | null {
  if (native === null || key.length > 32) return null;
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  return bytes > NATIVE_TEXT_BYTES ? null : native.hmac(key, parts, macBytes);
}

/** @returns null where the signature is to be verified by Node */
export function fastVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean | null {
  return sodium === null || message.length > NATIVE_MESSAGE_BYTES ? null : sodium.verify(publicKey, message, signature);
}

class NativePacketCrypt implements PacketCrypt {
  readonly #crypto: NativeCrypto;
  readonly #key: Uint8Array;
  readonly #salt: NonceWords;

  constructor(crypto: NativeCrypto, key: Uint8Array, salt: Uint8Array) {
    const words = new DataView(salt.slice().buffer);
    this.#crypto = crypto;
    this.#key = key;
    this.#salt = [words.getInt32(0), words.getInt32(4), words.getInt32(8)];
  }

  seal(ssrc: number, index: number, packet: Uint8Array, clearBytes: number, more?: { readonly authenticated: DataView; readonly room: number }): Uint8Array {
    assert(packet.length <= NATIVE_TEXT_BYTES, 'a packet fits the room');
    const { bytes } = this.#crypto.text;
    bytes.set(packet);
    this.#crypto.sealText(this.#key, this.#nonce(ssrc, index), packet.length, clearBytes, more?.authenticated ?? null);
    const end = packet.length + GCM_TAG_BYTES;
    if (more === undefined) return bytes.slice(0, end);
    const sealed = bytes.slice(0, end + more.room);
    return sealed.fill(0, end);
  }

  room(packetBytes: number): PacketRoom {
    assert(packetBytes <= NATIVE_TEXT_BYTES, 'a packet fits the room');
    return this.#crypto.text;
  }

  sealRoom(ssrc: number, index: number, packetBytes: number, clearBytes: number): Uint8Array {
    this.#crypto.sealText(this.#key, this.#nonce(ssrc, index), packetBytes, clearBytes, null);
    return this.#crypto.textView(packetBytes + GCM_TAG_BYTES);
  }

  open(ssrc: number, index: number, sealed: Uint8Array, clearBytes: number, authenticated: DataView | null = null): Uint8Array | null {
    const end = sealed.length - GCM_TAG_BYTES;
    // A stranger may send what no datagram of ours holds.
    if (end < clearBytes || end > NATIVE_TEXT_BYTES) return null;
    const { bytes } = this.#crypto.text;
    bytes.set(sealed);
    return this.#crypto.openText(this.#key, this.#nonce(ssrc, index), end, clearBytes, authenticated) ? bytes.slice(0, end) : null;
  }

  /** `00 00 | SSRC 32 | index 48` exclusive-or the salt (RFC 7714, 8.1). Of a larger number `^` takes the low 32 bits. */
  #nonce(ssrc: number, index: number): NonceWords {
    const [start, middle, end] = this.#salt;
    return [start ^ (ssrc >>> 16), middle ^ ((ssrc << 16) | Math.floor(index / 2 ** 32)), end ^ index];
  }
}
