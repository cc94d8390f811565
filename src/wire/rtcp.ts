import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { concatBytes } from '../units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { ByteReader, ByteWriter } from './byte-reader.ts';
import { lostFromPairs, pairsFromLost } from './nack-pairs.ts';

/** One source's statistics (RFC 3550, 6.4.1). `fractionLost` is a 256th, `cumulativeLost` is signed, delays are 65,536ths of a second. */
export interface ReportBlock {
  readonly ssrc: number;
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  readonly lastSenderReport: number;
  readonly delaySinceLastSenderReport: number;
}

export interface SenderReport {
  readonly type: 'sender-report';
  readonly ssrc: number;
  /** 64-bit NTP time: seconds since 1900 and their fraction. */
  readonly ntp: bigint;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
  readonly reports: readonly ReportBlock[];
}

export interface ReceiverReport {
  readonly type: 'receiver-report';
  readonly ssrc: number;
  readonly reports: readonly ReportBlock[];
}

/** SDES; of the items only CNAME is kept. */
export interface SourceDescription {
  readonly type: 'source-description';
  readonly chunks: readonly { readonly ssrc: number; readonly cname: string | null }[];
}

export interface Bye {
  readonly type: 'bye';
  readonly ssrcs: readonly number[];
  readonly reason: string | null;
}

/** Generic NACK (RFC 4585, 6.2.1): 16-bit sequences in the order of the pairs, each pair ascending. */
export interface Nack {
  readonly type: 'nack';
  readonly sender: number;
  readonly media: number;
  readonly lost: readonly number[];
}

/** Anything else: ackpay feedback among it (wire/ackpay.ts reads the whole packet). */
export interface OtherRtcp {
  readonly type: 'other';
  readonly payloadType: number;
  readonly format: number;
}

export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Bye | Nack | OtherRtcp;
export type RtcpFault = 'truncated' | 'not-rtcp' | 'bad-padding' | 'bad-field';

const SR = 200;
const RR = 201;
const SDES = 202;
const BYE = 203;
const RTPFB = 205;
const NACK_FORMAT = 1;
const CNAME_ITEM = 1;
const NTP_EPOCH_SECONDS = 2_208_988_800n;

/** Wall time as 64-bit NTP time. */
export function ntpFromWallMs(wallMs: number): bigint {
  const milliseconds = BigInt(Math.floor(wallMs));
  return ((milliseconds / 1_000n + NTP_EPOCH_SECONDS) << 32n) | (((milliseconds % 1_000n) << 32n) / 1_000n);
}

/**
 * Cuts a compound (or a reduced-size packet, RFC 5506) into its packets; each is a view without padding removed.
 * Refused as a whole where any length runs past the end or padding stands before the last packet.
 */
export function splitCompound(bytes: Uint8Array): Result<readonly Uint8Array[], Fault<RtcpFault>> {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < 4) return fault('truncated', 'an RTCP packet is cut off; drop the datagram');
    const first = bytes[at] ?? 0;
    const type = bytes[at + 1] ?? 0;
    const length = 4 * (((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0) + 1);
    if (first >> 6 !== 2 || type < 192 || type > 223) return fault('not-rtcp', 'the datagram is not RTCP; drop it');
    if (at + length > bytes.length) return fault('truncated', 'an RTCP packet is cut off; drop the datagram');
    if ((first & 0x20) !== 0 && at + length < bytes.length) return fault('bad-padding', 'only the last RTCP packet may be padded; drop the datagram');
    packets.push(length === bytes.length ? bytes : bytes.subarray(at, at + length));
    at += length;
  }
  return packets.length > 0 ? ok(packets) : fault('truncated', 'the datagram is empty; drop it');
}

/** Reads one packet as cut by splitCompound. Never throws. */
export function decodeRtcp(packet: Uint8Array): Result<RtcpPacket, Fault<RtcpFault>> {
  const split = splitCompound(packet);
  if (!split.ok) return split;
  if (split.value.length !== 1) return fault('bad-field', 'one RTCP packet was expected; split the compound first');
  const first = packet[0] ?? 0;
  const padding = first & 0x20 ? (packet.at(-1) ?? 0) : 0;
  if (((first & 0x20) !== 0 && padding === 0) || padding % 4 !== 0 || padding > packet.length - 4)
    return fault('bad-padding', 'the RTCP padding is impossible; drop it');
  const reader = new ByteReader(packet.subarray(0, packet.length - padding), 4);
  const decoded = readPacket(reader, packet[1] ?? 0, first & 0x1f);
  return decoded === null || reader.short ? fault('bad-field', 'an RTCP packet contradicts its own length; drop it') : ok(decoded);
}

/** Puts packets, each as it stands, into as few compounds as hold them in their order. A packet alone may be longer than `bytesMax`. */
export function joinPackets(packets: readonly Uint8Array[], bytesMax: number): readonly Uint8Array[] {
  const compounds: Uint8Array[] = [];
  for (const packet of packets) {
    const last = compounds.at(-1);
    if (last === undefined || last.length + packet.length > bytesMax) compounds.push(packet);
    else compounds[compounds.length - 1] = concatBytes(last, packet);
  }
  return compounds;
}

