import type { SessionId } from '../../units/ids.ts';
import type { ClassCount } from './billing-class.ts';

/**
 * AckReceipt: the device's signed, cumulative word for what it acknowledged. The latest replaces all before it; each class
 * merges by its own maximum (ruling 18). Binary layout: wire/ack-receipt.ts.
 */
export interface AckReceipt {
  readonly sid: SessionId;
  readonly epoch: number;
  /** The ACK counter this receipt follows. */
  readonly ackCounter: number;
  /** Extended sequence up to which everything is resolved. */
  readonly base: number;
  readonly counts: readonly ClassCount[];
  /** First 16 bytes of SHA-256 over the canonical terms. */
  readonly termsHash: Uint8Array;
  /** Event id of the confirmation (16 bytes), all zero before there is one. */
  readonly confirmEventId: Uint8Array;
  readonly wallMs: number;
}

export const END_REASONS = ['finished', 'stopped', 'skipped', 'trial-declined', 'failed', 'closed'] as const;
export type EndReason = (typeof END_REASONS)[number];

/**
 * ClosingStatement: the device's last word on a play, signed over its canonical JSON, sent through the outbox. The headend
 * bills exactly this, so both ledgers are equal by construction; it refuses counts below a receipt it holds or above what it sent.
 */
export interface ClosingStatement {
  readonly version: 1;
  readonly sid: SessionId;
  readonly playId: string;
  readonly epoch: number;
  readonly counts: readonly ClassCount[];
  /** Paid packets acknowledged but never handed to the ear; refunded (ruling 6). */
  readonly unheardPaidPackets: number;
  /** Packets declared abandoned by the sender, never received; not payable. */
  readonly lostPackets: number;
  readonly heardMs: number;
  readonly confirmEventId: string | null;
  /** What the rule of the terms makes of these counts, in minor units as decimal text. */
  readonly chargedMinor: string;
  readonly refundMinor: string;
  readonly endReason: EndReason;
  /** SHA-256 over the canonical terms, hex. */
  readonly termsHash: string;
  readonly wallMs: number;
}
