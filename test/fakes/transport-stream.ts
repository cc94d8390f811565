import { assert } from '../../src/units/assert.ts';
import { concatBytes } from '../../src/units/bytes.ts';
import { NULL_PID, PCR_TICKS_PER_MS, TS_PACKET_BYTES, type TsPacket } from '../../src/wire/mpegts.ts';
import { crc32 } from '../../src/wire/mpegts-tables.ts';

const SYNC = 0x47;
const HEADER_BYTES = 4;
export const TABLE_PID = 0x1000;
export const VIDEO_PID = 0x100;
export const AUDIO_PID = 0x101;

/** One packet of the program: its tables, a picture that stands alone, or anything else, with the clock or without. */
export function tsPacket(pid: number, options: { readonly atMs?: number; readonly start?: boolean; readonly fill?: number } = {}): Uint8Array {
  const pcrTicks = options.atMs === undefined ? null : Math.round(options.atMs * PCR_TICKS_PER_MS);
  const payload = new Uint8Array(170).fill(options.fill ?? 0);
  return encodeTsPacket({ pid, unitStart: options.start === true, continuity: 0, randomAccess: options.start === true, pcrTicks, payload });
}

/** The two tables of one program with H.264 (or what `videoType` says) and AAC. */
export function tables(videoType = 0x1b): readonly [Uint8Array, Uint8Array] {
  const pat = section(0, [0, 1, 0xe0 | (TABLE_PID >> 8), TABLE_PID & 0xff]);
  const streams = [stream(videoType, VIDEO_PID), stream(0x0f, AUDIO_PID)].flat();
  const pmt = section(2, [0xe0 | (VIDEO_PID >> 8), VIDEO_PID & 0xff, 0xf0, 0, ...streams]);
  return [tableOn(0, pat), tableOn(TABLE_PID, pmt)];
}

function stream(type: number, pid: number): number[] {
  return [type, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, 0];
}

function section(table: number, body: readonly number[]): Uint8Array {
  const length = 5 + body.length + 4;
  const bytes = Uint8Array.of(table, 0xb0 | (length >> 8), length & 0xff, 0, 1, 0xc1, 0, 0, ...body);
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, crc32(bytes));
  return concatBytes(bytes, sum);
}

function tableOn(pid: number, bytes: Uint8Array): Uint8Array {
  return encodeTsPacket({ pid, unitStart: true, continuity: 0, randomAccess: false, pcrTicks: null, payload: concatBytes(Uint8Array.of(0), bytes) });
}

/**
 * A packet with a payload of at most 184 bytes; what is short of it is filled by the adaptation field.
 */
export function encodeTsPacket(packet: Pick<TsPacket, 'pid' | 'unitStart' | 'continuity' | 'randomAccess' | 'pcrTicks' | 'payload'>): Uint8Array {
  const { pid, unitStart, continuity, randomAccess, pcrTicks, payload } = packet;
  const fieldBytes = TS_PACKET_BYTES - HEADER_BYTES - payload.length;
  const needed = pcrTicks !== null ? 8 : randomAccess ? 2 : 0;
  assert(fieldBytes >= needed && pid >= 0 && pid <= NULL_PID, 'the packet has room for its fields');
  const bytes = new Uint8Array(TS_PACKET_BYTES).fill(0xff);
  bytes.set([SYNC, (unitStart ? 0x40 : 0) | (pid >> 8), pid & 0xff, (fieldBytes > 0 ? 0x20 : 0) | (payload.length > 0 ? 0x10 : 0) | (continuity & 0x0f)]);
  if (fieldBytes > 0) bytes[HEADER_BYTES] = fieldBytes - 1;
  if (fieldBytes > 1) bytes[HEADER_BYTES + 1] = (randomAccess ? 0x40 : 0) | (pcrTicks === null ? 0 : 0x10);
  if (pcrTicks !== null) writePcr(bytes.subarray(HEADER_BYTES + 2), pcrTicks);
  bytes.set(payload, HEADER_BYTES + fieldBytes);
  return bytes;
}

function writePcr(target: Uint8Array, ticks: number): void {
  const base = Math.floor(ticks / 300) % 2 ** 33;
  const extension = Math.floor(ticks) % 300;
  const high = Math.floor(base / 2);
  target.set([(high >>> 24) & 0xff, (high >>> 16) & 0xff, (high >>> 8) & 0xff, high & 0xff, ((base % 2) << 7) | 0x7e | (extension >> 8), extension & 0xff]);
}
