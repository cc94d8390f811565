import { describe, expect, test } from 'vitest';
import { buildAck, counts, createAckLedger, noteWindow, received } from '../../../../src/domain/credit/ack-ledger.ts';
import {
  acknowledge,
  confirm,
  createMonitor,
  decline,
  expire,
  judgeConfirmation,
  lowerTrial,
  type MonitorState,
  nextSend,
  openSpan,
  windowView,
} from '../../../../src/domain/credit/credit-monitor.ts';
import type { WindowMessage } from '../../../../src/domain/credit/messages.ts';
import { TRIAL_MODES, type TrialMode, type TrialTerms } from '../../../../src/domain/credit/terms.ts';
import { ackOf, paidSpan, sendAll, TERMS } from './credit-fixtures.ts';

const UNITS = 60;
const W = TERMS.creditWindowPackets;
/** Why the trial stops at its bound: a cap, or a window that is used up. */
const AT_THE_BOUND = { restrict: 'trial', 'large-window': 'credit', deferred: 'trial' } as const;

const trialOf = (mode: TrialMode): TrialTerms => ({ mode, packets: UNITS, confirmWithinMs: 30_000 });

function trialMonitor(mode: TrialMode): MonitorState {
  const monitor = createMonitor(TERMS, trialOf(mode));
  openSpan(monitor, { packetIndex: 0, packets: 500, billingClass: 'trial', node: 0 });
  return monitor;
}

function windowOf(monitor: MonitorState): WindowMessage {
  const view = windowView(monitor);
  return { ...view, type: 'window', epoch: 0, counter: 0, receiptCounter: 0, confirmEventId: new Uint8Array(16) };
}

function expectNothingOwed(monitor: MonitorState): void {
  expect(windowView(monitor)).toMatchObject({ sentPaid: 0, acknowledgedPaid: 0, unpaidInFlight: 0 });
}

