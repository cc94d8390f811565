import type { Closing } from '../../../device/checkout/closing.ts';
import type { Book } from '../../../device/stores/book-port.ts';
import type { ClassCount } from '../../../src/domain/credit/billing-class.ts';
import { mergeCounts } from '../../../src/domain/credit/billing-class.ts';
import { NO_INDEXES, type PaidRanges } from '../../../src/domain/credit/paid-ranges.ts';

/** What the book of the box keeps of one play (device/stores/session-rows.ts), with the same merges; it survives every kill. */
export interface DeviceRow {
  epoch: number;
  receipt: { readonly bytes: Uint8Array; readonly signature: Uint8Array } | null;
  counts: readonly ClassCount[];
  lostPackets: number;
  /** Which packets of the work the counts are about. */
  paidRanges: PaidRanges;
  heard: number;
  reservedCounter: number;
  confirmEventId: string | null;
  declined: boolean;
  closing: (Closing & { readonly counts: readonly ClassCount[]; readonly lostPackets: number; told: boolean }) | null;
}

export function emptyRow(): DeviceRow {
  return {
    epoch: 0,
    receipt: null,
    counts: [],
    lostPackets: 0,
    paidRanges: NO_INDEXES,
    heard: 0,
    reservedCounter: 0,
    confirmEventId: null,
    declined: false,
    closing: null,
  };
}

type Write = <T>(transaction: () => T) => T;
type Told = Parameters<Book['putReceipt']>[1];

/** The part of the book that a running PaySession writes to. */
export function bookOver(row: DeviceRow, write: Write, onReceipt: (receipt: Told) => void): Book {
  const book: Pick<Book, 'reserveCounters' | 'putReceipt'> = {
    reserveCounters: async (_sid, upTo) => {
      write(() => {
        row.reservedCounter = Math.max(row.reservedCounter, upTo);
      });
    },
    putReceipt: async (_sid, receipt) => {
      write(() => {
        row.receipt = { bytes: receipt.bytes, signature: receipt.signature };
        row.counts = mergeCounts(row.counts, receipt.counts);
        row.paidRanges = receipt.paidRanges ?? NO_INDEXES;
        row.lostPackets = Math.max(row.lostPackets, receipt.lostPackets);
        row.heard = Math.max(row.heard, receipt.heardSample);
        onReceipt(receipt);
      });
    },
  };
  return book as Book;
}
