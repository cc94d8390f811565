import { concatBytes } from '../units/bytes.ts';
import type { TsPacket } from './mpegts.ts';

/** The program association table has a place of its own (ISO/IEC 13818-1, 2.4.4.3). */
export const PAT_PID = 0;

const SECTION_BYTES_MAX = 1_024;
const CRC_BYTES = 4;
const PAT_TABLE = 0;
const PMT_TABLE = 2;
/** Pictures: MPEG-1, MPEG-2, MPEG-4, H.264, HEVC (table 2-34). */
const VIDEO_TYPES: ReadonlyMap<number, VideoCodec> = new Map<number, VideoCodec>([
  [0x01, 'other'],
  [0x02, 'other'],
  [0x10, 'other'],
  [0x1b, 'h264'],
  [0x24, 'hevc'],
]);

export type VideoCodec = 'h264' | 'hevc' | 'other';

/** One program of a transport stream, as its tables describe it. */
export interface TsProgram {
  readonly tablePid: number;
  readonly clockPid: number;
  readonly videoPid: number | null;
  readonly codec: VideoCodec | null;
}

/**
 * Follows the tables of a transport stream to its first program. Sections may stretch over packets; one with a wrong check sum,
 * or longer than 1,024 bytes, is left out. Never throws, and holds at most two sections.
 */
export class TableReader {
  readonly #parts = new Map<number, Uint8Array>();
  #tablePid: number | null = null;
  #program: TsProgram | null = null;

  /** The first program, or null before its tables came by. */
  get program(): TsProgram | null {
    return this.#program;
  }

  isTable(pid: number): boolean {
    return pid === PAT_PID || pid === this.#tablePid;
  }

  take(packet: TsPacket): void {
    if (!this.isTable(packet.pid) || packet.payload.length === 0 || packet.scrambled) return;
    const section = this.#assemble(packet);
    if (section === null) return;
    if (packet.pid === PAT_PID) this.#readPat(section);
    else this.#readPmt(section);
  }

  /** @returns a whole section of right check sum, or null */
  #assemble({ pid, unitStart, payload }: TsPacket): Uint8Array | null {
    const before = this.#parts.get(pid);
    if (!unitStart && before === undefined) return null;
    const begin = unitStart ? payload.subarray(1 + (payload[0] ?? 0)) : payload;
    const bytes = unitStart || before === undefined ? begin : concatBytes(before, begin);
    this.#parts.delete(pid);
    if (bytes.length < 3) return null;
    const length = 3 + ((((bytes[1] ?? 0) & 0x0f) << 8) | (bytes[2] ?? 0));
    if (length > SECTION_BYTES_MAX) return null;
    if (bytes.length < length) {
      this.#parts.set(pid, bytes.slice());
      return null;
    }
    const section = bytes.subarray(0, length);
    return crc32(section) === 0 ? section : null;
  }

  #readPat(section: Uint8Array): void {
    if (section[0] !== PAT_TABLE) return;
    for (let at = 8; at + 4 <= section.length - CRC_BYTES; at += 4) {
      const number = ((section[at] ?? 0) << 8) | (section[at + 1] ?? 0);
      if (number === 0) continue;
      const pid = pidAt(section, at + 2);
      if (pid !== this.#tablePid) this.#program = null;
      this.#tablePid = pid;
      return;
    }
  }

  #readPmt(section: Uint8Array): void {
    if (section[0] !== PMT_TABLE || this.#tablePid === null || section.length < 12 + CRC_BYTES) return;
    let [videoPid, codec]: [number | null, VideoCodec | null] = [null, null];
    const end = section.length - CRC_BYTES;
    for (let at = 12 + (((section[10] ?? 0) & 0x0f) << 8) + (section[11] ?? 0); at + 5 <= end; ) {
      const found = VIDEO_TYPES.get(section[at] ?? 0);
      if (found !== undefined && videoPid === null) [videoPid, codec] = [pidAt(section, at + 1), found];
      at += 5 + (((section[at + 3] ?? 0) & 0x0f) << 8) + (section[at + 4] ?? 0);
    }
    this.#program = { tablePid: this.#tablePid, clockPid: pidAt(section, 8), videoPid, codec };
  }
}

/** MPEG's check sum (annex A): over a section with its own check sum at the end it is 0. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  }
  return crc >>> 0;
}

function pidAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) & 0x1f) << 8) | (bytes[at + 1] ?? 0);
}
