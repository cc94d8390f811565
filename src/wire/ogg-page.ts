import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** One page of an Ogg bitstream (RFC 3533, 6). Granule -1: no packet ends on this page. */
export interface OggPage {
  readonly continued: boolean;
  readonly first: boolean;
  readonly last: boolean;
  readonly granule: number;
  readonly serial: number;
  readonly sequence: number;
  /** Lacing values: a packet ends with the first value below 255. */
  readonly lacing: Uint8Array;
  readonly body: Uint8Array;
}

const HEADER_BYTES = 27;
const NO_GRANULE = 0xffff_ffff_ffff_ffffn;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value >>> 0;
});

/** Writes a page that holds exactly one whole packet (at most 65,024 bytes). */
export function encodePage(page: Pick<OggPage, 'first' | 'last' | 'granule' | 'serial' | 'sequence'>, packet: Uint8Array): Uint8Array {
  const segments = Math.floor(packet.length / 255) + 1;
  assert(segments <= 255, 'a packet fits one page');
  const bytes = new Uint8Array(HEADER_BYTES + segments + packet.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4f67_6753);
  bytes[5] = (page.first ? 2 : 0) | (page.last ? 4 : 0);
  view.setBigUint64(6, page.granule < 0 ? NO_GRANULE : BigInt(page.granule), true);
  view.setUint32(14, page.serial, true);
  view.setUint32(18, page.sequence, true);
  bytes[26] = segments;
  bytes.fill(255, HEADER_BYTES, HEADER_BYTES + segments - 1);
  bytes[HEADER_BYTES + segments - 1] = packet.length % 255;
  bytes.set(packet, HEADER_BYTES + segments);
  view.setUint32(22, crcOf(bytes), true);
  return bytes;
}

/** Reads the page at `offset`, checksum included; `next` is where the following one begins. Never throws. */
export function decodePage(bytes: Uint8Array, offset: number): Result<{ readonly page: OggPage; readonly next: number }, Fault<'damaged' | 'truncated'>> {
  const lacingStart = offset + HEADER_BYTES;
  if (lacingStart > bytes.length) return fault('truncated', `the Ogg file ends inside a page header at byte ${offset}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.byteLength - offset);
  if (view.getUint32(0) !== 0x4f67_6753 || view.getUint8(4) !== 0) return fault('damaged', `no Ogg page begins at byte ${offset}`);
  const bodyStart = lacingStart + view.getUint8(26);
  const lacing = bytes.subarray(lacingStart, bodyStart);
  const next = bodyStart + lacing.reduce((sum, value) => sum + value, 0);
  if (next > bytes.length) return fault('truncated', `the Ogg file ends inside the page at byte ${offset}`);
  if (crcOf(bytes.subarray(offset, next)) !== view.getUint32(22, true)) return fault('damaged', `the checksum of the Ogg page at byte ${offset} is wrong`);
  const flags = view.getUint8(5);
  const granule = view.getBigUint64(6, true);
  const page = {
    continued: (flags & 1) !== 0,
    first: (flags & 2) !== 0,
    last: (flags & 4) !== 0,
    granule: granule > BigInt(Number.MAX_SAFE_INTEGER) ? -1 : Number(granule),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    lacing,
    body: bytes.subarray(bodyStart, next),
  };
  return ok({ page, next });
}

/** The checksum of a page, its own field (bytes 22..25) taken as zero. */
function crcOf(page: Uint8Array): number {
  let crc = 0;
  for (let index = 0; index < page.length; index += 1) {
    const byte = index >= 22 && index < 26 ? 0 : (page[index] ?? 0);
    crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  }
  return crc;
}
