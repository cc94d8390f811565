import { describe, expect, test } from 'vitest';
import {
  acknowledge,
  carryOver,
  confirm,
  coveredIndexes,
  createMonitor,
  dueRetransmissions,
  expire,
  nextSend,
  noteRoundTrip,
  openSpan,
  pause,
  receiptDurable,
  resume,
  windowView,
} from '../../../../src/domain/credit/credit-monitor.ts';
import { planSpans } from '../../../../src/domain/credit/paid-ranges.ts';
import { ackOf, paidBy, paidMonitor, paidSpan, receiptOf, sendAll, TERMS } from './credit-fixtures.ts';

const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, at) => from + at);

describe('the credit window', () => {
  test('stops a silent client after exactly W packets (I5, ruling 15)', () => {
    const monitor = paidMonitor();
    expect(sendAll(monitor)).toEqual({ sequences: upTo(50), why: 'credit' });
    expire(monitor, 1e9);
    expect(sendAll(monitor, 1e9).sequences).toEqual([]);
    expect(windowView(monitor)).toMatchObject({ unpaidInFlight: 50, maxUnpaid: 50, lostPaid: 0, allowance: 0 });
  });

  test('opens by one for each packet acknowledged (P11, A1)', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    expect(paidBy(monitor, ackOf(1, 10))).toBe(10);
    expect(sendAll(monitor)).toEqual({ sequences: upTo(60, 50), why: 'credit' });
  });

  test('stops a peer that acknowledges and never signs after exactly R packets (ruling 14)', () => {
    const monitor = paidMonitor();
    let counter = 0;
    let sent = 0;
    for (;;) {
      const burst = sendAll(monitor);
      sent += burst.sequences.length;
      if (burst.sequences.length === 0) break;
      counter += 1;
      paidBy(monitor, ackOf(counter, sent));
    }
    expect(sent).toBe(250);
    expect(nextSend(monitor, 0)).toEqual({ send: false, why: 'receipt' });
    receiptDurable(monitor, receiptOf(100, 100));
    expect(sendAll(monitor)).toMatchObject({ why: 'credit', sequences: upTo(300, 250) });
  });

  test('a receipt cannot cover more than was sent, and an old one takes nothing back (ruling 18)', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    receiptDurable(monitor, receiptOf(1_000, 10));
    expect(windowView(monitor).receiptedPaid).toBe(50);
    receiptDurable(monitor, receiptOf(7, 7));
    expect(windowView(monitor)).toMatchObject({ receiptedPaid: 50, acknowledgedPaid: 50 });
  });

  test('forgives in the receipt window only losses below the signed base, so that receipts can always keep R open', () => {
    const monitor = paidMonitor({ lossAllowancePerMille: 500 });
    sendAll(monitor);
    paidBy(
      monitor,
      ackOf(
        1,
        0,
        upTo(50).filter((sequence) => sequence !== 0 && sequence !== 20),
      ),
    );
    expire(monitor, 900);
    expire(monitor, 1_400);
    expect(windowView(monitor).lostPaid).toBe(2);
    receiptDurable(monitor, receiptOf(9, 10));
    expect(monitor.receiptedLost).toBe(1);
    receiptDurable(monitor, receiptOf(48, 50));
    expect(monitor.receiptedLost).toBe(2);
  });

  test('a signed count and the ACK of the same packets count once', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    receiptDurable(monitor, receiptOf(20, 20));
    paidBy(monitor, ackOf(1, 20));
    expect(windowView(monitor).acknowledgedPaid).toBe(20);
  });

  test('a receipt that overtook its ACK takes back as lost what it covers: paid and lost are never more than was sent', () => {
    const monitor = paidMonitor({}, 50);
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 30, upTo(50, 40)));
    expire(monitor, 900);
    expire(monitor, 1_400);
    expect(windowView(monitor)).toMatchObject({ sentPaid: 50, acknowledgedPaid: 40, lostPaid: 10 });
    receiptDurable(monitor, receiptOf(46, 50));
    expect(windowView(monitor)).toMatchObject({ sentPaid: 50, acknowledgedPaid: 46, lostPaid: 4 });
  });

  test('tells the phase: suspended when starved for longer than the prebuffer (A9), drained when all is resolved', () => {
    const monitor = paidMonitor({}, 60);
    sendAll(monitor);
    nextSend(monitor, 20);
    expire(monitor, 100);
    expect(windowView(monitor).phase).toBe('stream');
    expire(monitor, 200);
    expect(windowView(monitor)).toMatchObject({ phase: 'suspended', suspended: true });
    paidBy(monitor, ackOf(1, 50), 220);
    expect(sendAll(monitor, 220).why).toBe('end');
    expect(windowView(monitor).phase).toBe('stream');
    paidBy(monitor, ackOf(2, 60), 300);
    expect(windowView(monitor).phase).toBe('drained');
  });

  test('does not wait for ever for the acknowledgement of the last packets', () => {
    const monitor = paidMonitor({}, 10);
    sendAll(monitor);
    expire(monitor, 1_000);
    expect(windowView(monitor).phase).toBe('stream');
    expire(monitor, 1_300);
    expect(windowView(monitor)).toMatchObject({ phase: 'drained', lostPaid: 0 });
  });
});

