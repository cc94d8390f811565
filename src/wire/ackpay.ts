import type { AckpayMessage } from '../domain/credit/messages.ts';
import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { wordAt } from '../units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { RECEIPT_MAX_BYTES } from './ack-receipt.ts';
import { readBody, writeBody } from './ackpay-body.ts';
import { ByteReader, ByteWriter } from './byte-reader.ts';

/** RTCP payload-specific feedback, application layer (RFC 4585, 6.4). */
export const ACKPAY_PACKET_TYPE = 206;
export const ACKPAY_FORMAT = 15;
export const ACKPAY_TAG_BYTES = 16;
const NAME = 0x41434b50;
const VERSION = 1;
/** Up to and with the name: what every message has, tagged or short. */
const HEAD_BYTES = 16;
const HEADER_BYTES = 24;
const NO_TAG = new Uint8Array(ACKPAY_TAG_BYTES);
/** The largest message: a receipt with all its counts. */
export const ACKPAY_MAX_BYTES = HEADER_BYTES + 64 + 2 + RECEIPT_MAX_BYTES + 3 + ACKPAY_TAG_BYTES;

assert(ACKPAY_MAX_BYTES + 100 <= limits.datagramBytes, 'every ackpay message fits one datagram, also inside SRTCP');

/** `sender` is the SSRC of who speaks, `media` that of the stream it speaks about. */
export interface AckpaySsrcs {
  readonly sender: number;
  readonly media: number;
}

export interface DecodedAckpay {
  readonly message: AckpayMessage;
  readonly ssrcs: AckpaySsrcs;
  /** The bytes the tag covers, after the 16 bytes of the session id: part of what was decoded, like the tag. */
  readonly authenticated: Uint8Array;
  readonly tag: Uint8Array;
}

export type AckpayFault = 'truncated' | 'not-ackpay' | 'unsupported-version' | 'bad-field';

export const TYPE_CODES: Readonly<Record<AckpayMessage['type'], number>> = { ack: 0, receipt: 1, window: 2, confirm: 3 };
export const TYPES: readonly AckpayMessage['type'][] = ['ack', 'receipt', 'window', 'confirm'];

/**
 * A whole RTCP packet with the tag still zero; platform/crypto seals it.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|0| FMT=15  |    PT=206     |        length in words - 1    |
 * |                        SSRC of the sender                     |
 * |                     SSRC of the media source                  |
 * |      'A'      |      'C'      |      'K'      |      'P'      |
 * | ver=1 | type  |     flags     |           key epoch           |
 * |                 counter (strictly increasing)                 |
 * |                body by type (ackpay-body.ts), zeros to 32 bits |
 * |                tag: 16 bytes                                  |
 * ```
 * Source: wire.md 5.3, ruling 26. Departure: ranges and the challenge are optional, so that a plain ACK has 60 bytes.
 */
export function encodeAckpay(message: AckpayMessage, ssrcs: AckpaySsrcs): Uint8Array {
  const writer = beginFeedback(ssrcs);
  writer.u8((VERSION << 4) | TYPE_CODES[message.type]).u8(flagsOf(message));
  writer.u16(message.epoch).u32(message.counter);
  writeBody(writer, message);
  return finishFeedback(writer.align4().bytes(NO_TAG));
}

/** A feedback packet of ours up to its name; `finishFeedback` writes its length. */
export function beginFeedback(ssrcs: AckpaySsrcs): ByteWriter {
  const writer = new ByteWriter(ACKPAY_MAX_BYTES);
  writer
    .u8(0x80 | ACKPAY_FORMAT)
    .u8(ACKPAY_PACKET_TYPE)
    .u16(0);
  return writer.u32(ssrcs.sender).u32(ssrcs.media).u32(NAME);
}

export function finishFeedback(writer: ByteWriter): Uint8Array {
  writer.align4();
  return writer.patchU16(2, writer.length / 4 - 1).finish();
}

/** Reads what `beginFeedback` wrote, of a whole RTCP packet; `reader` stands behind the name. */
export function readFeedback(bytes: Uint8Array, reader: ByteReader): Result<AckpaySsrcs, Fault<AckpayFault>> {
  if (!isAckpay(bytes)) return fault('not-ackpay', 'the packet is not an ackpay message; drop it');
  reader.u16();
  const words = reader.u16();
  if (bytes.length > ACKPAY_MAX_BYTES || bytes.length !== 4 * (words + 1)) return fault('truncated', 'the length of the message does not fit; drop it');
  const ssrcs = { sender: reader.u32(), media: reader.u32() };
  reader.u32();
  return ok(ssrcs);
}

/** The part of an encoded message that its tag covers. */
export function authenticatedPart(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Math.max(0, bytes.length - ACKPAY_TAG_BYTES));
}

/** Puts its tag into an encoded message. */
export function putTag(bytes: Uint8Array, tag: Uint8Array): void {
  assert(tag.length === ACKPAY_TAG_BYTES, 'a tag has 16 bytes');
  bytes.set(tag, bytes.length - ACKPAY_TAG_BYTES);
}

/** True where an RTCP packet claims to be ours: feedback of unaware peers is told apart without decoding it. */
export function isAckpay(bytes: Uint8Array): boolean {
  if (bytes.length <= HEAD_BYTES) return false;
  return bytes[0] === (0x80 | ACKPAY_FORMAT) && bytes[1] === ACKPAY_PACKET_TYPE && wordAt(bytes, 12) === NAME;
}

/**
 * Reads exactly one RTCP packet (wire/rtcp.ts splits a compound). The message must not be believed before its tag was checked.
 * Strict: reserved bits and padding are zero, so that one message has one encoding. Never throws.
 */
export function decodeAckpay(bytes: Uint8Array): Result<DecodedAckpay, Fault<AckpayFault>> {
  if (bytes.length < HEADER_BYTES + ACKPAY_TAG_BYTES) return fault('truncated', 'the packet is too short for an ackpay message; drop it');
  const reader = new ByteReader(authenticatedPart(bytes));
  const ssrcs = readFeedback(bytes, reader);
  if (!ssrcs.ok) return ssrcs;
  const versionAndType = reader.u8();
  if (versionAndType >> 4 !== VERSION) return fault('unsupported-version', `ackpay version ${versionAndType >> 4} is not known; drop the message`);
  const type = TYPES[versionAndType & 0x0f];
  const flags = reader.u8();
  const counted = { epoch: reader.u16(), counter: reader.u32() };
  if (type === undefined || flags > (type === 'ack' ? 1 : 0)) return fault('bad-field', 'type or flags of the message are not known; drop it');
  const message = readBody(reader, type, counted, flags === 1);
  if (message === null || reader.short || !restIsZero(reader)) return fault('bad-field', 'a field of the message is impossible; drop it');
  return ok({ message, ssrcs: ssrcs.value, authenticated: authenticatedPart(bytes), tag: bytes.subarray(-ACKPAY_TAG_BYTES) });
}

function flagsOf(message: AckpayMessage): number {
  return message.type === 'ack' && message.challenge !== null ? 1 : 0;
}

/** True where nothing but the zeros up to 32 bits is left. */
export function restIsZero(reader: ByteReader): boolean {
  if (reader.remaining >= 4) return false;
  while (reader.remaining > 0) if (reader.u8() !== 0) return false;
  return true;
}
