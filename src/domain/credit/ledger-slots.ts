import { limits } from '../../limits.ts';
import { PACKET_MS, packetsIn } from '../../units/time.ts';
import { type ClassCells, cellOf } from './class-cells.ts';
import { addIndexes, hasIndex, type PaidRanges } from './paid-ranges.ts';
import { type SpanBook, spanOf } from './span-book.ts';
import type { CreditTerms, TrialTerms } from './terms.ts';

export const SLOT_MASK = limits.monitorRingPackets - 1;

/** What a slot is to the device. `lost`: abandoned by the sender, or never to be acknowledged; a later copy is ignored. */
export const HEARD = { missing: 0, received: 1, acknowledged: 2, lost: 3 } as const;

/**
 * The device's side of the credit window: what arrived, what of it was acknowledged, and what that costs. Mutated in place by
 * the functions of ack-ledger.ts and ack-frame.ts; others only read.
 */
export interface AckLedger {
  readonly terms: CreditTerms;
  readonly trial: TrialTerms | null;
  /** What a packet of the stream lasts. */
  readonly packetMs: number;
  /** Packet indexes sold under each price node; null: all under node 0. */
  readonly sold: readonly PaidRanges[] | null;
  readonly status: Uint8Array;
  readonly packetIndex: Int32Array;
  readonly spans: SpanBook;
  /** Everything below is acknowledged or lost. */
  base: number;
  /** One above the highest slot received. */
  top: number;
  abandonedBelow: number;
  /** End of the slots that the last ACK could speak of. */
  saidBelow: number;
  confirmed: boolean;
  readonly acknowledged: ClassCells;
  ackedPaid: number;
  ackedTrial: number;
  lostPaid: number;
  durablePaid: number;
  /** The headend's durable receipt as WINDOW shows it. */
  headendReceiptedPaid: number;
  /** False until this epoch has something to acknowledge. */
  speaks: boolean;
  paidRanges: PaidRanges;
}

/** @returns what the device holds about a slot; slots below the base are acknowledged or lost, which one is forgotten in time */
export function heardOf(ledger: AckLedger, sequence: number): number {
  return sequence >= ledger.top ? HEARD.missing : (ledger.status[sequence & SLOT_MASK] ?? HEARD.missing);
}

export function setHeard(ledger: AckLedger, sequence: number, heard: number): void {
  ledger.status[sequence & SLOT_MASK] = heard;
}

export function packetIndexOf(ledger: AckLedger, sequence: number): number {
  return ledger.packetIndex[sequence & SLOT_MASK] ?? -1;
}

export function raiseTop(ledger: AckLedger, top: number): void {
  for (; ledger.top < top; ledger.top += 1) setHeard(ledger, ledger.top, HEARD.missing);
}

/** A slot that will never be acknowledged; a paid one is not payable. */
export function loseSlot(ledger: AckLedger, sequence: number): void {
  setHeard(ledger, sequence, HEARD.lost);
  ledger.speaks = true;
  if (spanOf(ledger.spans, sequence)?.billingClass === 'paid') ledger.lostPaid += 1;
}

/** Counts a slot as acknowledged, for good. */
export function countSlot(ledger: AckLedger, sequence: number): void {
  const span = spanOf(ledger.spans, sequence);
  if (span === null) return;
  setHeard(ledger, sequence, HEARD.acknowledged);
  ledger.speaks = true;
  // Paid for already, and the headend does not know it (its ACK was lost before a resume): never owed twice (ruling 7).
  if (span.billingClass === 'paid' && hasIndex(ledger.paidRanges, packetIndexOf(ledger, sequence))) return;
  // Sold under another price, or free: what the terms do not sell so is not owed, whatever a WINDOW calls it.
  if (span.billingClass === 'paid' && ledger.sold !== null && !hasIndex(ledger.sold[span.node] ?? [], packetIndexOf(ledger, sequence))) return;
  // A headend that lost its memory may send more of the trial than was granted: shown as received, and counted no further.
  if (span.billingClass === 'trial' && ledger.ackedTrial >= (ledger.trial?.packets ?? 0)) return;
  const cell = cellOf(span.node, span.billingClass);
  ledger.acknowledged[cell] = (ledger.acknowledged[cell] ?? 0) + 1;
  if (span.billingClass === 'trial') ledger.ackedTrial += 1;
  if (span.billingClass !== 'paid') return;
  ledger.ackedPaid += 1;
  ledger.paidRanges = addIndexes(ledger.paidRanges, packetIndexOf(ledger, sequence), 1);
}

/**
 * The most paid packets that may be acknowledged now: what the last durable receipt of our own covers, one receipt interval, and
 * one ACK interval while the next receipt is written. Against a lying headend this is all there is to lose (ruling 27).
 */
export function ackCeiling(ledger: AckLedger): number {
  return ledger.durablePaid + exposurePackets(ledger.terms, ledger.packetMs);
}

/** One receipt interval and one ACK interval, in packets. */
export function exposurePackets(terms: CreditTerms, packetMs: number = PACKET_MS): number {
  return packetsIn(terms.receiptIntervalMs, packetMs) + Math.max(terms.ackEveryPackets, packetsIn(terms.ackIntervalMs, packetMs));
}