describe('the trial (restrict)', () => {
  const monitor = () => createMonitor(TERMS, { mode: 'restrict', packets: 60 });

  test('stops at exactly `packets`, owes nothing, and lets no paid packet go before the confirmation (ruling 16, P16, P17)', () => {
    const state = monitor();
    openSpan(state, { packetIndex: 0, packets: 500, billingClass: 'trial', node: 0 });
    expect(sendAll(state)).toEqual({ sequences: upTo(60), why: 'trial' });
    acknowledge(state, ackOf(1, 60), 0);
    expect(sendAll(state).why).toBe('trial');
    openSpan(state, paidSpan(500));
    expect(nextSend(state, 0)).toEqual({ send: false, why: 'trial' });
    expect(windowView(state)).toMatchObject({ phase: 'trial', trialSent: 60, sentPaid: 0, acknowledgedPaid: 0, unpaidInFlight: 0 });
  });

  test('after the confirmation the whole window is there, and trial packets are no part of it', () => {
    const state = monitor();
    openSpan(state, { packetIndex: 0, packets: 60, billingClass: 'trial', node: 0 });
    sendAll(state);
    confirm(state);
    confirm(state);
    openSpan(state, paidSpan(500));
    expect(sendAll(state).sequences).toEqual(upTo(110, 60));
    expect(windowView(state).spans).toEqual([
      { sequence: 0, packetIndex: 0, billingClass: 'trial', node: 0 },
      { sequence: 60, packetIndex: 0, billingClass: 'paid', node: 0 },
    ]);
  });

  test('no trial was agreed, no trial packet goes', () => {
    const state = createMonitor(TERMS, null);
    openSpan(state, { packetIndex: 0, packets: 60, billingClass: 'trial', node: 0 });
    expect(nextSend(state, 0)).toEqual({ send: false, why: 'trial' });
  });
});

