import type { ClassCount } from '../../../../src/domain/credit/billing-class.ts';
import { acknowledge, createMonitor, type MonitorState, nextSend, openSpan } from '../../../../src/domain/credit/credit-monitor.ts';
import type { AckMessage } from '../../../../src/domain/credit/messages.ts';
import type { SpanPlan } from '../../../../src/domain/credit/paid-ranges.ts';
import type { AckReceipt } from '../../../../src/domain/credit/statements.ts';
import type { CreditTerms } from '../../../../src/domain/credit/terms.ts';
import { asId } from '../../../../src/units/ids.ts';
import { CREDIT_TERMS } from '../../../fakes/credit-terms.ts';

export const TERMS: CreditTerms = CREDIT_TERMS;

export function paidSpan(packets: number, packetIndex = 0): SpanPlan {
  return { packetIndex, packets, billingClass: 'paid', node: 0 };
}

export function paidMonitor(changes: Partial<CreditTerms> = {}, packets = 10_000): MonitorState {
  const monitor = createMonitor({ ...TERMS, ...changes }, null);
  openSpan(monitor, paidSpan(packets));
  return monitor;
}

/** Sends at one moment until the monitor refuses. */
export function sendAll(monitor: MonitorState, nowMs = 0, most = 100_000): { readonly sequences: number[]; readonly why: string } {
  const sequences: number[] = [];
  while (sequences.length < most) {
    const decision = nextSend(monitor, nowMs);
    if (!decision.send) return { sequences, why: decision.why };
    sequences.push(decision.sequence);
  }
  return { sequences, why: 'enough' };
}

export function ackOf(counter: number, base: number, above: readonly number[] = [], more: Partial<AckMessage> = {}): AckMessage {
  const bitmap = above.reduce((bits, sequence) => bits | (1n << BigInt(sequence - base)), 0n);
  return { type: 'ack', epoch: 0, counter, base, bitmap, ranges: [], paidPackets: 0, challenge: null, ...more };
}

/** Acknowledges and returns the paid packets that were new; fails where the ACK is refused. */
export function paidBy(monitor: MonitorState, ack: AckMessage, nowMs = 0): number {
  const outcome = acknowledge(monitor, ack, nowMs);
  if (!outcome.accepted) throw new Error(`refused: ${outcome.fault}`);
  return outcome.newly.paid;
}

export function receiptOf(paid: number, base: number, more: readonly ClassCount[] = []): AckReceipt {
  const counts: readonly ClassCount[] = [{ node: 0, billingClass: 'paid', packets: paid }, ...more];
  const empty = new Uint8Array(16);
  return { sid: asId('00'.repeat(16)), epoch: 0, ackCounter: 1, base, counts, termsHash: empty, confirmEventId: empty, wallMs: 0 };
}
