import { limits } from '../../limits.ts';
import { type AckLedger, ackCeiling, countSlot, HEARD, heardOf, loseSlot, packetIndexOf } from './ledger-slots.ts';
import type { AckMessage } from './messages.ts';
import { spanOf } from './span-book.ts';

/** The shell adds order (epoch, counter) and the response to the oldest open challenge. */
export type AckBody = Omit<AckMessage, 'epoch' | 'counter' | 'challenge'>;

/**
 * Acknowledges everything that may be: this is where packets become owed. Repeats the history, so that any one ACK that arrives
 * repairs the loss of those before it (A11, ruling 17). A packet is counted only when it is inside what the frame can say.
 *
 * ```
 *   base        base + 64
 *    |x.xxx..xx...xxxx|....[range]..[range].[range]...[range]     unreported: waits until holes are filled or abandoned
 * ```
 * @returns null where there is nothing to say in this epoch yet
 */
export function buildAck(ledger: AckLedger): AckBody | null {
  const end = Math.min(ledger.top, ledger.spans.horizon);
  ledger.saidBelow = end;
  while (ledger.base < end && resolves(ledger, ledger.base)) ledger.base += 1;
  if (!ledger.speaks && !hasEligible(ledger, end)) return null;
  const { base } = ledger;
  const bitmapEnd = Math.min(end, base + limits.ackBitmapSlots);
  let bitmap = 0n;
  for (let sequence = base + 1; sequence < bitmapEnd; sequence += 1) {
    if (reports(ledger, sequence)) bitmap |= 1n << BigInt(sequence - base);
  }
  const { ranges, covered } = collectRanges(ledger, bitmapEnd, end);
  return { type: 'ack', base, bitmap, ranges, paidPackets: ledger.ackedPaid - paidFrom(ledger, covered) };
}

function collectRanges(ledger: AckLedger, from: number, end: number): { readonly ranges: [number, number][]; readonly covered: number } {
  const ranges: [number, number][] = [];
  for (let sequence = from; sequence < end; sequence += 1) {
    const last = ranges.at(-1);
    const continues = last !== undefined && last[0] + last[1] === sequence;
    if (!continues && ranges.length === limits.rangesPerAck) return { ranges, covered: sequence };
    if (!reports(ledger, sequence)) continue;
    if (continues) last[1] += 1;
    else ranges.push([sequence, 1]);
  }
  return { ranges, covered: end };
}

/** True where the base may pass: acknowledged (now, if it may be), or lost for good. */
function resolves(ledger: AckLedger, sequence: number): boolean {
  if (reports(ledger, sequence) || heardOf(ledger, sequence) === HEARD.lost) return true;
  if (isUncounted(ledger, sequence)) {
    loseSlot(ledger, sequence);
    return true;
  }
  if (sequence >= ledger.abandonedBelow || fits(ledger, sequence)) return false;
  loseSlot(ledger, sequence);
  return true;
}

/** True where the slot is acknowledged; acknowledges it where that is allowed. */
function reports(ledger: AckLedger, sequence: number): boolean {
  const heard = heardOf(ledger, sequence);
  if (heard === HEARD.received && isEligible(ledger, sequence)) countSlot(ledger, sequence);
  return heardOf(ledger, sequence) === HEARD.acknowledged;
}

/** Mode `deferred`: nothing of the trial is acknowledged; the base passes it, and so echoes where counting begins. */
function isUncounted(ledger: AckLedger, sequence: number): boolean {
  return ledger.trial?.mode === 'deferred' && spanOf(ledger.spans, sequence)?.billingClass === 'trial';
}

function hasEligible(ledger: AckLedger, end: number): boolean {
  for (let sequence = ledger.base; sequence < end; sequence += 1) {
    if (heardOf(ledger, sequence) === HEARD.received && isEligible(ledger, sequence)) return true;
  }
  return false;
}

/** The span is known, and the packet is the one that the span says: its class cannot be mistaken. */
function fits(ledger: AckLedger, sequence: number): boolean {
  const span = spanOf(ledger.spans, sequence);
  return span !== null && packetIndexOf(ledger, sequence) - span.packetIndex === sequence - span.sequence;
}

function isEligible(ledger: AckLedger, sequence: number): boolean {
  const span = spanOf(ledger.spans, sequence);
  if (span === null || !fits(ledger, sequence)) return false;
  if (span.billingClass === 'trial')
    return ledger.trial !== null && ledger.trial.mode !== 'deferred' && (ledger.confirmed || ledger.ackedTrial < ledger.trial.packets);
  if (span.billingClass !== 'paid') return true;
  return (ledger.confirmed || ledger.trial === null) && ledger.ackedPaid < ackCeiling(ledger);
}

/** Paid packets acknowledged earlier that this frame has no room to repeat. */
function paidFrom(ledger: AckLedger, covered: number): number {
  let packets = 0;
  for (let sequence = covered; sequence < ledger.top; sequence += 1) {
    if (heardOf(ledger, sequence) === HEARD.acknowledged && spanOf(ledger.spans, sequence)?.billingClass === 'paid') packets += 1;
  }
  return packets;
}
