import { limits } from '../../src/limits.ts';
import { concatBytes } from '../../src/units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import { ByteReader } from '../../src/wire/byte-reader.ts';
import { decodePage, type OggPage } from '../../src/wire/ogg-page.ts';
import { opusPacketSamples } from '../../src/wire/opus-packet.ts';

export interface OggOpusFile {
  readonly channels: number;
  readonly preSkip: number;
  readonly outputGainDb: number;
  readonly packets: readonly Uint8Array[];
  /** Samples at 48 kHz that are heard: the end granule, less where it started, less the pre-skip. */
  readonly totalSamples: number;
  /** Upper-case names; the first value of a name; values cut at limits.tagCharacters. */
  readonly tags: ReadonlyMap<string, string>;
}

export type OggFault = 'truncated' | 'damaged' | 'not-opus' | 'too-large';
type Refusal = ReturnType<typeof fault<OggFault>>;

const COMMENTS_MAX = 256;
/** Tags may hold a cover; audio packets have their own bound. */
const HEADER_PACKET_MAX_BYTES = 16 * 1_024 * 1_024;

/**
 * Takes a whole Ogg Opus file apart: the first Opus stream in it, up to its end. Checksums, page order and packet lengths are
 * checked, so that a damaged file is named at ingest and not heard later. Never throws. Source: RFC 3533, RFC 7845.
 */
export function demuxOggOpus(bytes: Uint8Array): Result<OggOpusFile, Fault<OggFault>> {
  const pages = pagesOf(bytes);
  if (!pages.ok) return pages;
  const packets = packetsOf(pages.value);
  if (!packets.ok) return packets;
  const [head, tags, ...audio] = packets.value;
  const opusHead = readHead(head);
  if (opusHead === null || tags === undefined) return fault('not-opus', 'the file is not Ogg Opus with one or two channels');
  const startAndEnd = granulesOf(pages.value);
  const totalSamples = startAndEnd.end - startAndEnd.start - opusHead.preSkip;
  if (audio.length === 0 || totalSamples <= 0) return fault('truncated', 'the Opus file holds no audio');
  return ok({ ...opusHead, packets: audio, totalSamples, tags: readTags(tags) });
}

/** Pages of the first Opus stream, in order. */
function pagesOf(bytes: Uint8Array): Result<readonly OggPage[], Fault<OggFault>> {
  const pages: OggPage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const decoded = decodePage(bytes, at);
    if (!decoded.ok) return decoded;
    const { page, next } = decoded.value;
    at = next;
    const opening = page.first && ascii(page.body.subarray(0, 8)) === 'OpusHead';
    const serial = pages[0]?.serial;
    if (serial === undefined ? !opening : page.serial !== serial) continue;
    if (page.sequence !== (pages.at(-1)?.sequence ?? page.sequence - 1) + 1) return fault('damaged', `an Ogg page is missing before byte ${next}`);
    pages.push(page);
    if (page.last) break;
  }
  return pages.length > 0 ? ok(pages) : fault('not-opus', 'the file holds no Opus stream');
}

function packetsOf(pages: readonly OggPage[]): Result<readonly Uint8Array[], Fault<OggFault>> {
  const packets: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  for (const page of pages) {
    if (page.continued !== parts.length > 0) return fault('damaged', 'an Opus packet is cut between two pages');
    let at = 0;
    let start = 0;
    for (const lace of page.lacing) {
      at += lace;
      if (lace === 255) continue;
      const refused = addPacket(packets, [...parts, page.body.subarray(start, at)]);
      if (refused !== null) return refused;
      parts = [];
      start = at;
    }
    if (page.lacing.at(-1) === 255) parts.push(page.body.subarray(start, at));
  }
  return parts.length === 0 ? ok(packets) : fault('truncated', 'the last Opus packet is cut off');
}

function addPacket(packets: Uint8Array[], parts: readonly Uint8Array[]): Refusal | null {
  const packet = concatBytes(...parts);
  const audio = packets.length >= 2;
  if (packet.length > (audio ? limits.datagramBytes : HEADER_PACKET_MAX_BYTES) || packets.length >= limits.workPacketsMax + 2) {
    return fault('too-large', `the Opus stream has a packet of ${packet.length} bytes, or more than ${limits.workPacketsMax} packets`);
  }
  if (audio && opusPacketSamples(packet) === null) return fault('damaged', `packet ${packets.length - 2} of the stream is not an Opus packet`);
  packets.push(packet);
  return null;
}

/** A stream cut out of a longer one starts above 0: the first audio page tells by how much (RFC 7845, 4.5). */
function granulesOf(pages: readonly OggPage[]): { readonly start: number; readonly end: number } {
  const audio = pages.filter((page) => page.granule > 0);
  const [first, last] = [audio[0], audio.at(-1)];
  if (first === undefined || last === undefined) return { start: 0, end: 0 };
  return { start: first.last ? 0 : Math.max(0, first.granule - samplesEndingOn(pages, first)), end: last.granule };
}

/** Samples of the packets up to and including the ones that end on `until`. */
function samplesEndingOn(pages: readonly OggPage[], until: OggPage): number {
  const upTo = packetsOf(pages.slice(0, pages.indexOf(until) + 1).map(withoutOpenPacket));
  if (!upTo.ok) return until.granule;
  return upTo.value.slice(2).reduce((sum, packet) => sum + (opusPacketSamples(packet) ?? 0), 0);
}

function withoutOpenPacket(page: OggPage, index: number, pages: readonly OggPage[]): OggPage {
  if (index < pages.length - 1) return page;
  const end = page.lacing.findLastIndex((lace) => lace < 255) + 1;
  return { ...page, lacing: page.lacing.subarray(0, end) };
}

function readHead(packet: Uint8Array | undefined): Pick<OggOpusFile, 'channels' | 'preSkip' | 'outputGainDb'> | null {
  if (packet === undefined || packet.length < 19 || ascii(packet.subarray(0, 8)) !== 'OpusHead') return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const [version, channels, family] = [view.getUint8(8), view.getUint8(9), view.getUint8(18)];
  if (version >> 4 !== 0 || family !== 0 || channels < 1 || channels > 2) return null;
  return { channels, preSkip: view.getUint16(10, true), outputGainDb: view.getInt16(16, true) / 256 };
}

function readTags(packet: Uint8Array): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const reader = new ByteReader(packet, 8);
  if (ascii(packet.subarray(0, 8)) !== 'OpusTags') return tags;
  reader.bytes(Math.min(little32(reader), packet.length));
  const count = Math.min(little32(reader), COMMENTS_MAX);
  for (let index = 0; index < count && !reader.short; index += 1) {
    const length = little32(reader);
    if (length > reader.remaining) break;
    const [name = '', ...value] = new TextDecoder().decode(reader.bytes(length)).split('=');
    const key = name.toUpperCase();
    if (value.length > 0 && !tags.has(key)) tags.set(key, value.join('=').slice(0, limits.tagCharacters));
  }
  return tags;
}

function little32(reader: ByteReader): number {
  const [low, high] = [reader.bytes(2), reader.bytes(2)];
  return (low[0] ?? 0) + (low[1] ?? 0) * 256 + (high[0] ?? 0) * 65_536 + (high[1] ?? 0) * 16_777_216;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
