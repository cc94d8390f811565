import type { Span } from '../domain/credit/billing-class.ts';
import type { AckMessage, AckpayMessage, ConfirmMessage, ReceiptMessage, WindowMessage } from '../domain/credit/messages.ts';
import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { decodeReceipt, encodeReceipt, RECEIPT_MAX_BYTES } from './ack-receipt.ts';
import { CLASS_CODES, classOfCode } from './billing-class-code.ts';
import type { ByteReader, ByteWriter } from './byte-reader.ts';

interface Counted {
  readonly epoch: number;
  readonly counter: number;
}

const PHASES: readonly WindowMessage['phase'][] = ['trial', 'stream', 'suspended', 'drained'];
const MODES: readonly ConfirmMessage['mode'][] = ['button', 'player-end', 'implicit-eof'];
const NO_CHALLENGE = 0xffff_ffff;

/** Writes what stands between header and tag; the padding to 32 bits is the caller's. */
export function writeBody(writer: ByteWriter, message: AckpayMessage): void {
  if (message.type === 'ack') writeAck(writer, message);
  else if (message.type === 'receipt') writeReceipt(writer, message);
  else if (message.type === 'window') writeWindow(writer, message);
  else writer.u8(MODES.indexOf(message.mode)).u8(0).u16(0).bytes(message.eventId, 16).bytes(message.termsHash, 16);
}

/** @returns null where a field holds an impossible value; a cut-off field shows in `reader.short` */
export function readBody(reader: ByteReader, type: AckpayMessage['type'], counted: Counted, challenged: boolean): AckpayMessage | null {
  if (type === 'ack') return readAck(reader, counted, challenged);
  if (type === 'receipt') return readReceipt(reader, counted);
  if (type === 'window') return readWindow(reader, counted);
  return readConfirm(reader, counted);
}

/** `base u32 | bitmap u64 | paidPackets u48 | ranges u8 | 0 u8 | ranges x (first u32, count u32) | [sequence u32, response 8]` */
function writeAck(writer: ByteWriter, message: AckMessage): void {
  assert(message.ranges.length <= limits.rangesPerAck, 'an ACK carries at most 4 ranges');
  writer.u32(message.base).u64(message.bitmap).u48(message.paidPackets).u8(message.ranges.length).u8(0);
  for (const [first, count] of message.ranges) writer.u32(first).u32(count);
  if (message.challenge !== null) writer.u32(message.challenge.sequence).bytes(message.challenge.response, 8);
}

function readAck(reader: ByteReader, counted: Counted, challenged: boolean): AckMessage | null {
  const base = reader.u32();
  const bitmap = reader.u64();
  const paidPackets = reader.u48();
  const rangeCount = reader.u8();
  if (reader.u8() !== 0 || rangeCount > limits.rangesPerAck) return null;
  const ranges: [number, number][] = [];
  for (let index = 0; index < rangeCount; index += 1) ranges.push([reader.u32(), reader.u32()]);
  if (ranges.some(([first, count]) => count === 0 || first + count > 2 ** 32)) return null;
  const challenge = challenged ? { sequence: reader.u32(), response: reader.bytes(8) } : null;
  return { type: 'ack', ...counted, base, bitmap, ranges, paidPackets, challenge };
}

/** `signature 64 | length u16 | canonical receipt` */
function writeReceipt(writer: ByteWriter, message: ReceiptMessage): void {
  const receipt = encodeReceipt(message.receipt);
  writer.bytes(message.signature, 64).u16(receipt.length).bytes(receipt);
}

function readReceipt(reader: ByteReader, counted: Counted): ReceiptMessage | null {
  const signature = reader.bytes(64);
  const length = reader.u16();
  if (length > RECEIPT_MAX_BYTES) return null;
  const receipt = decodeReceipt(reader.bytes(length));
  return receipt.ok ? { type: 'receipt', ...counted, receipt: receipt.value, signature } : null;
}

/**
 * `phase u8 | spans u8 | creditWindow u16 | abandonedBelow u32 | nextSequence u32 | acknowledgedPaid u48 | receiptedPaid u48`
 * `| lostPaid u32 | receiptCounter u32 | challengeAnswered u32 (all ones: none) | confirmEventId 16`
 * `| spans x (sequence u32, packetIndex u32, class u8, 0 u8, node u16)`
 */
function writeWindow(writer: ByteWriter, message: WindowMessage): void {
  assert(message.spans.length <= limits.spansPerWindowMessage, 'a WINDOW carries at most 4 spans');
  writer.u8(PHASES.indexOf(message.phase)).u8(message.spans.length).u16(message.creditWindowPackets);
  writer.u32(message.abandonedBelow).u32(message.nextSequence);
  writer.u48(message.acknowledgedPaid).u48(message.receiptedPaid).u32(message.lostPaid).u32(message.receiptCounter);
  writer.u32(message.challengeAnswered === -1 ? NO_CHALLENGE : message.challengeAnswered).bytes(message.confirmEventId, 16);
  for (const span of message.spans) {
    writer.u32(span.sequence).u32(span.packetIndex).u8(CLASS_CODES[span.billingClass]).u8(0).u16(span.node);
  }
}

function readWindow(reader: ByteReader, counted: Counted): WindowMessage | null {
  const phase = PHASES[reader.u8()];
  const spanCount = reader.u8();
  if (phase === undefined || spanCount > limits.spansPerWindowMessage) return null;
  const creditWindowPackets = reader.u16();
  const slots = { abandonedBelow: reader.u32(), nextSequence: reader.u32() };
  const paid = { acknowledgedPaid: reader.u48(), receiptedPaid: reader.u48(), lostPaid: reader.u32() };
  const receiptCounter = reader.u32();
  const answered = reader.u32();
  const confirmEventId = reader.bytes(16);
  const spans: Span[] = [];
  for (let index = 0; index < spanCount; index += 1) {
    const span = readSpan(reader);
    if (span === null) return null;
    spans.push(span);
  }
  const challengeAnswered = answered === NO_CHALLENGE ? -1 : answered;
  return { type: 'window', ...counted, phase, creditWindowPackets, ...slots, ...paid, receiptCounter, challengeAnswered, confirmEventId, spans };
}

function readSpan(reader: ByteReader): Span | null {
  const sequence = reader.u32();
  const packetIndex = reader.u32();
  const billingClass = classOfCode(reader.u8());
  const reserved = reader.u8();
  const node = reader.u16();
  return billingClass === null || reserved !== 0 ? null : { sequence, packetIndex, billingClass, node };
}

/** `mode u8 | 0 u8 | 0 u16 | eventId 16 | first 16 bytes of the terms' hash` */
function readConfirm(reader: ByteReader, counted: Counted): ConfirmMessage | null {
  const mode = MODES[reader.u8()];
  const reserved = reader.u8() + reader.u16();
  if (mode === undefined || reserved !== 0) return null;
  return { type: 'confirm', ...counted, eventId: reader.bytes(16), mode, termsHash: reader.bytes(16) };
}
