import type { AckMessage, ConfirmMessage, ReceiptMessage, WindowMessage } from '../../../src/domain/credit/messages.ts';
import type { AckReceipt } from '../../../src/domain/credit/statements.ts';
import { asId, type SessionId } from '../../../src/units/ids.ts';

/** The values behind the byte vectors of the protocol document. */
export const SSRCS = { sender: 0x0000_dec1, media: 0x0000_5eed };

export const PLAIN_ACK: AckMessage = { type: 'ack', epoch: 1, counter: 7, base: 100, bitmap: 0b1010n, ranges: [], paidPackets: 90, challenge: null };

/** What most ACKs are: nothing is missing, and no challenge is open. */
export const STEADY_ACK: AckMessage = { ...PLAIN_ACK, counter: 300, base: 14_000, bitmap: 0n, paidPackets: 13_990 };

export const FULL_ACK: AckMessage = {
  ...PLAIN_ACK,
  counter: 8,
  bitmap: 0xf000_0000_0000_0002n,
  ranges: [
    [170, 5],
    [200, 1],
    [300, 20],
    [65_536, 2],
  ],
  challenge: { sequence: 99, response: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
};

export const RECEIPT: AckReceipt = {
  sid: asId<SessionId>('000102030405060708090a0b0c0d0e0f'),
  epoch: 1,
  ackCounter: 8,
  base: 100,
  counts: [
    { node: 0, billingClass: 'trial', packets: 250 },
    { node: 0, billingClass: 'paid', packets: 90 },
  ],
  termsHash: new Uint8Array(16).fill(0xaa),
  confirmEventId: new Uint8Array(16).fill(0xbb),
  wallMs: 1_800_000_000_000,
};

export const SHORT_CONTEXT = { sid: RECEIPT.sid, epoch: 1, termsHash: RECEIPT.termsHash };

export const RECEIPT_MESSAGE: ReceiptMessage = { type: 'receipt', epoch: 1, counter: 9, receipt: RECEIPT, signature: new Uint8Array(64).fill(0xcc) };

export const WINDOW: WindowMessage = {
  type: 'window',
  epoch: 1,
  counter: 10,
  phase: 'stream',
  abandonedBelow: 98,
  nextSequence: 140,
  creditWindowPackets: 50,
  acknowledgedPaid: 90,
  receiptedPaid: 80,
  receiptCounter: 8,
  lostPaid: 1,
  challengeAnswered: 64,
  confirmEventId: new Uint8Array(16).fill(0xbb),
  spans: [
    { sequence: 0, packetIndex: 0, billingClass: 'trial', node: 0 },
    { sequence: 250, packetIndex: 0, billingClass: 'paid', node: 1 },
  ],
};

export const CONFIRM: ConfirmMessage = {
  type: 'confirm',
  epoch: 1,
  counter: 11,
  eventId: new Uint8Array(16).fill(0xbb),
  mode: 'button',
  termsHash: new Uint8Array(16).fill(0xaa),
};
