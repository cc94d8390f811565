import { describe, expect, test } from 'vitest';
import {
  type AckLedger,
  acceptCounts,
  ackCeiling,
  buildAck,
  confirmTrial,
  counts,
  createAckLedger,
  noteReceiptDurable,
  noteWindow,
  received,
} from '../../../../src/domain/credit/ack-ledger.ts';
import type { Span } from '../../../../src/domain/credit/billing-class.ts';
import type { WindowMessage } from '../../../../src/domain/credit/messages.ts';
import { TERMS } from './credit-fixtures.ts';

const PAID: Span = { sequence: 0, packetIndex: 0, billingClass: 'paid', node: 0 };
const TRIAL: Span = { sequence: 0, packetIndex: 0, billingClass: 'trial', node: 0 };

function windowOf(nextSequence: number, spans: readonly Span[], more: Partial<WindowMessage> = {}): WindowMessage {
  return {
    type: 'window',
    epoch: 0,
    counter: 1,
    phase: 'stream',
    abandonedBelow: 0,
    nextSequence,
    creditWindowPackets: 50,
    acknowledgedPaid: 0,
    receiptedPaid: 0,
    receiptCounter: 0,
    lostPaid: 0,
    challengeAnswered: -1,
    confirmEventId: new Uint8Array(16),
    spans,
    ...more,
  };
}

function receiveAll(ledger: AckLedger, from: number, end: number, indexOffset = 0): void {
  for (let sequence = from; sequence < end; sequence += 1) received(ledger, sequence, sequence + indexOffset);
}

describe('what the device acknowledges', () => {
  test('nothing, until a WINDOW says what the packets cost', () => {
    const ledger = createAckLedger(TERMS);
    receiveAll(ledger, 0, 10);
    expect(buildAck(ledger)).toBeNull();
    noteWindow(ledger, windowOf(5, [PAID]));
    expect(buildAck(ledger)).toMatchObject({ base: 5, bitmap: 0n, paidPackets: 5 });
    noteWindow(ledger, windowOf(10, [PAID]));
    expect(buildAck(ledger)).toMatchObject({ base: 10, paidPackets: 10 });
  });

  test('base, bitmap and at most 4 ranges, repeated in every ACK', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(200, [PAID]));
    receiveAll(ledger, 0, 4);
    received(ledger, 5, 5);
    received(ledger, 67, 67);
    for (const first of [70, 80, 90, 100, 110]) receiveAll(ledger, first, first + 3);
    const ack = { type: 'ack', base: 4, bitmap: (1n << 1n) | (1n << 63n), paidPackets: 4 + 2 + 12 } as const;
    expect(buildAck(ledger)).toEqual({ ...ack, ranges: [70, 80, 90, 100].map((first) => [first, 3]) });
    expect(buildAck(ledger)).toMatchObject(ack);
    expect(counts(ledger)).toEqual([{ node: 0, billingClass: 'paid', packets: 18 }]);
    received(ledger, 4, 4);
    expect(buildAck(ledger)).toMatchObject({ base: 6, paidPackets: 19 });
  });

  test('a total that counts only what the frame itself can say', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(200, [PAID]));
    for (const first of [70, 90, 100, 110]) receiveAll(ledger, first, first + 3);
    expect(buildAck(ledger)).toMatchObject({ base: 0, paidPackets: 12 });
    received(ledger, 80, 80);
    expect(buildAck(ledger)).toMatchObject({
      ranges: [
        [70, 3],
        [80, 1],
        [90, 3],
        [100, 3],
      ],
      paidPackets: 10,
    });
    expect(counts(ledger)).toEqual([{ node: 0, billingClass: 'paid', packets: 13 }]);
  });

  test('each slot once, however often it comes', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(10, [PAID]));
    expect(received(ledger, 0, 0)).toBe('new');
    expect(received(ledger, 0, 0)).toBe('duplicate');
    buildAck(ledger);
    expect(received(ledger, 0, 0)).toBe('duplicate');
    expect(buildAck(ledger)).toMatchObject({ base: 1, paidPackets: 1 });
  });

  test('nothing paid before the confirmation, and of the trial no more than was agreed', () => {
    const ledger = createAckLedger(TERMS, { trial: { mode: 'restrict', packets: 5 } });
    noteWindow(ledger, windowOf(20, [TRIAL, { ...PAID, sequence: 10 }]));
    receiveAll(ledger, 0, 10);
    receiveAll(ledger, 10, 20, -10);
    expect(buildAck(ledger)).toMatchObject({ base: 5, bitmap: 0n, paidPackets: 0 });
    confirmTrial(ledger);
    expect(buildAck(ledger)).toMatchObject({ base: 20, paidPackets: 10 });
    expect(counts(ledger)).toEqual([
      { node: 0, billingClass: 'trial', packets: 5 },
      { node: 0, billingClass: 'paid', packets: 10 },
    ]);
  });

  test('nothing of a trial that was not agreed', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(5, [TRIAL]));
    receiveAll(ledger, 0, 5);
    expect(buildAck(ledger)).toBeNull();
  });

  test('no packet that is not the one its span says', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(3, [PAID]));
    received(ledger, 0, 0);
    received(ledger, 1, 77);
    received(ledger, 2, 2);
    expect(buildAck(ledger)).toMatchObject({ base: 1, bitmap: 2n, paidPackets: 2 });
    noteWindow(ledger, windowOf(3, [PAID], { abandonedBelow: 3 }));
    expect(buildAck(ledger)).toMatchObject({ base: 3, paidPackets: 2 });
    expect(ledger.lostPaid).toBe(1);
  });

  test('never beyond the last durable receipt, one receipt interval and one ACK interval (ruling 27)', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(300, [PAID]));
    receiveAll(ledger, 0, 300);
    expect(ackCeiling(ledger)).toBe(110);
    expect(buildAck(ledger)).toMatchObject({ base: 110, paidPackets: 110 });
    expect(buildAck(ledger)).toMatchObject({ base: 110, paidPackets: 110 });
    noteReceiptDurable(ledger, counts(ledger));
    expect(buildAck(ledger)).toMatchObject({ base: 220, paidPackets: 220 });
  });
});

