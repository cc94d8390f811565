import { createReadStream } from 'node:fs';
import { limits } from '../../limits.ts';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { assert } from '../../units/assert.ts';
import { concatBytes } from '../../units/bytes.ts';
import { asId, type WorkId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { SAMPLES_PER_PACKET } from '../../units/time.ts';
import { canonicalJson } from '../../wire/canonical-json.ts';
import { decodePage, type OggPage } from '../../wire/ogg-page.ts';
import { opusPacketSamples } from '../../wire/opus-packet.ts';
import { encodeSegment, SEGMENT_PACKETS } from '../../wire/segment.ts';

/** What a work is made of; its hash is the work's name. */
export interface Manifest {
  readonly channels: number;
  readonly packets: number;
  /** Samples at 48 kHz. */
  readonly preSkip: number;
  /** Samples at 48 kHz that are heard, pre-skip not included. */
  readonly totalSamples: number;
  readonly segments: readonly string[];
}

export type CutFault = 'damaged' | 'too-long' | 'no-audio';

/** Segments written at the same time: each waits for the disk. */
const WRITES_AT_ONCE = 4;

/** `w` and half of the SHA-256 of the canonical manifest: the same sound is the same work (ruling 7). */
export function workIdOf(manifest: Manifest): WorkId {
  const { channels, packets, preSkip, segments, totalSamples } = manifest;
  const text = canonicalJson({ channels, packets, preSkip, segments, totalSamples });
  return asId(`w${sha256Hex(text).slice(0, 32)}`);
}

/**
 * Cuts an Ogg Opus file of our own encoder into segments of `limits.segmentMs`, page by page: a work of hours needs no more
 * memory than a short one. Every packet must last exactly 20 ms.
 */
export async function cutWork(file: string, segments: SegmentStore): Promise<Result<Manifest, Fault<CutFault>>> {
  const cutter = new Cutter(segments);
  for await (const page of readPages(file)) {
    if (!page.ok) return page;
    const problem = cutter.take(page.value);
    if (problem !== null) return problem;
    await cutter.settle(WRITES_AT_ONCE);
  }
  return await cutter.finish();
}

async function* readPages(file: string): AsyncGenerator<Result<OggPage, Fault<CutFault>>> {
  let rest: Uint8Array = new Uint8Array();
  for await (const part of createReadStream(file, { highWaterMark: 262_144 })) {
    rest = concatBytes(rest, part as Buffer);
    for (;;) {
      const decoded = decodePage(rest, 0);
      if (!decoded.ok && decoded.error.code === 'truncated') break;
      if (!decoded.ok) return yield fault('damaged', decoded.error.message);
      rest = rest.subarray(decoded.value.next);
      yield ok(decoded.value.page);
    }
  }
  if (rest.length > 0) yield fault('damaged', 'the encoded file breaks off');
}

class Cutter {
  readonly #segments: SegmentStore;
  readonly #names: Promise<string>[] = [];
  #writing: Promise<unknown>[] = [];
  #packets: Uint8Array[] = [];
  #part: Uint8Array[] = [];
  #head: { channels: number; preSkip: number } | null = null;
  #seen = 0;
  #granule = 0;

  constructor(segments: SegmentStore) {
    this.#segments = segments;
  }

  take(page: OggPage): ReturnType<typeof fault<CutFault>> | null {
    if (page.granule > 0) this.#granule = page.granule;
    let at = 0;
    let start = 0;
    for (const lace of page.lacing) {
      at += lace;
      if (lace === 255) continue;
      const problem = this.#packet(concatBytes(...this.#part, page.body.subarray(start, at)));
      if (problem !== null) return problem;
      this.#part = [];
      start = at;
    }
    if (start < at) this.#part.push(page.body.slice(start, at));
    return null;
  }

  /** Waits until fewer than `most` segments are on their way to the disk. */
  async settle(most: number): Promise<void> {
    while (this.#writing.length >= most) await Promise.all(this.#writing.splice(0, this.#writing.length - most + 1));
  }

  async finish(): Promise<Result<Manifest, Fault<CutFault>>> {
    if (this.#packets.length > 0) this.#cut();
    const names = await Promise.all(this.#names);
    const packets = this.#seen - 2;
    const { channels, preSkip } = this.#head ?? { channels: 0, preSkip: 0 };
    const totalSamples = this.#granule - preSkip;
    if (packets < 1 || totalSamples < 1) return fault('no-audio', 'it holds no sound');
    assert(packets * SAMPLES_PER_PACKET >= this.#granule, 'the packets hold every sample that is heard');
    return ok({ channels, packets, preSkip, totalSamples, segments: names });
  }

  #packet(packet: Uint8Array): ReturnType<typeof fault<CutFault>> | null {
    this.#seen += 1;
    if (this.#seen === 1) return this.#readHead(packet);
    if (this.#seen === 2) return null;
    if (opusPacketSamples(packet) !== SAMPLES_PER_PACKET) return fault('damaged', 'the encoder made a packet that does not last 20 ms');
    if (packet.length > limits.opusPacketBytes) return fault('damaged', `the encoder made a packet of ${packet.length} bytes`);
    if ((this.#seen - 2) * limits.packetMs > limits.workMs) return fault('too-long', `it is longer than ${limits.workMs / 3_600_000} hours`);
    this.#packets.push(packet);
    if (this.#packets.length === SEGMENT_PACKETS) this.#cut();
    return null;
  }

  #readHead(packet: Uint8Array): ReturnType<typeof fault<CutFault>> | null {
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    if (packet.length < 19 || view.getUint32(0) !== 0x4f70_7573) return fault('damaged', 'the encoder made no Opus');
    this.#head = { channels: view.getUint8(9), preSkip: view.getUint16(10, true) };
    return null;
  }

  #cut(): void {
    const name = this.#segments.put(encodeSegment(this.#packets));
    this.#packets = [];
    this.#names.push(name);
    // The failure of a write is met where its name is awaited; here it only must not stop the others.
    this.#writing.push(name.catch(() => ''));
  }
}
