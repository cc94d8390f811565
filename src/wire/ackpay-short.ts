import type { ClassCount } from '../domain/credit/billing-class.ts';
import type { AckMessage, AckpayMessage, ReceiptMessage } from '../domain/credit/messages.ts';
import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { equalBytes } from '../units/bytes.ts';
import type { SessionId } from '../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { type AckpayFault, type AckpaySsrcs, beginFeedback, finishFeedback, readFeedback, restIsZero, TYPE_CODES, TYPES } from './ackpay.ts';
import { readBody, writeBody } from './ackpay-body.ts';
import { CLASS_CODES, classOfCode } from './billing-class-code.ts';
import { ByteReader, type ByteWriter } from './byte-reader.ts';

/** What both ends of an SRTCP session know by its keys and its terms: a short message leaves it out. */
export interface ShortContext {
  readonly sid: SessionId;
  readonly epoch: number;
  /** First 16 bytes of SHA-256 over the canonical terms. */
  readonly termsHash: Uint8Array;
}

const VERSION = 2;
const U32_MAX = 0xffff_ffff;
const NO_EVENT = new Uint8Array(16);
const FLAG = { challenge: 1, bitmap: 2, ranges: 4, confirmed: 1 } as const;
const FLAGS_MAX: Readonly<Record<AckpayMessage['type'], number>> = { ack: 7, receipt: 1, window: 0, confirm: 0 };

/**
 * The short form of a message, for sessions whose terms say `ackAuth: 'srtcp'`: SRTCP around it proves whose it is, of which
 * session and epoch, and that it is no repetition, so it carries neither tag nor epoch, and its numbers are no longer than they are.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|0| FMT=15  |    PT=206     |        length in words - 1    |
 * |                        SSRC of the sender                     |
 * |                     SSRC of the media source                  |
 * |      'A'      |      'C'      |      'K'      |      'P'      |
 * | ver=2 | type  |     flags     |  counter varint, then the body, zeros to 32 bits
 * ```
 * ACK and RECEIPT have bodies of their own; WINDOW and CONFIRM those of wire/ackpay-body.ts.
 */
export function encodeShort(message: AckpayMessage, ssrcs: AckpaySsrcs, context: ShortContext): Uint8Array {
  assert(message.epoch === context.epoch, 'a message is written in its own epoch');
  const writer = beginFeedback(ssrcs);
  writer
    .u8((VERSION << 4) | TYPE_CODES[message.type])
    .u8(flagsOf(message))
    .varint(message.counter);
  if (message.type === 'ack') writeAck(writer, message);
  else if (message.type === 'receipt') writeReceipt(writer, message, context);
  else writeBody(writer, message);
  return finishFeedback(writer);
}

/** Reads exactly one RTCP packet that was authentic SRTCP. Strict, as the tagged form: one message has one encoding. Never throws. */
export function decodeShort(
  bytes: Uint8Array,
  context: ShortContext,
): Result<{ readonly message: AckpayMessage; readonly ssrcs: AckpaySsrcs }, Fault<AckpayFault>> {
  const reader = new ByteReader(bytes);
  const ssrcs = readFeedback(bytes, reader);
  if (!ssrcs.ok) return ssrcs;
  const versionAndType = reader.u8();
  if (versionAndType >> 4 !== VERSION) return fault('unsupported-version', `ackpay version ${versionAndType >> 4} was not agreed on; drop the message`);
  const type = TYPES[versionAndType & 0x0f];
  const flags = reader.u8();
  const counted = { epoch: context.epoch, counter: reader.varint() };
  if (type === undefined || flags > FLAGS_MAX[type]) return fault('bad-field', 'type or flags of the message are not known; drop it');
  const message = counted.counter > U32_MAX ? null : readShortBody(reader, type, counted, flags, context);
  if (message === null || reader.short || !restIsZero(reader)) return fault('bad-field', 'a field of the message is impossible; drop it');
  return ok({ message, ssrcs: ssrcs.value });
}

type Counted = Pick<AckpayMessage, 'epoch' | 'counter'>;

function readShortBody(reader: ByteReader, type: AckpayMessage['type'], counted: Counted, flags: number, context: ShortContext): AckpayMessage | null {
  if (type === 'ack') return readAck(reader, counted, flags);
  return type === 'receipt' ? readReceipt(reader, counted, flags, context) : readBody(reader, type, counted, false);
}

function flagsOf(message: AckpayMessage): number {
  if (message.type === 'receipt') return equalBytes(message.receipt.confirmEventId, NO_EVENT) ? 0 : FLAG.confirmed;
  if (message.type !== 'ack') return 0;
  return (message.challenge === null ? 0 : FLAG.challenge) | (message.bitmap === 0n ? 0 : FLAG.bitmap) | (message.ranges.length === 0 ? 0 : FLAG.ranges);
}