describe('what WINDOW messages may say', () => {
  test('packets that did not arrive are lost once abandoned; a late copy is not counted', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(10, [PAID]));
    receiveAll(ledger, 2, 10);
    expect(buildAck(ledger)).toMatchObject({ base: 0, paidPackets: 8 });
    noteWindow(ledger, windowOf(10, [PAID], { abandonedBelow: 10 }));
    expect(received(ledger, 1, 1)).toBe('late');
    expect(buildAck(ledger)).toMatchObject({ base: 10, paidPackets: 8 });
    expect(ledger.lostPaid).toBe(2);
    expect(received(ledger, 1, 1)).toBe('late');
  });

  test('a lost packet of the trial is not a lost paid packet', () => {
    const ledger = createAckLedger(TERMS, { trial: { mode: 'restrict', packets: 5 } });
    noteWindow(ledger, windowOf(5, [TRIAL], { abandonedBelow: 5 }));
    expect(ledger.lostPaid).toBe(0);
    expect(buildAck(ledger)).toMatchObject({ base: 5, paidPackets: 0 });
  });

  test('a headend cannot make packets dearer after the fact', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(10, [{ ...PAID, billingClass: 'regrant' }]));
    noteWindow(ledger, windowOf(20, [PAID]));
    receiveAll(ledger, 0, 20);
    expect(buildAck(ledger)).toMatchObject({ base: 10, paidPackets: 0 });
    expect(ledger.spans.contradictions).toBe(1);
  });

  test('slots of spans that were never announced are not acknowledged', () => {
    const ledger = createAckLedger(TERMS);
    noteWindow(ledger, windowOf(10, [PAID]));
    const later = [20, 25, 30, 35].map((sequence): Span => ({ ...PAID, sequence, packetIndex: sequence }));
    noteWindow(ledger, windowOf(40, later));
    receiveAll(ledger, 0, 40);
    expect(buildAck(ledger)).toMatchObject({ base: 10, paidPackets: 30 });
    noteWindow(ledger, windowOf(50, later, { abandonedBelow: 40 }));
    receiveAll(ledger, 40, 50);
    expect(buildAck(ledger)).toMatchObject({ base: 50, paidPackets: 40 });
  });

  test('a span that was replaced before a packet of it was sent is forgotten; WINDOWs out of order do no harm', () => {
    const ledger = createAckLedger(TERMS);
    const seek: Span = { sequence: 10, packetIndex: 500, billingClass: 'paid', node: 0 };
    noteWindow(ledger, windowOf(10, [PAID, { ...seek, packetIndex: 300 }]));
    noteWindow(ledger, windowOf(20, [PAID, seek]));
    noteWindow(ledger, windowOf(5, [PAID]));
    receiveAll(ledger, 0, 10);
    receiveAll(ledger, 10, 20, 490);
    expect(buildAck(ledger)).toMatchObject({ base: 20, paidPackets: 20 });
    expect(ledger.paidRanges).toEqual([
      [0, 10],
      [500, 10],
    ]);
  });
});

describe('after a crash', () => {
  test('counts go on, cumulative over epochs', () => {
    const carried = [{ node: 0, billingClass: 'paid', packets: 100 }] as const;
    const ledger = createAckLedger(TERMS, { counts: carried, nextSequence: 140, lostPaid: 2 });
    noteWindow(ledger, windowOf(150, [{ ...PAID, sequence: 140, packetIndex: 90 }], { abandonedBelow: 141 }));
    expect(received(ledger, 139, 89)).toBe('late');
    receiveAll(ledger, 141, 150, -50);
    expect(buildAck(ledger)).toMatchObject({ base: 150, paidPackets: 109 });
    expect(ledger.lostPaid).toBe(3);
    expect(ackCeiling(ledger)).toBe(210);
  });

  test('no higher count is accepted than could have been acknowledged (ruling 27)', () => {
    const durable = [{ node: 0, billingClass: 'paid', packets: 100 }] as const;
    expect(acceptCounts(TERMS, durable, [{ node: 0, billingClass: 'paid', packets: 140 }])).toEqual([{ node: 0, billingClass: 'paid', packets: 140 }]);
    expect(acceptCounts(TERMS, durable, [{ node: 0, billingClass: 'paid', packets: 9_999 }])).toEqual([{ node: 0, billingClass: 'paid', packets: 210 }]);
    expect(acceptCounts(TERMS, durable, [{ node: 0, billingClass: 'paid', packets: 7 }])).toEqual(durable);
  });
});
