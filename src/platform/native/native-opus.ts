import type { SoundDecoder } from '../../ports/sound-decoder.ts';
import { assert } from '../../units/assert.ts';
import { SAMPLE_RATE_HZ, SAMPLES_PER_PACKET } from '../../units/time.ts';
import { type NativeFunction, type NativeLibrary, openNativeLibrary } from './native-library.ts';

/** As mpv's own ffmpeg needs it on every Debian, it is there wherever the player is. */
const LIBRARY = 'libopus.so.0';
const CHANNELS = 2;
const PACKET_BYTES = 4_096;
const PCM_BYTES = 2 * CHANNELS * SAMPLES_PER_PACKET;
const PCM_AT = PACKET_BYTES;
const STATE_AT = PCM_AT + PCM_BYTES;

/** Opens libopus where it can be had. @returns what makes a decoder for each work; null where there is none */
export async function openNativeOpus(): Promise<(() => SoundDecoder) | null> {
  const library = await openNativeLibrary(LIBRARY);
  return library === null ? null : () => new NativeOpusDecoder(library);
}

/** Its state lies in a room of its own, so that nothing is left to be freed when a work ends. */
class NativeOpusDecoder implements SoundDecoder {
  readonly #bytes: Uint8Array;
  readonly #pcm: Int16Array;
  readonly #address: number;
  readonly #call: NativeFunction;

  constructor(library: NativeLibrary) {
    const stateBytes = library.find('opus_decoder_get_size', 'int', ['int'])(CHANNELS);
    const room = library.room(STATE_AT + stateBytes);
    this.#bytes = room.bytes;
    this.#pcm = new Int16Array(room.bytes.buffer, PCM_AT, CHANNELS * SAMPLES_PER_PACKET);
    this.#address = room.address;
    this.#call = library.find('opus_decode', 'int', ['uintptr_t', 'uintptr_t', 'int', 'uintptr_t', 'int', 'int']);
    const init = library.find('opus_decoder_init', 'int', ['uintptr_t', 'int', 'int']);
    assert(init(room.address + STATE_AT, SAMPLE_RATE_HZ, CHANNELS) === 0, 'libopus decodes 48 kHz in two channels');
  }

  decode(packet: Uint8Array | null): Int16Array {
    if (packet !== null && packet.length <= PACKET_BYTES) {
      this.#bytes.set(packet);
      if (this.#decode(this.#address, packet.length) === SAMPLES_PER_PACKET) return this.#pcm;
    }
    if (this.#decode(0, 0) !== SAMPLES_PER_PACKET) this.#pcm.fill(0);
    return this.#pcm;
  }

  #decode(packetAt: number, bytes: number): number {
    return this.#call(this.#address + STATE_AT, packetAt, bytes, this.#address + PCM_AT, SAMPLES_PER_PACKET, 0);
  }
}
