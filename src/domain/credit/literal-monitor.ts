import { assert } from '../../units/assert.ts';

/**
 * The monitor of document 001 (lines 125-169) to the letter, for conformance cases and audits. It is NOT what the sender runs: the text
 * gives free credit for a repeated ACK (A5), believes an ACK of a packet that was never sent (A6), and marks received packets lost (A2).
 *
 * ```
 *  0 ......... ackPointer | N ........... sentPointer ......... creditPointer
 *   resolved               | in transit    | may be sent         | closed
 * ```
 * All pointers are exclusive ends, in packets. One ACK names one packet.
 */
export interface LiteralMonitor {
  readonly terms: LiteralTerms;
  /** N: the next packet whose ACK is expected. */
  ackPointer: number;
  sentPointer: number;
  /** W and one for every line of the text that says "increment credit window pointer". */
  opened: number;
  readonly marks: Map<number, 'successful' | 'unsuccessful'>;
  /** A packet was not sent before its deadline: "the whole transmission is deemed to have been disrupted" (P9). */
  disrupted: boolean;
}

export interface LiteralTerms {
  readonly packets: number;
  readonly creditWindowPackets: number;
  readonly transitWindowPackets: number;
  /** e, in tenths of a percent. */
  readonly lossAllowancePerMille: number;
  readonly packetMs: number;
  /** From a packet's transmission time to its retransmission deadline. */
  readonly retransmitDeadlineMs: number;
}

export function createLiteralMonitor(terms: LiteralTerms): LiteralMonitor {
  assert(terms.packetMs > 0 && terms.creditWindowPackets > 0, 'packets have a time, and a window has room');
  return { terms, ackPointer: 0, sentPointer: 0, opened: terms.creditWindowPackets, marks: new Map(), disrupted: false };
}

/** Packets that count for payment: "Payment is according to the number of Successful counts." */
export function literalPayment(monitor: LiteralMonitor): number {
  return countMarks(monitor, 'successful');
}

/** The credit pointer: what was opened, and one for every hundred/e packets marked Unsuccessful (P22, A10: the form that stalls). */
export function literalCredit(monitor: LiteralMonitor): number {
  return monitor.opened + Math.floor((countMarks(monitor, 'unsuccessful') * monitor.terms.lossAllowancePerMille) / 1_000);
}

/** Time passes: packets whose transmission time has come are sent while they lie in both windows (P6-P9). @returns them */
export function literalTick(monitor: LiteralMonitor, nowMs: number): readonly number[] {
  const { terms } = monitor;
  const sent: number[] = [];
  for (; monitor.sentPointer < terms.packets && monitor.sentPointer * terms.packetMs <= nowMs; monitor.sentPointer += 1) {
    const next = monitor.sentPointer;
    const late = nowMs > deadlineOf(monitor, next);
    if (!late && (next >= literalCredit(monitor) || next >= monitor.ackPointer + terms.transitWindowPackets)) break;
    if (late) {
      monitor.marks.set(next, 'unsuccessful');
      monitor.disrupted = true;
    } else sent.push(next);
  }
  return sent;
}

/** One ACK (P11-P13), word by word. @returns the packets to send again */
export function literalAck(monitor: LiteralMonitor, packet: number, nowMs: number): readonly number[] {
  const expected = monitor.ackPointer;
  if (packet < expected) {
    if (monitor.marks.get(packet) === 'unsuccessful') openFor(monitor, packet);
    return [];
  }
  openFor(monitor, packet);
  if (packet === expected) {
    monitor.ackPointer = expected + 1;
    return [];
  }
  const again: number[] = [];
  for (let missing = expected; missing < packet; missing += 1) {
    if (nowMs > deadlineOf(monitor, missing)) {
      monitor.ackPointer = missing + 1;
      monitor.marks.set(missing, 'unsuccessful');
    } else again.push(missing);
  }
  return again;
}

function openFor(monitor: LiteralMonitor, packet: number): void {
  monitor.opened += 1;
  monitor.marks.set(packet, 'successful');
}

function deadlineOf({ terms }: LiteralMonitor, packet: number): number {
  return packet * terms.packetMs + terms.retransmitDeadlineMs;
}

function countMarks(monitor: LiteralMonitor, mark: 'successful' | 'unsuccessful'): number {
  let packets = 0;
  for (const each of monitor.marks.values()) if (each === mark) packets += 1;
  return packets;
}
