import type { ClassCount } from '../domain/credit/billing-class.ts';
import type { AckReceipt } from '../domain/credit/statements.ts';
import { limits } from '../limits.ts';
import { assert } from '../units/assert.ts';
import { fromHex, toHex } from '../units/bytes.ts';
import { asId, type SessionId } from '../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { CLASS_CODES, classOfCode } from './billing-class-code.ts';
import { ByteReader, ByteWriter } from './byte-reader.ts';

const MAGIC = Uint8Array.of(0x4a, 0x50, 0x52, 0x31);
const FIXED_BYTES = 71;
const COUNT_BYTES = 9;
/** The longest canonical receipt. */
export const RECEIPT_MAX_BYTES = FIXED_BYTES + COUNT_BYTES * limits.classCountsPerReceipt;

export type ReceiptFault = 'truncated' | 'not-a-receipt' | 'bad-field';

/** The 16 bytes that a session id of 32 hex digits stands for. */
export function sidBytes(sid: SessionId): Uint8Array {
  const bytes = fromHex(sid);
  assert(bytes !== null && bytes.length === 16, 'a session id is 32 hex digits');
  return bytes;
}

/**
 * The bytes a device signs. Every receipt has one encoding: counts stand in ascending order of (node, class code).
 *
 * ```
 * 'JPR1' | sid 16 | epoch u16 | n u8 | n x (class u8, node u16, packets u48) | base u32 | ackCounter u32
 *        | termsHash 16 | confirmEventId 16 | wallMs u64
 * ```
 * Source: wire.md 5.5, rulings 8, 18, 26.
 */
export function encodeReceipt(receipt: AckReceipt): Uint8Array {
  assert(receipt.counts.length <= limits.classCountsPerReceipt, 'a receipt holds a bounded number of counts');
  const writer = new ByteWriter(RECEIPT_MAX_BYTES);
  writer.bytes(MAGIC).bytes(sidBytes(receipt.sid)).u16(receipt.epoch).u8(receipt.counts.length);
  const sorted = [...receipt.counts].sort((left, right) => orderOf(left) - orderOf(right));
  for (const count of sorted) writer.u8(CLASS_CODES[count.billingClass]).u16(count.node).u48(count.packets);
  writer.u32(receipt.base).u32(receipt.ackCounter).bytes(receipt.termsHash, 16).bytes(receipt.confirmEventId, 16);
  return writer.u64(BigInt(receipt.wallMs)).finish();
}

/** Reads exactly one canonical receipt; anything that would be encoded differently is refused. Never throws. */
export function decodeReceipt(bytes: Uint8Array): Result<AckReceipt, Fault<ReceiptFault>> {
  const reader = new ByteReader(bytes);
  const magic = reader.bytes(4);
  if (toHex(magic) !== toHex(MAGIC)) return fault('not-a-receipt', 'the bytes do not begin with JPR1');
  const sid = asId<SessionId>(toHex(reader.bytes(16)));
  const epoch = reader.u16();
  const count = reader.u8();
  if (count > limits.classCountsPerReceipt) return fault('bad-field', `a receipt has at most ${limits.classCountsPerReceipt} counts`);
  const counts = readCounts(reader, count);
  if (counts === null) return fault('bad-field', 'the counts of the receipt are not in canonical order');
  const base = reader.u32();
  const ackCounter = reader.u32();
  const termsHash = reader.bytes(16);
  const confirmEventId = reader.bytes(16);
  const wallMs = reader.u64();
  if (reader.short || reader.remaining > 0) return fault('truncated', `a receipt of ${count} counts has ${FIXED_BYTES + COUNT_BYTES * count} bytes`);
  if (wallMs > BigInt(Number.MAX_SAFE_INTEGER)) return fault('bad-field', 'the wall time of the receipt is out of range');
  return ok({ sid, epoch, ackCounter, base, counts, termsHash, confirmEventId, wallMs: Number(wallMs) });
}

function readCounts(reader: ByteReader, count: number): readonly ClassCount[] | null {
  const counts: ClassCount[] = [];
  let last = -1;
  for (let index = 0; index < count && !reader.short; index += 1) {
    const billingClass = classOfCode(reader.u8());
    const node = reader.u16();
    const packets = reader.u48();
    if (billingClass === null) return null;
    const entry = { node, billingClass, packets };
    if (!reader.short && orderOf(entry) <= last) return null;
    last = orderOf(entry);
    counts.push(entry);
  }
  return counts;
}

function orderOf(count: ClassCount): number {
  return count.node * 256 + CLASS_CODES[count.billingClass];
}
