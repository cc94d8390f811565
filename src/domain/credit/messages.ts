import type { Span } from './billing-class.ts';
import type { ConfirmMode } from './confirmation.ts';
import type { AckReceipt } from './statements.ts';

/**
 * The ackpay/1 messages as values; their bytes are wire/ackpay.ts. Every one carries the key epoch and a strictly increasing
 * counter of its sender, and is believed only after its tag (or the SRTCP around it) was verified.
 */
interface Counted {
  readonly epoch: number;
  readonly counter: number;
}

/** Device -> headend: what was received. `base`: all slots below it are resolved (received, or abandoned by a WINDOW). */
export interface AckMessage extends Counted {
  readonly type: 'ack';
  readonly base: number;
  /** Bit k set: slot base + k was received (k = 0..63). Bit 0 is never set: base would be higher. */
  readonly bitmap: bigint;
  /** Up to 4 further received ranges above the bitmap, [first, count]. */
  readonly ranges: readonly (readonly [first: number, count: number])[];
  /** Paid packets the device counts as acknowledged, cumulative over epochs. */
  readonly paidPackets: number;
  readonly challenge: { readonly sequence: number; readonly response: Uint8Array } | null;
}

/** Device -> headend: the signed receipt. Repeated until a WINDOW shows its counter as durable. */
export interface ReceiptMessage extends Counted {
  readonly type: 'receipt';
  readonly receipt: AckReceipt;
  readonly signature: Uint8Array;
}

/** Headend -> device: the state of the credit window. */
export interface WindowMessage extends Counted {
  readonly type: 'window';
  readonly phase: 'trial' | 'stream' | 'suspended' | 'drained';
  /** Slots below this that did not arrive never will: the device may count them as lost. */
  readonly abandonedBelow: number;
  /** Extended sequence the sender will use next. */
  readonly nextSequence: number;
  readonly creditWindowPackets: number;
  /** Paid packets counted under MAC (S_mac), and those covered by a durable receipt (S_signed). */
  readonly acknowledgedPaid: number;
  readonly receiptedPaid: number;
  /** ACK counter of the newest durable receipt. */
  readonly receiptCounter: number;
  /** Paid packets given up as lost. */
  readonly lostPaid: number;
  /** Newest challenge that was answered well; -1 = none. */
  readonly challengeAnswered: number;
  /** Event id of the durable confirmation, zeros if none. */
  readonly confirmEventId: Uint8Array;
  /** The newest spans, oldest first, at most 4. */
  readonly spans: readonly Span[];
}

/** Device -> headend: the user said yes. Repeated until WINDOW echoes the event id. */
export interface ConfirmMessage extends Counted {
  readonly type: 'confirm';
  readonly eventId: Uint8Array;
  readonly mode: ConfirmMode;
  readonly termsHash: Uint8Array;
}

export type AckpayMessage = AckMessage | ReceiptMessage | WindowMessage | ConfirmMessage;
