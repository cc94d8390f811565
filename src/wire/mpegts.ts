/** A transport stream is a row of these (ISO/IEC 13818-1, 2.4.3). */
export const TS_PACKET_BYTES = 188;
/** As many as fit a datagram (RFC 2250, 2). */
export const TS_PACKETS_PER_RTP = 7;
/** Stuffing: carries nothing. */
export const NULL_PID = 0x1fff;
/** Ticks of the program clock reference a millisecond (27 MHz). */
export const PCR_TICKS_PER_MS = 27_000;
/** After so many ticks the clock begins again: 26.5 hours. */
export const PCR_CYCLE_TICKS = 2 ** 33 * 300;

const SYNC = 0x47;
const HEADER_BYTES = 4;

/** What the header and the adaptation field of one packet say. */
export interface TsPacket {
  readonly pid: number;
  /** A section or a PES packet begins here. */
  readonly unitStart: boolean;
  readonly scrambled: boolean;
  readonly continuity: number;
  /** The clock, or the count of packets, does not follow what was before. */
  readonly discontinuity: boolean;
  /** A decoder can begin here. */
  readonly randomAccess: boolean;
  /** Program clock reference in ticks of 27 MHz, or null. */
  readonly pcrTicks: number | null;
  /** A view into the packet; empty where there is none. */
  readonly payload: Uint8Array;
}

/** Reads one packet at `offset`; null where it is cut off, has lost its sync byte, or contradicts itself. Never throws. */
export function readTsPacket(bytes: Uint8Array, offset = 0): TsPacket | null {
  if (bytes.length - offset < TS_PACKET_BYTES || bytes[offset] !== SYNC) return null;
  const [second = 0, third = 0, fourth = 0] = bytes.subarray(offset + 1, offset + HEADER_BYTES);
  if (second >= 0x80) return null;
  const adaptationBytes = (fourth & 0x20) === 0 ? 0 : 1 + (bytes[offset + HEADER_BYTES] ?? 0);
  if (HEADER_BYTES + adaptationBytes > TS_PACKET_BYTES) return null;
  const field = bytes.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + adaptationBytes);
  const flags = field[1] ?? 0;
  return {
    pid: ((second & 0x1f) << 8) | third,
    unitStart: (second & 0x40) !== 0,
    scrambled: fourth >= 0x40,
    continuity: fourth & 0x0f,
    discontinuity: (flags & 0x80) !== 0,
    randomAccess: (flags & 0x40) !== 0,
    pcrTicks: (flags & 0x10) !== 0 && field.length >= 8 ? readPcr(field) : null,
    payload: (fourth & 0x10) === 0 ? new Uint8Array() : bytes.subarray(offset + HEADER_BYTES + adaptationBytes, offset + TS_PACKET_BYTES),
  };
}

/** A packet of stuffing: for a slot in which nothing is due. */
export function nullPacket(): Uint8Array {
  const packet = new Uint8Array(TS_PACKET_BYTES).fill(0xff);
  packet.set([SYNC, NULL_PID >> 8, NULL_PID & 0xff, 0x10]);
  return packet;
}

/** 33 bits of 90 kHz, 6 reserved bits, 9 bits of 27 MHz (2.4.3.5). */
function readPcr(field: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = field.subarray(2, 8);
  const base = (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) * 2 + (e >> 7);
  return base * 300 + (((e & 1) << 8) | f);
}
