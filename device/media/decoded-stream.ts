import { limits } from '../../src/limits.ts';
import { PACKET_MS, SAMPLE_RATE_HZ, SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import type { PlayerStream } from './player-stream.ts';
import { wavHead } from './wav-file.ts';

const CHANNELS = 2;
const BLOCK_BYTES = 2 * CHANNELS * SAMPLES_PER_PACKET;
/** A WAV file that has no end yet. */
const ENDLESS = 0xffff_ffff;

/** Sound that was decoded and mixed before it comes to the player: blocks of 20 ms, each less than PIPE_BUF. */
export class DecodedStream implements PlayerStream {
  readonly format = 'wav';
  readonly samplesPerPacket = SAMPLES_PER_PACKET;

  head(): Uint8Array {
    return wavHead(SAMPLE_RATE_HZ, CHANNELS, ENDLESS);
  }

  page(block: Uint8Array | null): Uint8Array {
    return block ?? new Uint8Array(BLOCK_BYTES);
  }

  /** Silence. */
  tail(): readonly Uint8Array[] {
    return Array.from({ length: Math.ceil(limits.endPaddingMs / PACKET_MS) }, () => this.page(null));
  }
}
