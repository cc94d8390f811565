import type { OpenedStream } from '../../src/ports/player.ts';
import type { SoundDecoder } from '../../src/ports/sound-decoder.ts';

const CHANNELS = 2;

/** One work on its way into the mix. Samples at 48 kHz; `from` and `endsAt` are places in what comes out of the mix. */
export class MixTrack {
  /** Where its first sample sounds. */
  from = 0;
  readonly startSample: number;
  readonly #decoder: SoundDecoder;
  readonly #gain: number;
  readonly #chunks: Int16Array[] = [];
  #skip: number;
  #length: number;
  #queued = 0;
  #taken = 0;

  constructor(stream: OpenedStream, decoder: SoundDecoder) {
    this.startSample = stream.startSample;
    this.#decoder = decoder;
    this.#gain = 10 ** (stream.gainDb / 20);
    this.#skip = stream.preSkip;
    this.#length = stream.totalSamples === undefined ? Number.POSITIVE_INFINITY : stream.totalSamples - stream.startSample;
  }

  /** Infinite while nobody knows. */
  get endsAt(): number {
    return this.from + this.#length;
  }

  /** From its first sample to its last. */
  get length(): number {
    return this.#length;
  }

  /** Decoded, and not mixed yet. */
  get queued(): number {
    return this.#queued;
  }

  write(packet: Uint8Array | null): void {
    const decoded = this.#decoder.decode(packet);
    const skipped = Math.min(this.#skip, decoded.length / CHANNELS);
    this.#skip -= skipped;
    const room = this.#length - this.#taken - this.#queued;
    const samples = Math.min(decoded.length / CHANNELS - skipped, room);
    if (samples <= 0) return;
    this.#chunks.push(amplified(decoded.subarray(CHANNELS * skipped, CHANNELS * (skipped + samples)), this.#gain));
    this.#queued += samples;
  }

  /** Nothing more comes. @param totalSamples where the work ends */
  finish(totalSamples: number): void {
    this.#length = Math.max(this.#taken, Math.min(totalSamples - this.startSample, this.#taken + this.#queued));
  }

  /** The next samples, as many as asked for at most: those of one packet. */
  take(samples: number): Int16Array {
    const first = this.#chunks[0];
    if (first === undefined) return new Int16Array();
    const taken = first.subarray(0, CHANNELS * samples);
    if (taken.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(taken.length);
    this.#queued -= taken.length / CHANNELS;
    this.#taken += taken.length / CHANNELS;
    return taken;
  }
}

/** A copy: the decoder writes over what it gave. Typed arrays wrap around, ears do not forgive it. */
function amplified(samples: Int16Array, gain: number): Int16Array {
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))));
}
