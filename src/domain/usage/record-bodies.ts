/**
 * The bodies that leave the box through the outbox, one type a kind. Amounts are decimal text in minor units.
 * Source: document 003, [0042]-[0060]; rulings 29, 30.
 */

/** [0060] FF fast forward, RR rewind, PA pause, FS full screen, PS partial screen, VA viewing angle. */
export const VIEW_IDS = ['FF', 'RR', 'PA', 'FS', 'PS', 'VA'] as const;
export type ViewId = (typeof VIEW_IDS)[number];

/** Document 003's EventType. */
export type UsageEventType = 'SIGN_ON' | 'SIGN_OFF' | 'USAGE' | 'CONSUMER_IDENTIFICATION' | 'VIEW_FEATURE' | 'ORDER';
/** [0052] "0" channel number, "1" menu by mouse, "2" menu by remote keypad; ours: "3" button, "4" serial console, "5" API. */
export type EntryMethod = '0' | '1' | '2' | '3' | '4' | '5';

/** Standard Record Elements [0043]-[0052], in the document's own words. */
export interface StandardRecordElements {
  readonly AccountNo: string;
  readonly OutletNo: string;
  /** ISO 8601 with the wall clock of the box; durations come from the outbox row's monotonic time. */
  readonly Dttm: string;
  readonly TitleDomain: string;
  readonly NumberOfUsageDomains: number;
  readonly ConsumerId: string | null;
  readonly EventType: UsageEventType;
  readonly PlaceId: string;
  readonly EntryMethod: EntryMethod;
}

export interface UsageBody extends StandardRecordElements {
  readonly domains: readonly string[];
  readonly playId: string | null;
  readonly sid: string | null;
  /** View Feature [0060]: what was done, and the domain of what was viewed (B-9). */
  readonly ViewId?: ViewId;
  readonly Feature?: string;
  /** The key or intent that this record is about. */
  readonly key?: string;
  /** A ready-made record of a title: its CloudEvents source and id (B-13). */
  readonly eventSource?: string;
  readonly eventId?: string;
  /** How the play was paid for: a play log never books free credit as paid. */
  readonly fundingSource?: 'paid' | 'card' | 'bonus' | 'staff' | 'house' | 'account' | 'none';
  readonly kind?: 'paid' | 'free' | 'prelisten';
  readonly heardMs?: number;
  readonly endReason?: string;
  /** A use of a checked-out title, signed by the box: the headend posts it by this record's number (ruling 9). */
  readonly loanUse?: ReceiptBody;
  /** T5, New or Change Order. */
  readonly order?: OrderData;
}

/** Data of a New or Change Order (table 5). Amounts are decimal text in minor units. */
export interface OrderData {
  readonly paymentMethod: string;
  readonly items: number;
  readonly totalMinor: string;
  readonly currency: string;
  readonly taxMinor?: string;
  readonly pointsGained?: number;
  readonly pointsUsed?: number;
  /** Departure: a pseudonym, never a name: a record can not be erased (ruling 1). */
  readonly shippedTo?: string;
  readonly informationProvider?: string;
  readonly products?: readonly OrderedProduct[];
}

export interface OrderedProduct {
  readonly productNumber: string;
  readonly quantity: number;
  readonly priceMinor: string;
}

export interface CashBody {
  readonly event: 'coin' | 'card' | 'collection' | 'bonus' | 'hold' | 'settle' | 'premium' | 'refund' | 'grant' | 'claim-issued' | 'claim-redeemed';
  /** Idempotency key of the ledger line. */
  readonly key: string;
  readonly payer: string | null;
  readonly playId: string | null;
  readonly amountMinor: string;
  readonly currency: string;
  readonly source: string;
  /** Of `settle`, where somebody paid: the receipt's number, and what of the gross amount (premium and all) is tax. */
  readonly receiptNumber?: string;
  readonly grossMinor?: string;
  readonly taxMinor?: string;
  readonly taxName?: string;
  readonly taxMilliPercent?: number;
}

/** A closing statement with its signature. `statement` is the canonical JSON that was signed. */
export interface ReceiptBody {
  readonly statement: string;
  readonly signature: string;
}

export interface AuditBody {
  readonly event: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export interface FaultBody {
  readonly code: string;
  readonly message: string;
}