describe('the readings of document 001', () => {
  test('A2: packets already Successful are skipped in a pattern of gaps', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    expect(paidBy(monitor, ackOf(1, 1, [2, 4]))).toBe(3);
    expect(paidBy(monitor, ackOf(2, 1, [2, 4, 6]))).toBe(1);
    expire(monitor, 900);
    expect(windowView(monitor)).toMatchObject({ acknowledgedPaid: 4, resolvedBase: 7 });
  });

  test('A3, A4: the ACK pointer never passes an open hole, and passes what lies behind it at once', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 3, [4, 5, 6]));
    expect(windowView(monitor).resolvedBase).toBe(3);
    paidBy(monitor, ackOf(2, 7));
    expect(windowView(monitor).resolvedBase).toBe(7);
  });

  test('A5, A14: a repeated ACK opens nothing, whatever its counter', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 10));
    expect(acknowledge(monitor, ackOf(1, 10), 0)).toEqual({ accepted: false, fault: 'stale' });
    expect(paidBy(monitor, ackOf(2, 10))).toBe(0);
    expect(windowView(monitor).sendLimit).toBe(60);
  });

  test('A6: an ACK of a packet never sent is refused as a whole and counted as abuse', () => {
    const monitor = paidMonitor();
    sendAll(monitor, 0, 20);
    expect(acknowledge(monitor, ackOf(1, 21), 0)).toEqual({ accepted: false, fault: 'unsent' });
    expect(acknowledge(monitor, ackOf(1, 10, [20]), 0)).toEqual({ accepted: false, fault: 'unsent' });
    expect(acknowledge(monitor, ackOf(1, 10, [], { ranges: [[15, 6]] }), 0)).toEqual({ accepted: false, fault: 'unsent' });
    expect(windowView(monitor)).toMatchObject({ acknowledgedPaid: 0, abusiveAcks: 3 });
    expect(paidBy(monitor, ackOf(1, 20))).toBe(20);
  });

  test('A7: a hole is sent again after 3 later packets, at most once a round trip, and not when it would come too late', () => {
    const monitor = paidMonitor();
    for (let at = 0; at < 40; at += 1) nextSend(monitor, at * 20);
    paidBy(monitor, ackOf(1, 30, [31, 32]), 800);
    expect(dueRetransmissions(monitor, 800)).toEqual([]);
    paidBy(monitor, ackOf(2, 30, [31, 32, 33]), 810);
    expect(dueRetransmissions(monitor, 810)).toEqual([30]);
    expect(dueRetransmissions(monitor, 900)).toEqual([]);
    paidBy(monitor, ackOf(3, 30, [31, 32, 33, 34]), 850);
    expect(dueRetransmissions(monitor, 850)).toEqual([]);
    paidBy(monitor, ackOf(4, 30, [31, 32, 33, 34]), 870);
    expect(dueRetransmissions(monitor, 870)).toEqual([30]);
    paidBy(monitor, ackOf(5, 30, upTo(40, 31)), 1_380);
    expect(dueRetransmissions(monitor, 1_380)).toEqual([]);
  });

  test('a longer round trip spaces the copies further apart', () => {
    const monitor = paidMonitor();
    for (let count = 0; count < 60; count += 1) noteRoundTrip(monitor, 200);
    for (let at = 0; at < 40; at += 1) nextSend(monitor, at * 20);
    paidBy(monitor, ackOf(1, 30, [31, 32, 33]), 800);
    expect(dueRetransmissions(monitor, 800)).toEqual([30]);
    paidBy(monitor, ackOf(2, 30, [31, 32, 33]), 990);
    expect(dueRetransmissions(monitor, 990)).toEqual([]);
    paidBy(monitor, ackOf(3, 30, [31, 32, 33]), 1_010);
    expect(dueRetransmissions(monitor, 1_010)).toEqual([30]);
  });

  test('a lost last packet is sent again once an ACK came that could have shown it', () => {
    const monitor = paidMonitor({}, 40);
    for (let at = 0; at < 40; at += 1) nextSend(monitor, at * 20);
    paidBy(monitor, ackOf(1, 39), 1_200);
    expect(dueRetransmissions(monitor, 1_250)).toEqual([]);
    paidBy(monitor, ackOf(2, 39), 1_300);
    expect(dueRetransmissions(monitor, 1_300)).toEqual([39]);
  });

  test('after an outage that used up the window, what nobody got is brought again: one a second, and all once an ACK comes', () => {
    const monitor = paidMonitor();
    paidBy(monitor, ackOf(1, 0), 0);
    for (let atMs = 20; atMs < 2_000; atMs += 20) {
      nextSend(monitor, atMs);
      expire(monitor, atMs);
      expect(dueRetransmissions(monitor, atMs).length).toBeLessThanOrEqual(1);
    }
    expect(windowView(monitor)).toMatchObject({ sentPaid: 50, suspended: true });
    expect(monitor.retransmitted).toBe(1);
    paidBy(monitor, ackOf(2, 1), 2_000);
    nextSend(monitor, 2_000);
    expect(windowView(monitor).sentPaid).toBe(51);
    for (let atMs = 2_000; atMs < 2_400; atMs += 20) {
      nextSend(monitor, atMs);
      expire(monitor, atMs);
    }
    paidBy(monitor, ackOf(3, 1), 2_400);
    expect(dueRetransmissions(monitor, 2_400)).toEqual(upTo(50, 1));
    expect(paidBy(monitor, ackOf(4, 0, [], { ranges: [[20, 30]] }), 2_440)).toBe(30);
    expire(monitor, 2_460);
    expect(paidBy(monitor, ackOf(5, 51), 2_480)).toBe(20);
  });

  test('repair takes at most a tenth of what is sent, and none with deadline 0 (ruling 23)', () => {
    const holes = upTo(40).filter((sequence) => sequence % 2 === 1);
    const capped = paidMonitor();
    sendAll(capped, 0, 40);
    paidBy(capped, ackOf(1, 0, holes), 60);
    expect(dueRetransmissions(capped, 60)).toEqual([0, 2, 4, 6]);
    const never = paidMonitor({ retransmitDeadlineMs: 0 });
    sendAll(never, 0, 40);
    paidBy(never, ackOf(1, 0, holes), 60);
    expect(dueRetransmissions(never, 60)).toEqual([]);
  });

  test('A8: a deadline opens no credit by itself; only the allowance does', () => {
    const monitor = paidMonitor({ lossAllowancePerMille: 0 });
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 10, [11, 12, 13]));
    const before = windowView(monitor).sendLimit;
    expire(monitor, 900);
    expect(windowView(monitor)).toMatchObject({ sendLimit: before, resolvedBase: 14, lostPaid: 0 });
    expire(monitor, 2_000);
    expect(windowView(monitor)).toMatchObject({ sendLimit: before, abandonedBelow: 14, lostPaid: 1 });
  });

  test('A10: one loss is forgiven for each 1000/e resolved packets, at most as many as were lost', () => {
    const monitor = paidMonitor({ lossAllowancePerMille: 100 });
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 0, upTo(31, 3)));
    expire(monitor, 900);
    // 28 Successful + 3 Unsuccessful = 31 resolved: 3 are forgiven.
    expect(windowView(monitor)).toMatchObject({ allowance: 3, sendLimit: 28 + 50 + 3 });
    paidBy(monitor, ackOf(2, 0, [1, ...upTo(31, 3)]), 900);
    expect(windowView(monitor)).toMatchObject({ allowance: 2, sendLimit: 29 + 50 + 2 });
  });

  test('P13: a late ACK makes an Unsuccessful packet Successful until the device was told that it is abandoned', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 0, upTo(31, 2)));
    expire(monitor, 900);
    expect(paidBy(monitor, ackOf(2, 0, [1, ...upTo(31, 2)]), 950)).toBe(1);
    expire(monitor, 1_300);
    expect(windowView(monitor)).toMatchObject({ abandonedBelow: 31, lostPaid: 1 });
    expect(paidBy(monitor, ackOf(3, 31), 1_310)).toBe(0);
    expect(windowView(monitor).lostPaid).toBe(1);
  });

  test('a packet abandoned while its ACK was under way is paid once the device counts it', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 0, upTo(31, 1)));
    expire(monitor, 900);
    expire(monitor, 1_300);
    expect(paidBy(monitor, ackOf(2, 31, [], { paidPackets: 31 }), 1_310)).toBe(0);
    expect(windowView(monitor)).toMatchObject({ acknowledgedPaid: 31, lostPaid: 0 });
  });

  test('A11, ruling 17: any one ACK repairs the loss of all before it', () => {
    const monitor = paidMonitor({ creditWindowPackets: 200, receiptWindowPackets: 400 });
    sendAll(monitor);
    const everything = ackOf(9, 40, upTo(100, 42), {
      ranges: [
        [110, 20],
        [140, 1],
        [150, 10],
        [170, 30],
      ],
    });
    expect(paidBy(monitor, everything)).toBe(40 + 58 + 61);
  });

  test('A12: what was first sent under a class is counted under it, by node', () => {
    const monitor = paidMonitor({}, 10);
    sendAll(monitor);
    openSpan(monitor, { packetIndex: 0, packets: 10, billingClass: 'regrant', node: 0 });
    sendAll(monitor);
    openSpan(monitor, { packetIndex: 10, packets: 5, billingClass: 'paid', node: 1 });
    sendAll(monitor);
    const outcome = acknowledge(monitor, ackOf(1, 25), 0);
    const byNode = [
      { node: 0, billingClass: 'paid', packets: 10 },
      { node: 0, billingClass: 'regrant', packets: 10 },
      { node: 1, billingClass: 'paid', packets: 5 },
    ];
    expect(outcome).toEqual({ accepted: true, newly: { trial: 0, paid: 15, free: 0, regrant: 10 }, newlyByNode: byNode, paidIndexes: [[0, 15]] });
    expect(windowView(monitor).counts).toEqual(byNode);
  });

  test('A16: a pause freezes deadlines and sends nothing; a seek brings no fresh window', () => {
    const monitor = paidMonitor();
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 10, [11, 12, 13, 14]), 100);
    pause(monitor, 200);
    expire(monitor, 100_000);
    expect(nextSend(monitor, 100_000)).toEqual({ send: false, why: 'suspended' });
    expect(windowView(monitor).resolvedBase).toBe(10);
    resume(monitor, 100_000);
    expire(monitor, 100_500);
    expect(windowView(monitor).resolvedBase).toBe(10);
    expire(monitor, 100_700);
    expect(windowView(monitor).resolvedBase).toBe(15);
    const limit = windowView(monitor).sendLimit;
    openSpan(monitor, paidSpan(100, 5_000));
    expect(windowView(monitor).sendLimit).toBe(limit);
  });
});

