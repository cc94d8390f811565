import { crc32 } from 'node:zlib';

/** Running totals of the books, written beside every coin: what a lost book is rebuilt from. Minor units. */
export interface JournalTotals {
  readonly cashBoxMinor: bigint;
  readonly staffGrantsMinor: bigint;
  readonly accountDebtMinor: bigint;
  readonly patronCreditMinor: bigint;
  readonly heldMinor: bigint;
  readonly earnedMinor: bigint;
  readonly refundedMinor: bigint;
  readonly unclaimedMinor: bigint;
  readonly cardMinor: bigint;
  /** Of the cash, what was collected: zero in records from before there were meters. */
  readonly collectedMinor: bigint;
  /** Money that was counted in the cash box and that no pulse explains. */
  readonly unexplainedMinor: bigint;
}

export interface JournalCoin {
  readonly source: string;
  readonly counterEpoch: number;
  readonly counter: number;
  readonly valueMinor: bigint;
  readonly funding?: 'paid' | 'card';
}

/** `base` starts a journal on a book that is older than it; `acknowledged` notes how far the headend has confirmed. */
export type JournalEntry =
  | { readonly type: 'coin'; readonly generation: string; readonly coin: JournalCoin }
  | { readonly type: 'totals' | 'base'; readonly generation: string; readonly totals: JournalTotals }
  | { readonly type: 'acknowledged'; readonly generation: string; readonly through: number };

/**
 * ```
 *   0  'AKJ1'        4  type (1)  5  source length (1)  6  generation (16)  22  zero (2)
 *  24  signed 64-bit numbers, big-endian: up to eleven   88  of a coin: its source, UTF-8, 36 bytes
 * 124  CRC-32 over bytes 0..123
 * ```
 */
export const JOURNAL_RECORD_BYTES = 128;
export const JOURNAL_SOURCE_BYTES = 36;

const MAGIC = 0x414b4a31;
const TYPES = ['coin', 'totals', 'base', 'acknowledged'] as const;
const TOTAL_NAMES = [
  'cashBoxMinor',
  'staffGrantsMinor',
  'accountDebtMinor',
  'patronCreditMinor',
  'heldMinor',
  'earnedMinor',
  'refundedMinor',
  'unclaimedMinor',
  'cardMinor',
  'collectedMinor',
  'unexplainedMinor',
] as const satisfies readonly (keyof JournalTotals)[];

export function encodeJournalEntry(entry: JournalEntry): Uint8Array {
  const bytes = Buffer.alloc(JOURNAL_RECORD_BYTES);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt8(TYPES.indexOf(entry.type) + 1, 4);
  Buffer.from(entry.generation.replaceAll('-', ''), 'hex').copy(bytes, 6);
  const source = Buffer.from(entry.type === 'coin' ? entry.coin.source : '', 'utf8').subarray(0, JOURNAL_SOURCE_BYTES);
  bytes.writeUInt8(source.length, 5);
  source.copy(bytes, 88);
  numbersOf(entry).forEach((value, index) => {
    bytes.writeBigInt64BE(value, 24 + 8 * index);
  });
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 124)), 124);
  return bytes;
}

/** @returns null where the record was torn or has rotted */
export function decodeJournalEntry(record: Uint8Array): JournalEntry | null {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (bytes.length !== JOURNAL_RECORD_BYTES || bytes.readUInt32BE(0) !== MAGIC) return null;
  if (crc32(bytes.subarray(0, 124)) !== bytes.readUInt32BE(124)) return null;
  const type = TYPES[bytes.readUInt8(4) - 1];
  if (type === undefined) return null;
  const generation = uuidText(bytes.subarray(6, 22));
  const number = (index: number): bigint => bytes.readBigInt64BE(24 + 8 * index);
  if (type === 'coin') {
    const source = bytes.subarray(88, 88 + bytes.readUInt8(5)).toString('utf8');
    return {
      type,
      generation,
      coin: { source, counterEpoch: Number(number(0)), counter: Number(number(1)), valueMinor: number(2), funding: number(3) === 1n ? 'card' : 'paid' },
    };
  }
  if (type === 'acknowledged') return { type, generation, through: Number(number(0)) };
  return { type, generation, totals: totalsFrom(number) };
}

function numbersOf(entry: JournalEntry): readonly bigint[] {
  if (entry.type === 'coin')
    return [BigInt(entry.coin.counterEpoch), BigInt(entry.coin.counter), entry.coin.valueMinor, entry.coin.funding === 'card' ? 1n : 0n];
  if (entry.type === 'acknowledged') return [BigInt(entry.through)];
  return TOTAL_NAMES.map((name) => entry.totals[name]);
}

function totalsFrom(number: (index: number) => bigint): JournalTotals {
  return {
    cashBoxMinor: number(0),
    staffGrantsMinor: number(1),
    accountDebtMinor: number(2),
    patronCreditMinor: number(3),
    heldMinor: number(4),
    earnedMinor: number(5),
    refundedMinor: number(6),
    unclaimedMinor: number(7),
    cardMinor: number(8),
    collectedMinor: number(9),
    unexplainedMinor: number(10),
  };
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
