import { assert } from '../../units/assert.ts';
import { type NativeFunction, type NativeLibrary, type NativeRoom, openNativeLibrary } from './native-library.ts';

/** Of Debian's `libsodium23`. */
const LIBRARY = 'libsodium.so.23';
/** Longest message that is verified here. */
export const NATIVE_MESSAGE_BYTES = 4_096;
const AT = { signature: 0, publicKey: 64, message: 96 } as const;

/** Opens libsodium where it can be had. @returns what verifies with it; null where there is none */
export async function openNativeEd25519(): Promise<NativeEd25519 | null> {
  const library = await openNativeLibrary(LIBRARY);
  try {
    return library === null ? null : new NativeEd25519(library);
  } catch {
    return null;
  }
}

/**
 * Ed25519 (RFC 8032) by libsodium, in half of the time that OpenSSL takes. Both compute the same R and compare its bytes; libsodium refuses
 * keys and points of small order besides, so what is accepted here everybody can verify.
 */
export class NativeEd25519 {
  readonly #room: NativeRoom;
  readonly #verify: NativeFunction;

  /** @throws where this libsodium has not what is looked for */
  constructor(library: NativeLibrary) {
    assert(library.find('sodium_init', 'int', [])() >= 0, 'libsodium can be used');
    this.#room = library.room(AT.message + NATIVE_MESSAGE_BYTES);
    this.#verify = library.find('crypto_sign_ed25519_verify_detached', 'int', ['uintptr_t', 'uintptr_t', 'size_t', 'uintptr_t']);
  }

  /** @param publicKey 32 bytes @param message at most `NATIVE_MESSAGE_BYTES` @param signature 64 bytes */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const { bytes, address } = this.#room;
    assert(message.length <= NATIVE_MESSAGE_BYTES && publicKey.length === 32 && signature.length === 64, 'what is verified fits the room');
    bytes.set(signature, AT.signature);
    bytes.set(publicKey, AT.publicKey);
    bytes.set(message, AT.message);
    return this.#verify(address + AT.signature, address + AT.message, message.length, address + AT.publicKey) === 0;
  }
}
