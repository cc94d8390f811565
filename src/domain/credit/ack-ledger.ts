import { limits } from '../../limits.ts';
import { PACKET_MS, packetsIn } from '../../units/time.ts';
import type { ClassCount } from './billing-class.ts';
import { packetsOf } from './billing-class.ts';
import { cellOf, cellsOfCounts, countsOfCells, paidIn } from './class-cells.ts';
import { type AckLedger, exposurePackets, HEARD, heardOf, loseSlot, raiseTop, SLOT_MASK, setHeard } from './ledger-slots.ts';
import type { WindowMessage } from './messages.ts';
import { NO_INDEXES, type PaidRanges } from './paid-ranges.ts';
import { createSpanBook, forgetSpans, learnSpans } from './span-book.ts';
import type { CreditTerms, TrialTerms } from './terms.ts';

export { type AckBody, buildAck } from './ack-frame.ts';
export { type AckLedger, ackCeiling } from './ledger-slots.ts';

/** What the device brings into a session or its next epoch. */
export interface LedgerOptions {
  /** Absent or null: no trial was agreed, so no trial packet is acknowledged. */
  readonly trial?: TrialTerms | null;
  readonly confirmed?: boolean;
  /** What a packet of the stream lasts; absent: 20 ms. */
  readonly packetMs?: number;
  /** Absent or null: all under node 0. */
  readonly sold?: readonly PaidRanges[] | null;
  /** First slot of this epoch (ResumeResponse.nextSequence). */
  readonly nextSequence?: number;
  /** Cumulative, merged by acceptCounts. */
  readonly counts?: readonly ClassCount[];
  readonly lostPaid?: number;
  /** Paid packets under the last own durable receipt; absent = those in `counts`. */
  readonly receiptedPaid?: number;
  readonly paidRanges?: PaidRanges;
}

/** @returns a ledger for one epoch of a PaySession */
export function createAckLedger(terms: CreditTerms, options: LedgerOptions = {}): AckLedger {
  const start = options.nextSequence ?? 0;
  const acknowledged = cellsOfCounts(options.counts ?? []);
  const ackedPaid = paidIn(acknowledged);
  return {
    terms,
    trial: options.trial ?? null,
    packetMs: options.packetMs ?? PACKET_MS,
    sold: options.sold ?? null,
    status: new Uint8Array(SLOT_MASK + 1),
    packetIndex: new Int32Array(SLOT_MASK + 1),
    spans: createSpanBook(start),
    base: start,
    top: start,
    abandonedBelow: start,
    saidBelow: start,
    confirmed: options.confirmed ?? false,
    acknowledged,
    ackedPaid,
    ackedTrial: packetsOf(options.counts ?? [], 'trial'),
    lostPaid: options.lostPaid ?? 0,
    durablePaid: options.receiptedPaid ?? ackedPaid,
    headendReceiptedPaid: 0,
    speaks: false,
    paidRanges: options.paidRanges ?? NO_INDEXES,
  };
}

/**
 * Records that a slot is in the playout buffer (ruling 6).
 * @returns `new` · `duplicate` · `late`: declared abandoned, before this epoch, or too far ahead to be true; not counted
 */
export function received(ledger: AckLedger, sequence: number, packetIndex: number): 'new' | 'duplicate' | 'late' {
  if (sequence < ledger.base) return sequence >= ledger.top - SLOT_MASK && heardOf(ledger, sequence) === HEARD.acknowledged ? 'duplicate' : 'late';
  if (sequence > ledger.base + SLOT_MASK) return 'late';
  const heard = heardOf(ledger, sequence);
  if (heard === HEARD.lost) return 'late';
  if (heard !== HEARD.missing) return 'duplicate';
  raiseTop(ledger, sequence + 1);
  setHeard(ledger, sequence, HEARD.received);
  ledger.packetIndex[sequence & SLOT_MASK] = packetIndex;
  return 'new';
}

/** Learns from a WINDOW whose tag and order were checked: classes and prices, and what will never come. */
export function noteWindow(ledger: AckLedger, window: WindowMessage): void {
  learnSpans(ledger.spans, window);
  ledger.headendReceiptedPaid = Math.max(ledger.headendReceiptedPaid, window.receiptedPaid);
  const abandonedBelow = Math.min(window.abandonedBelow, window.nextSequence, ledger.base + SLOT_MASK);
  raiseTop(ledger, abandonedBelow);
  for (; ledger.abandonedBelow < abandonedBelow; ledger.abandonedBelow += 1) {
    const sequence = ledger.abandonedBelow;
    if (sequence < ledger.base || heardOf(ledger, sequence) !== HEARD.missing) continue;
    loseSlot(ledger, sequence);
  }
  forgetSpans(ledger.spans, ledger.base);
}

/** So many WINDOWs after an ACK the newest of them was sent after it had come, unless the way is very long. */
const WINDOWS_TO_SHOW = 3;

/**
 * True where a WINDOW shows that the headend knows too little: it counts less than we acknowledged two ACKs ago or, where ACKs are seldom,
 * still less than the last one said; or WINDOWs were lost, and only this one tells the class of what came since. Then one more ACK goes at
 * once, so that a few lost do not close the credit window; on a clean way nothing is added.
 * @param windowsSinceAck this one included
 */
export function isBehind(ledger: AckLedger, window: Pick<WindowMessage, 'acknowledgedPaid'>, windowsSinceAck: number): boolean {
  const { ackEveryPackets } = ledger.terms;
  const unsaid = Math.min(ledger.top, ledger.spans.horizon) - ledger.saidBelow;
  if (unsaid >= ackEveryPackets + packetsIn(limits.windowIntervalMs, ledger.packetMs)) return true;
  const missed = ledger.ackedPaid - window.acknowledgedPaid;
  return missed > 2 * ackEveryPackets || (missed > 0 && windowsSinceAck >= WINDOWS_TO_SHOW);
}

/** The user said yes, and it is durable here: paid packets may be acknowledged. Before, none are, whatever the headend sends. */
export function confirmTrial(ledger: AckLedger): void {
  ledger.confirmed = true;
}

/** Packets acknowledged, by (node, class), cumulative over epochs: the body of the next receipt. */
export function counts(ledger: AckLedger): ClassCount[] {
  return countsOfCells(ledger.acknowledged);
}

/** A receipt of our own with these counts is durable here (ruling 29). */
export function noteReceiptDurable(ledger: AckLedger, receipted: readonly ClassCount[]): void {
  ledger.durablePaid = Math.max(ledger.durablePaid, packetsOf(receipted, 'paid'));
}

/**
 * Counts to go on with after a crash: the larger of our last durable receipt and the headend's word, the paid ones of its word
 * bounded by what we can have acknowledged (ruling 27: no higher count is accepted).
 */
export function acceptCounts(terms: CreditTerms, durable: readonly ClassCount[], headend: readonly ClassCount[], packetMs: number = PACKET_MS): ClassCount[] {
  const accepted = cellsOfCounts(durable);
  let roomPaid = exposurePackets(terms, packetMs);
  for (const count of headend) {
    const cell = cellOf(count.node, count.billingClass);
    const mine = accepted[cell] ?? 0;
    const more = Math.max(0, count.packets - mine);
    const granted = count.billingClass === 'paid' ? Math.min(more, roomPaid) : more;
    if (count.billingClass === 'paid') roomPaid -= granted;
    accepted[cell] = mine + granted;
  }
  return countsOfCells(accepted);
}