describe('what is sent again is not sold again (ruling 7)', () => {
  test('a seek back is planned as regrant, also for packets that are still on their way', () => {
    const monitor = paidMonitor({}, 500);
    sendAll(monitor);
    paidBy(monitor, ackOf(1, 30));
    expect(coveredIndexes(monitor)).toEqual([[0, 50]]);
    expect(planSpans(coveredIndexes(monitor), 10, 100, { node: 0, fresh: 'paid' })).toEqual([
      { packetIndex: 10, packets: 40, billingClass: 'regrant', node: 0 },
      { packetIndex: 50, packets: 50, billingClass: 'paid', node: 0 },
    ]);
  });

  test('regrant packets use no credit, but never more places than the ring has', () => {
    const monitor = paidMonitor({}, 10);
    sendAll(monitor);
    openSpan(monitor, { packetIndex: 0, packets: 10_000, billingClass: 'regrant', node: 0 });
    expect(sendAll(monitor)).toMatchObject({ why: 'transit' });
    expect(windowView(monitor)).toMatchObject({ nextSequence: 4_096, unpaidInFlight: 10 });
    expect(paidBy(monitor, ackOf(1, 4_096))).toBe(10);
  });

  test('a resume brings no fresh window, yet what was on its way can be sent again', () => {
    const before = paidMonitor({}, 500);
    sendAll(before);
    paidBy(before, ackOf(1, 30));
    sendAll(before);
    const carried = carryOver(before);
    expect(carried).toMatchObject({ acknowledgedPaid: 30, sentPaid: 80, nextSequence: 80, exposed: [[30, 50]], paidRanges: [[0, 30]] });
    const after = createMonitor(TERMS, null, { ...carried, epoch: 1 });
    openSpan(after, paidSpan(100, 400));
    expect(nextSend(after, 0)).toEqual({ send: false, why: 'credit' });
    openSpan(after, paidSpan(470, 30));
    expect(sendAll(after)).toMatchObject({ why: 'credit', sequences: upTo(130, 80) });
    expect(windowView(after)).toMatchObject({ sentPaid: 80, unpaidInFlight: 50 });
    expect(paidBy(after, ackOf(1, 130, [], { epoch: 1 }))).toBe(50);
    expect(windowView(after)).toMatchObject({ acknowledgedPaid: 80, unpaidInFlight: 0 });
    expect(acknowledge(after, ackOf(2, 130), 0)).toEqual({ accepted: false, fault: 'epoch' });
  });
});
