import { afterEach, expect, test } from 'vitest';
import { Acknowledger, type Draft } from '../../../../device/checkout/acknowledger.ts';
import { CounterBlock } from '../../../../device/checkout/counter-block.ts';
import { ReceiptWriter } from '../../../../device/checkout/receipt-writer.ts';
import { createAckLedger } from '../../../../src/domain/credit/ack-ledger.ts';
import type { WindowMessage } from '../../../../src/domain/credit/messages.ts';
import { defaultCreditTerms } from '../../../../src/domain/credit/negotiate-credit.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { BookFolder } from '../../../fakes/book-folder.ts';
import { payloadOf } from '../../../fakes/paid-scene.ts';

const SID = '0123456789abcdef0123456789abcdef';
const folder = new BookFolder('jukebox');
afterEach(() => folder.remove());

function window(counter: number, challengeAnswered: number): WindowMessage {
  const counts = { acknowledgedPaid: 0, receiptedPaid: 0, receiptCounter: 0, lostPaid: 0, creditWindowPackets: 50 };
  const spans = [{ sequence: 0, packetIndex: 0, billingClass: 'paid', node: 0 }] as const;
  return {
    type: 'window',
    epoch: 0,
    counter,
    phase: 'stream',
    abandonedBelow: 0,
    nextSequence: 20,
    ...counts,
    challengeAnswered,
    confirmEventId: new Uint8Array(16),
    spans,
  };
}

async function scene(send: (draft: Draft) => void) {
  const book = folder.open();
  await book.openSession({ sid: SID, playId: 'p1', termsText: '{}', termsSignature: '' });
  const log = { info: () => {}, warn: () => {} };
  const { clock } = folder;
  const counters = new CounterBlock(book, SID, 0, log);
  await counters.reserve();
  const terms = defaultCreditTerms();
  const receipts = new ReceiptWriter({ book, signer: generateDeviceKey().signer, clock, log }, SID, new Uint8Array(32), null);
  const parts = { clock, terms, ledger: createAckLedger(terms), counters, receipts, sid: new Uint8Array(16), challengeKey: new Uint8Array(32), send };
  return { book, clock, acknowledger: new Acknowledger(parts, false) };
}

test('says once what came in an interval, though ten packets and the interval are over at the same time', async () => {
  let acks = 0;
  const { book, clock, acknowledger } = await scene(() => {
    acks += 1;
  });
  acknowledger.takeWindow(window(1, -1));
  const seconds = 10;
  for (let sequence = 0; sequence < 50 * seconds; sequence += 1) {
    acknowledger.take({ sequence, packetIndex: sequence, payload: payloadOf(sequence), challenge: null });
    await clock.advance(20);
  }
  expect(acks).toBeGreaterThanOrEqual(5 * seconds - 1);
  expect(acks).toBeLessThanOrEqual(6 * seconds);
  await clock.advance(1_000);
  expect(acks).toBeLessThanOrEqual(6 * (seconds + 1));
  acknowledger.close();
  const atClose = acks;
  acknowledger.acknowledge();
  await clock.advance(1_000);
  expect(acks).toBeLessThanOrEqual(atClose + 1);
  await book.close();
});

test('still answers the challenge of a packet that came late, after a later one was answered', async () => {
  const answered: (number | null)[] = [];
  const send = (draft: Draft): void => {
    if (draft.type === 'ack') answered.push(draft.challenge?.sequence ?? null);
  };
  const { book, acknowledger } = await scene(send);
  const take = (sequence: number): void =>
    acknowledger.take({
      sequence,
      packetIndex: sequence,
      payload: payloadOf(sequence),
      challenge: sequence === 4 || sequence === 9 ? new Uint8Array(8) : null,
    });
  acknowledger.takeWindow(window(1, -1));
  for (const sequence of [0, 1, 2, 3, 5, 6, 7, 8, 9]) take(sequence);
  acknowledger.acknowledge();
  expect(answered.at(-1)).toBe(9);
  take(4);
  acknowledger.takeWindow(window(2, 9));
  acknowledger.acknowledge();
  expect(answered.at(-1)).toBe(4);
  acknowledger.takeWindow(window(3, 4));
  acknowledger.acknowledge();
  expect(answered.at(-1)).toBeNull();
  acknowledger.close();
  await book.close();
});
