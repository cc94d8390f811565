import { assert } from '../units/assert.ts';
import { concatBytes } from '../units/bytes.ts';
import { ByteWriter } from './byte-reader.ts';
import { encodePage } from './ogg-page.ts';
import { opusPacketSamples } from './opus-packet.ts';

const VENDOR = 'ackbox';

export interface OggOpusStream {
  /** Any 32-bit number; one stream keeps it. */
  readonly serial: number;
  readonly channels: number;
  /** Samples at 48 kHz that the decoder throws away at the start. */
  readonly preSkip: number;
  /** Applied by every decoder (RFC 7845, 5.1); 0 leaves the sound as it is. */
  readonly outputGainDb?: number;
}

/** Where an interrupted stream goes on: `new OggOpusWriter(stream, position)` of another process needs no new head. */
export interface OggPosition {
  readonly pageSequence: number;
  /** Samples handed over so far, pre-skip included. */
  readonly granule: number;
}

/** Channel mapping family 0: mono or stereo (RFC 7845, 5.1.1). The original rate is informative; ours is 48 kHz. */
export function oggOpusHead(stream: OggOpusStream): Uint8Array {
  assert(stream.channels === 1 || stream.channels === 2, 'a stream is mono or stereo');
  const gain = Math.max(-32_768, Math.min(32_767, Math.round((stream.outputGainDb ?? 0) * 256)));
  const bytes = new Uint8Array(19);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('OpusHead'));
  bytes[8] = 1;
  bytes[9] = stream.channels;
  view.setUint16(10, stream.preSkip, true);
  view.setUint32(12, 48_000, true);
  view.setInt16(16, gain, true);
  return bytes;
}

/** The comment header (RFC 7845, 5.2) with the given `KEY=value` pairs. */
export function oggOpusTags(tags: Readonly<Record<string, string>> = {}): Uint8Array {
  const encoder = new TextEncoder();
  const comments = Object.entries(tags).map(([key, value]) => encoder.encode(`${key}=${value}`));
  const vendor = encoder.encode(VENDOR);
  return concatBytes(
    encoder.encode('OpusTags'),
    little32(vendor.length),
    vendor,
    little32(comments.length),
    ...comments.flatMap((comment) => [little32(comment.length), comment]),
  );
}

/**
 * Writes an Ogg Opus stream page by page, one packet a page, so that a player gets every 20 ms as soon as they arrive.
 * The granule counts samples from the pre-skip on; a stream may start at any granule (a resume inside the work).
 */
export class OggOpusWriter {
  readonly #stream: OggOpusStream;
  #pageSequence: number;
  #granule: number;

  constructor(stream: OggOpusStream, position: OggPosition = { pageSequence: 0, granule: 0 }) {
    this.#stream = stream;
    this.#pageSequence = position.pageSequence;
    this.#granule = position.granule;
  }

  get position(): OggPosition {
    return { pageSequence: this.#pageSequence, granule: this.#granule };
  }

  /** OpusHead and OpusTags, each on a page of its own; they come first in a stream. */
  head(tags: Readonly<Record<string, string>> = {}): Uint8Array {
    assert(this.#pageSequence === 0, 'the head comes first');
    const head = this.#page(oggOpusHead(this.#stream), 0, true, false);
    return concatBytes(head, this.#page(oggOpusTags(tags), 0, false, false));
  }

  /**
   * One packet on one page.
   * @param end marks the last page; its granule may be lower than the packet's end, and what lies beyond is not played
   */
  packet(packet: Uint8Array, end?: { readonly granule: number }): Uint8Array {
    const samples = opusPacketSamples(packet);
    assert(samples !== null, 'only Opus packets are written');
    this.#granule += samples;
    if (end !== undefined) this.#granule = Math.min(this.#granule, end.granule);
    return this.#page(packet, this.#granule, false, end !== undefined);
  }

  #page(packet: Uint8Array, granule: number, first: boolean, last: boolean): Uint8Array {
    const page = { first, last, granule, serial: this.#stream.serial, sequence: this.#pageSequence };
    this.#pageSequence += 1;
    return encodePage(page, packet);
  }
}

function little32(value: number): Uint8Array {
  return new ByteWriter(4).u32(value).finish().reverse();
}