/** Joins packets to one compound datagram. */
export function encodeCompound(packets: readonly Exclude<RtcpPacket, OtherRtcp>[]): Uint8Array {
  const writer = new ByteWriter(limits.datagramBytes);
  for (const packet of packets) writePacket(writer, packet);
  return writer.finish();
}

export function encodeRtcp(packet: Exclude<RtcpPacket, OtherRtcp>): Uint8Array {
  return encodeCompound([packet]);
}

function readPacket(reader: ByteReader, type: number, count: number): RtcpPacket | null {
  if (type === SR) {
    const head = { ssrc: reader.u32(), ntp: reader.u64(), rtpTimestamp: reader.u32(), packets: reader.u32(), octets: reader.u32() };
    return { type: 'sender-report', ...head, reports: readReports(reader, count) };
  }
  if (type === RR) return { type: 'receiver-report', ssrc: reader.u32(), reports: readReports(reader, count) };
  if (type === SDES) return readChunks(reader, count);
  if (type === BYE) {
    const ssrcs = Array.from({ length: count }, () => reader.u32());
    const reason = reader.remaining > 0 && !reader.short ? text(reader.bytes(reader.u8())) : null;
    return { type: 'bye', ssrcs, reason };
  }
  if (type === RTPFB && count === NACK_FORMAT) {
    const ends = { sender: reader.u32(), media: reader.u32() };
    return { type: 'nack', ...ends, lost: lostFromPairs(reader) };
  }
  return { type: 'other', payloadType: type, format: count };
}

function readReports(reader: ByteReader, count: number): readonly ReportBlock[] {
  return Array.from({ length: count }, () => {
    const ssrc = reader.u32();
    const loss = reader.u32();
    const cumulativeLost = ((loss & 0xff_ffff) << 8) >> 8;
    const [highestSequence, jitter] = [reader.u32(), reader.u32()];
    return {
      ssrc,
      fractionLost: loss >>> 24,
      cumulativeLost,
      highestSequence,
      jitter,
      lastSenderReport: reader.u32(),
      delaySinceLastSenderReport: reader.u32(),
    };
  });
}

function readChunks(reader: ByteReader, count: number): SourceDescription | null {
  const chunks: { ssrc: number; cname: string | null }[] = [];
  for (let index = 0; index < count; index += 1) {
    const ssrc = reader.u32();
    let cname: string | null = null;
    for (let item = reader.u8(); item !== 0 && !reader.short; item = reader.u8()) {
      const value = text(reader.bytes(reader.u8()));
      if (item === CNAME_ITEM) cname = value;
    }
    reader.bytes((4 - (reader.offset % 4)) % 4);
    if (reader.short) return null;
    chunks.push({ ssrc, cname });
  }
  return { type: 'source-description', chunks };
}

function writePacket(writer: ByteWriter, packet: Exclude<RtcpPacket, OtherRtcp>): void {
  const start = writer.length;
  const head = (type: number, count: number): void => {
    assert(count <= 31, 'an RTCP packet counts at most 31 parts');
    writer
      .u8(0x80 | count)
      .u8(type)
      .u16(0);
  };
  if (packet.type === 'sender-report') {
    head(SR, packet.reports.length);
    writer.u32(packet.ssrc).u64(packet.ntp).u32(packet.rtpTimestamp).u32(packet.packets).u32(packet.octets);
    writeReports(writer, packet.reports);
  } else if (packet.type === 'receiver-report') {
    head(RR, packet.reports.length);
    writer.u32(packet.ssrc);
    writeReports(writer, packet.reports);
  } else if (packet.type === 'source-description') {
    head(SDES, packet.chunks.length);
    for (const chunk of packet.chunks) writeChunk(writer, chunk.ssrc, chunk.cname);
  } else if (packet.type === 'bye') {
    head(BYE, packet.ssrcs.length);
    for (const ssrc of packet.ssrcs) writer.u32(ssrc);
    if (packet.reason !== null) writeText(writer, packet.reason);
    writer.align4();
  } else {
    head(RTPFB, NACK_FORMAT);
    writer.u32(packet.sender).u32(packet.media);
    for (const [first, mask] of pairsFromLost(packet.lost)) writer.u16(first).u16(mask);
  }
  writer.patchU16(start + 2, (writer.length - start) / 4 - 1);
}

function writeReports(writer: ByteWriter, reports: readonly ReportBlock[]): void {
  for (const report of reports) {
    writer
      .u32(report.ssrc)
      .u8(report.fractionLost)
      .u8((report.cumulativeLost >> 16) & 0xff)
      .u16(report.cumulativeLost & 0xffff);
    writer.u32(report.highestSequence).u32(report.jitter).u32(report.lastSenderReport).u32(report.delaySinceLastSenderReport);
  }
}

function writeChunk(writer: ByteWriter, ssrc: number, cname: string | null): void {
  writer.u32(ssrc);
  if (cname !== null) writeText(writer.u8(CNAME_ITEM), cname);
  writer.u8(0).align4();
}

function writeText(writer: ByteWriter, value: string): void {
  const bytes = new TextEncoder().encode(value);
  assert(bytes.length <= 255, 'an RTCP text has at most 255 bytes');
  writer.u8(bytes.length).bytes(bytes);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
