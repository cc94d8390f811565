import { limits } from '../../src/limits.ts';
import { PACKET_MS, SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import { OggOpusWriter } from '../../src/wire/ogg-opus.ts';
import { concealmentPacket, opusPacketSamples } from '../../src/wire/opus-packet.ts';
import type { PlayerStream } from './player-stream.ts';

const SERIAL = 1;
/** A full-band CELT packet of 20 ms that decodes to silence, without its TOC. */
const SILENCE = [0xff, 0xfe] as const;
const STEREO_TOC = 0xfc;
const MONO_TOC = 0xf8;

/** The Ogg Opus stream that one play is for the player: one page a packet, losses concealed, silence at the end. */
export class OggStream implements PlayerStream {
  readonly format = 'ogg';
  readonly samplesPerPacket = SAMPLES_PER_PACKET;
  readonly #writer: OggOpusWriter;
  readonly #plainToc: number;
  #neighbour: Uint8Array;

  constructor(channels: number, preSkip: number) {
    this.#writer = new OggOpusWriter({ serial: SERIAL, channels, preSkip });
    this.#plainToc = channels === 2 ? STEREO_TOC : MONO_TOC;
    this.#neighbour = Uint8Array.of(this.#plainToc);
  }

  head(): Uint8Array {
    return this.#writer.head();
  }

  /** A packet that is lost, or is not 20 ms of Opus, is concealed: the length of the sound never changes. */
  page(packet: Uint8Array | null): Uint8Array {
    if (packet === null || opusPacketSamples(packet) !== SAMPLES_PER_PACKET) return this.#writer.packet(concealmentPacket(this.#neighbour));
    this.#neighbour = packet;
    return this.#writer.packet(packet);
  }

  /** Silence. */
  tail(): readonly Uint8Array[] {
    const silence = Uint8Array.of(this.#plainToc, ...SILENCE);
    return Array.from({ length: Math.ceil(limits.endPaddingMs / PACKET_MS) }, () => this.#writer.packet(silence));
  }
}
