import { describe, expect, test } from 'vitest';
import {
  createLiteralMonitor,
  type LiteralTerms,
  literalAck,
  literalCredit,
  literalPayment,
  literalTick,
} from '../../../../src/domain/credit/literal-monitor.ts';

const LITERAL: LiteralTerms = {
  packets: 1_000,
  creditWindowPackets: 10,
  transitWindowPackets: 1_000,
  lossAllowancePerMille: 100,
  packetMs: 20,
  retransmitDeadlineMs: 800,
};

const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, at) => from + at);

describe('document 001, word by word', () => {
  test('P6, P7: one packet a tick, and none outside the credit window', () => {
    const monitor = createLiteralMonitor(LITERAL);
    expect(literalTick(monitor, 0)).toEqual([0]);
    expect(literalTick(monitor, 100)).toEqual([1, 2, 3, 4, 5]);
    expect(literalTick(monitor, 700)).toEqual([6, 7, 8, 9]);
    expect(monitor.disrupted).toBe(false);
  });

  test('P7: none outside the transit window', () => {
    const monitor = createLiteralMonitor({ ...LITERAL, transitWindowPackets: 4 });
    expect(literalTick(monitor, 200)).toEqual(upTo(4));
    literalAck(monitor, 0, 200);
    expect(literalTick(monitor, 200)).toEqual([4]);
  });

  test('P9: a packet that credit held back beyond its deadline disrupts the transmission', () => {
    const monitor = createLiteralMonitor({ ...LITERAL, retransmitDeadlineMs: 100 });
    literalTick(monitor, 190);
    expect(literalTick(monitor, 400)).toEqual(upTo(20, 15).filter((packet) => packet < 10));
    expect(monitor.disrupted).toBe(true);
    expect(monitor.marks.get(10)).toBe('unsuccessful');
  });

  test('P11: ACK_N moves the ACK pointer and the credit pointer by one', () => {
    const monitor = createLiteralMonitor(LITERAL);
    literalTick(monitor, 180);
    expect(literalAck(monitor, 0, 200)).toEqual([]);
    expect([monitor.ackPointer, literalCredit(monitor), literalPayment(monitor)]).toEqual([1, 11, 1]);
  });

  test('P12: ACK_{N+P} opens one and sends again what can still come in time', () => {
    const monitor = createLiteralMonitor(LITERAL);
    literalTick(monitor, 180);
    expect(literalAck(monitor, 3, 200)).toEqual([0, 1, 2]);
    expect([monitor.ackPointer, literalCredit(monitor), literalPayment(monitor)]).toEqual([0, 11, 1]);
  });

  test('P12: ACK_{N+P} after the deadline marks Unsuccessful and passes', () => {
    const monitor = createLiteralMonitor(LITERAL);
    literalTick(monitor, 180);
    expect(literalAck(monitor, 3, 830)).toEqual([2]);
    expect([monitor.ackPointer, monitor.marks.get(0), monitor.marks.get(1)]).toEqual([2, 'unsuccessful', 'unsuccessful']);
  });

  test('P13: ACK_{N-M} of an Unsuccessful packet makes it Successful and opens one', () => {
    const monitor = createLiteralMonitor(LITERAL);
    literalTick(monitor, 180);
    literalAck(monitor, 3, 900);
    expect(literalAck(monitor, 0, 950)).toEqual([]);
    expect([literalCredit(monitor), literalPayment(monitor)]).toEqual([12, 2]);
    literalAck(monitor, 0, 960);
    expect(literalCredit(monitor)).toBe(12);
  });

  test('P22: one for every hundred/e packets marked Unsuccessful, corrected for the re-marked', () => {
    const monitor = createLiteralMonitor({ ...LITERAL, creditWindowPackets: 30 });
    literalTick(monitor, 580);
    literalAck(monitor, 20, 5_000);
    expect(literalCredit(monitor)).toBe(30 + 1 + 2);
    literalAck(monitor, 4, 5_000);
    expect(literalCredit(monitor)).toBe(30 + 2 + 1);
  });

  test('A5, A2: why nobody should run it: a repeated ACK opens again, and a received packet can be marked lost', () => {
    const monitor = createLiteralMonitor(LITERAL);
    literalTick(monitor, 180);
    literalAck(monitor, 2, 200);
    literalAck(monitor, 2, 210);
    expect(literalCredit(monitor)).toBe(12);
    literalAck(monitor, 5, 900);
    expect(monitor.marks.get(2)).toBe('unsuccessful');
  });
});