describe.each(TRIAL_MODES)('the trial, mode %s (P16-P19)', (mode) => {
  test('nobody confirms: it stops after exactly its units, and owes nothing', () => {
    const monitor = trialMonitor(mode);
    expect(sendAll(monitor)).toMatchObject({ why: AT_THE_BOUND[mode], sequences: { length: UNITS } });
    acknowledge(monitor, ackOf(1, UNITS), 100);
    expect(sendAll(monitor, 100).sequences).toEqual([]);
    expectNothingOwed(monitor);
    expect(windowView(monitor).phase).toBe('trial');
  });

  test('no paid packet goes before the confirmation', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor, 0, 10);
    openSpan(monitor, paidSpan(500));
    expect(nextSend(monitor, 0)).toEqual({ send: false, why: 'trial' });
  });

  test('confirmed early: the rest of the trial is withdrawn, and the window is exactly W', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor, 0, 20);
    expect(confirm(monitor)).toBe('confirmed');
    expect(nextSend(monitor, 0)).toEqual({ send: false, why: 'trial' });
    openSpan(monitor, paidSpan(500));
    expect(sendAll(monitor)).toMatchObject({ why: 'credit', sequences: { length: W } });
    expect(windowView(monitor)).toMatchObject({ creditWindowPackets: W, trialSent: 20, sentPaid: W });
  });

  test('confirmed late, when the trial is sent and waits: it goes on with exactly W', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor);
    expire(monitor, 29_000);
    expect(confirm(monitor)).toBe('confirmed');
    openSpan(monitor, paidSpan(500));
    expect(sendAll(monitor, 29_000)).toMatchObject({ why: 'credit', sequences: { length: W } });
  });

  test('confirmed twice: one yes, and no second window', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor, 0, 20);
    expect([confirm(monitor), confirm(monitor)]).toEqual(['confirmed', 'repeated']);
    openSpan(monitor, paidSpan(500));
    sendAll(monitor);
    expect([confirm(monitor), judgeConfirmation(monitor)]).toEqual(['repeated', 'repeated']);
    expect(sendAll(monitor).sequences).toEqual([]);
  });

  test('confirmed after the limit: it has lapsed, and nothing is sent any more', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor);
    expire(monitor, 1_000);
    expire(monitor, 31_000);
    expect(judgeConfirmation(monitor)).toBe('lapsed');
    expect(confirm(monitor)).toBe('lapsed');
    openSpan(monitor, paidSpan(500));
    expect(nextSend(monitor, 31_000)).toEqual({ send: false, why: 'end' });
    expectNothingOwed(monitor);
    expect(windowView(monitor)).toMatchObject({ phase: 'suspended', confirmed: false });
  });

  test('declined: nothing is sent any more, and a later yes does not count', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor, 0, 20);
    decline(monitor);
    expect(nextSend(monitor, 0)).toEqual({ send: false, why: 'end' });
    expect(confirm(monitor)).toBe('declined');
    expectNothingOwed(monitor);
  });

  test('declined after the confirmation: the yes stands', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor, 0, 20);
    confirm(monitor);
    decline(monitor);
    openSpan(monitor, paidSpan(500));
    expect(sendAll(monitor).sequences.length).toBe(W);
  });

  test('decrement in mid-trial: it stops at the lower bound, never below what was sent, and is never raised again', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor, 0, 20);
    lowerTrial(monitor, 30);
    expect(sendAll(monitor)).toMatchObject({ why: AT_THE_BOUND[mode], sequences: { length: 10 } });
    lowerTrial(monitor, 5);
    lowerTrial(monitor, 50);
    expect(sendAll(monitor).sequences).toEqual([]);
    expect(windowView(monitor).trialSent).toBe(30);
    confirm(monitor);
    openSpan(monitor, paidSpan(500));
    expect(sendAll(monitor).sequences.length).toBe(W);
  });

  test('a silent device after the confirmation costs exactly W, whatever the trial granted', () => {
    const monitor = trialMonitor(mode);
    sendAll(monitor);
    confirm(monitor);
    openSpan(monitor, paidSpan(500));
    let sent = 0;
    for (let atMs = 0; atMs < 20_000; atMs += 20) {
      expire(monitor, atMs);
      if (nextSend(monitor, atMs).send) sent += 1;
    }
    expect(sent).toBeLessThanOrEqual(W);
    expect(windowView(monitor).unpaidInFlight).toBe(sent);
  });

  test('both sides count the same after a confirmed trial', () => {
    const monitor = trialMonitor(mode);
    const ledger = createAckLedger(TERMS, { trial: trialOf(mode) });
    let counter = 0;
    const exchange = (): void => {
      noteWindow(ledger, windowOf(monitor));
      const ack = buildAck(ledger);
      counter += 1;
      if (ack !== null) expect(acknowledge(monitor, { ...ack, epoch: 0, counter, challenge: null }, 0).accepted).toBe(true);
    };
    for (const sequence of sendAll(monitor).sequences) received(ledger, sequence, sequence);
    exchange();
    confirm(monitor);
    ledger.confirmed = true;
    openSpan(monitor, paidSpan(500));
    for (const sequence of sendAll(monitor).sequences) received(ledger, sequence, sequence - UNITS);
    exchange();
    const trial = mode === 'deferred' ? [] : [{ node: 0, billingClass: 'trial', packets: UNITS }];
    expect(counts(ledger)).toEqual([...trial, { node: 0, billingClass: 'paid', packets: W }]);
    expect(windowView(monitor).counts).toEqual(counts(ledger));
    expect(sendAll(monitor).sequences.length).toBe(W);
  });
});

describe('what only one mode does', () => {
  test('large-window: ACKs during the trial open nothing, W0 is what WINDOW says', () => {
    const monitor = trialMonitor('large-window');
    expect(windowView(monitor).creditWindowPackets).toBe(UNITS);
    sendAll(monitor, 0, 40);
    acknowledge(monitor, ackOf(1, 40), 0);
    expect(sendAll(monitor)).toMatchObject({ why: 'credit', sequences: { length: 20 } });
  });

  test('deferred: trial packets are neither waited for nor counted, whatever is acknowledged', () => {
    const monitor = trialMonitor('deferred');
    sendAll(monitor);
    expect(acknowledge(monitor, ackOf(1, 10, [20, 30]), 0)).toMatchObject({ accepted: true, newlyByNode: [] });
    expect(windowView(monitor)).toMatchObject({ counts: [], resolvedBase: UNITS, abandonedBelow: UNITS, lostPaid: 0 });
  });

  test('deferred: the device echoes the switch, or the sender stops', () => {
    const start = (): MonitorState => {
      const monitor = trialMonitor('deferred');
      sendAll(monitor);
      confirm(monitor);
      openSpan(monitor, paidSpan(500));
      sendAll(monitor, 1_000, 5);
      return monitor;
    };
    const silent = start();
    expect(nextSend(silent, 1_500).send).toBe(true);
    expect(nextSend(silent, 1_501)).toEqual({ send: false, why: 'switch' });
    acknowledge(silent, ackOf(1, UNITS - 1), 1_600);
    expect(nextSend(silent, 1_600)).toEqual({ send: false, why: 'switch' });
    acknowledge(silent, ackOf(2, UNITS), 1_700);
    expect(nextSend(silent, 1_700).send).toBe(true);
  });
});
