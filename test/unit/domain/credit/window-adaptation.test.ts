import { describe, expect, test } from 'vitest';
import { createMonitor, expire, type MonitorState, nextSend, openSpan, pause, resume, windowView } from '../../../../src/domain/credit/credit-monitor.ts';
import type { WindowAdaptation } from '../../../../src/domain/credit/terms.ts';
import { ackOf, paidBy, paidMonitor, paidSpan, sendAll, TERMS } from './credit-fixtures.ts';

const BY_COUNT: WindowAdaptation = { minPackets: 20, maxPackets: 80, stepPackets: 10, afterPackets: 40, afterMs: 0 };
const BY_TIME: WindowAdaptation = { ...BY_COUNT, afterPackets: 0, afterMs: 1_000 };
const window = (monitor: MonitorState): number => windowView(monitor).creditWindowPackets;
const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, at) => from + at);

describe('W adapts to the transmission (P20, P21)', () => {
  test('grows by a step after k packets acknowledged without a loss, up to its maximum', () => {
    const monitor = paidMonitor({ adaptation: BY_COUNT });
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 39));
    expect(window(monitor)).toBe(50);
    paidBy(monitor, ackOf(2, 40));
    expect(window(monitor)).toBe(60);
    for (let counter = 3; counter < 12; counter += 1) {
      sendAll(monitor);
      paidBy(monitor, ackOf(counter, monitor.nextSequence));
    }
    expect(window(monitor)).toBe(80);
  });

  test('grows after t of successful sending; silence and a pause are none', () => {
    const monitor = paidMonitor({ adaptation: BY_TIME });
    nextSend(monitor, 0);
    expire(monitor, 0);
    expire(monitor, 1_500);
    expect(window(monitor)).toBe(50);
    paidBy(monitor, ackOf(1, 1), 1_600);
    expect(window(monitor)).toBe(60);
    nextSend(monitor, 1_600);
    pause(monitor, 1_700);
    paidBy(monitor, ackOf(2, 2), 1_700);
    resume(monitor, 60_000);
    expire(monitor, 60_800);
    expect(window(monitor)).toBe(60);
    expire(monitor, 60_900);
    expect(window(monitor)).toBe(70);
  });

  test('is halved when losses exceed what is forgiven, down to its minimum; a forgiven loss only begins the count anew', () => {
    const monitor = paidMonitor({ adaptation: BY_COUNT, lossAllowancePerMille: 100 });
    sendAll(monitor, 0, 40);
    paidBy(monitor, ackOf(1, 0, upTo(20, 1)));
    expire(monitor, 900);
    expect(windowView(monitor)).toMatchObject({ allowance: 1, creditWindowPackets: 50 });
    paidBy(monitor, ackOf(2, 20), 910);
    expect(window(monitor)).toBe(50);
    paidBy(monitor, ackOf(3, 20, upTo(40, 30)), 920);
    expire(monitor, 930);
    expect(window(monitor)).toBe(25);
  });

  test('is not halved for what was lost before a resume', () => {
    const carried = { acknowledgedPaid: 900, receiptedPaid: 900, lostPaid: 100, sentPaid: 1_000, nextSequence: 1_000, trialSent: 0, confirmed: true };
    const monitor = createMonitor({ ...TERMS, adaptation: BY_COUNT }, null, carried);
    expire(monitor, 0);
    expire(monitor, 5_000);
    expect(window(monitor)).toBe(50);
  });

  test('is halved when the sender starves, and lets the sender go on once it is acknowledged', () => {
    const monitor = paidMonitor({ adaptation: BY_COUNT });
    sendAll(monitor);
    nextSend(monitor, 10);
    expire(monitor, 200);
    expire(monitor, 400);
    expect(window(monitor)).toBe(25);
    expect(nextSend(monitor, 400).send).toBe(false);
    paidBy(monitor, ackOf(1, 50), 500);
    expect(sendAll(monitor, 500).sequences.length).toBe(35);
  });

  test('a vanished peer costs at most the largest window', () => {
    const monitor = paidMonitor({ adaptation: BY_COUNT, receiptWindowPackets: 2_000 });
    for (let counter = 1; counter < 12; counter += 1) {
      sendAll(monitor);
      paidBy(monitor, ackOf(counter, monitor.nextSequence));
    }
    sendAll(monitor);
    expect(windowView(monitor).unpaidInFlight).toBe(80);
  });
});

describe('the transit window', () => {
  test('T: no more slots above the ACK pointer than agreed, whatever the credit (P7)', () => {
    const monitor = paidMonitor({ transitWindowPackets: 12 });
    expect(sendAll(monitor)).toMatchObject({ sequences: upTo(12), why: 'transit' });
    paidBy(monitor, ackOf(1, 0, [1, 2, 3]));
    expect(sendAll(monitor).sequences).toEqual([]);
    paidBy(monitor, ackOf(2, 4));
    expect(sendAll(monitor)).toMatchObject({ sequences: upTo(16, 12), why: 'transit' });
  });
});

describe('the literal loss policy', () => {
  test('forgives one for each 1000/e packets lost: a tenth of what the rate forgives at 10 % loss', () => {
    const rate = createMonitor({ ...TERMS, lossAllowancePerMille: 100 }, null);
    const literal = createMonitor({ ...TERMS, lossAllowancePerMille: 100, policy: 'literal' }, null);
    for (const monitor of [rate, literal]) {
      openSpan(monitor, paidSpan(1_000));
      sendAll(monitor);
      paidBy(monitor, ackOf(1, 0, upTo(50, 10)));
      expire(monitor, 900);
    }
    expect(windowView(rate).allowance).toBe(5);
    expect(windowView(literal).allowance).toBe(1);
  });
});