/** `base varint | paidPackets varint | [bitmap u64] | [ranges u8, ranges x (first varint, count varint)] | [slot varint, response 8]` */
function writeAck(writer: ByteWriter, { base, paidPackets, bitmap, ranges, challenge }: AckMessage): void {
  assert(ranges.length <= limits.rangesPerAck, 'an ACK carries at most 4 ranges');
  writer.varint(base).varint(paidPackets);
  if (bitmap !== 0n) writer.u64(bitmap);
  if (ranges.length > 0) writer.u8(ranges.length);
  for (const [first, count] of ranges) writer.varint(first).varint(count);
  if (challenge !== null) writer.varint(challenge.sequence).bytes(challenge.response, 8);
}

function readAck(reader: ByteReader, counted: Counted, flags: number): AckMessage | null {
  const [base, paidPackets] = [reader.varint(), reader.varint()];
  const bitmap = (flags & FLAG.bitmap) === 0 ? 0n : reader.u64();
  const rangeCount = (flags & FLAG.ranges) === 0 ? 0 : reader.u8();
  if (rangeCount > limits.rangesPerAck) return null;
  const ranges: [number, number][] = [];
  for (let index = 0; index < rangeCount; index += 1) ranges.push([reader.varint(), reader.varint()]);
  const challenge = (flags & FLAG.challenge) === 0 ? null : { sequence: reader.varint(), response: reader.bytes(8) };
  const empty = ((flags & FLAG.bitmap) !== 0 && bitmap === 0n) || ((flags & FLAG.ranges) !== 0 && rangeCount === 0);
  const beyond = base > U32_MAX || paidPackets >= 2 ** 48 || (challenge?.sequence ?? 0) > U32_MAX;
  if (empty || beyond || ranges.some(([first, count]) => count === 0 || first + count > 2 ** 32)) return null;
  return { type: 'ack', ...counted, base, bitmap, ranges, paidPackets, challenge };
}

/** `signature 64 | epoch varint | base varint | ackCounter varint | wallMs varint | n u8 | n x (16 node + class varint, packets varint) | [confirmEventId 16]` */
function writeReceipt(writer: ByteWriter, { receipt, signature }: ReceiptMessage, context: ShortContext): void {
  assert(receipt.sid === context.sid && equalBytes(receipt.termsHash, context.termsHash), 'a receipt is told in its own session');
  writer.bytes(signature, 64).varint(receipt.epoch).varint(receipt.base).varint(receipt.ackCounter).varint(receipt.wallMs);
  writer.u8(receipt.counts.length);
  const sorted = [...receipt.counts].sort((left, right) => cellOf(left) - cellOf(right));
  for (const count of sorted) writer.varint(cellOf(count)).varint(count.packets);
  if (!equalBytes(receipt.confirmEventId, NO_EVENT)) writer.bytes(receipt.confirmEventId, 16);
}

function readReceipt(reader: ByteReader, counted: Counted, flags: number, { sid, termsHash }: ShortContext): ReceiptMessage | null {
  const signature = reader.bytes(64);
  const head = { sid, epoch: reader.varint(), base: reader.varint(), ackCounter: reader.varint(), wallMs: reader.varint() };
  const counts = readCounts(reader);
  const confirmEventId = flags === 0 ? NO_EVENT.slice() : reader.bytes(16);
  if (counts === null || head.epoch > 0xffff || head.base > U32_MAX || head.ackCounter > U32_MAX) return null;
  if (flags !== 0 && equalBytes(confirmEventId, NO_EVENT)) return null;
  return { type: 'receipt', ...counted, receipt: { ...head, counts, termsHash, confirmEventId }, signature };
}

function readCounts(reader: ByteReader): readonly ClassCount[] | null {
  const many = reader.u8();
  if (many > limits.classCountsPerReceipt) return null;
  const counts: ClassCount[] = [];
  let last = -1;
  for (let index = 0; index < many && !reader.short; index += 1) {
    const [cell, packets] = [reader.varint(), reader.varint()];
    const billingClass = classOfCode(cell % 16);
    if (billingClass === null || (cell <= last && !reader.short) || cell >= 16 * 2 ** 16 || packets >= 2 ** 48) return null;
    last = cell;
    counts.push({ node: Math.floor(cell / 16), billingClass, packets });
  }
  return counts;
}

function cellOf({ node, billingClass }: ClassCount): number {
  return 16 * node + CLASS_CODES[billingClass];
}
