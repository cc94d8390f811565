import { afterEach, expect, test } from 'vitest';
import { Acknowledger, type Draft, type Said } from '../../../../device/checkout/acknowledger.ts';
import { CounterBlock } from '../../../../device/checkout/counter-block.ts';
import { ReceiptWriter } from '../../../../device/checkout/receipt-writer.ts';
import { createAckLedger } from '../../../../src/domain/credit/ack-ledger.ts';
import type { WindowMessage } from '../../../../src/domain/credit/messages.ts';
import { defaultCreditTerms } from '../../../../src/domain/credit/negotiate-credit.ts';
import { limits } from '../../../../src/limits.ts';
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

let receipts: ReceiptWriter;

async function scene(said: (draft: Draft) => void, leaves: (compound: readonly Said[]) => void = () => {}, askReceipt: () => void = () => {}) {
  const book = folder.open();
  await book.openSession({ sid: SID, playId: 'p1', termsText: '{}', termsSignature: '' });
  const log = { info: () => {}, warn: () => {} };
  const { clock } = folder;
  const counters = new CounterBlock(book, SID, 0, log);
  await counters.reserve();
  const terms = defaultCreditTerms();
  receipts = new ReceiptWriter({ book, signer: generateDeviceKey().signer, clock, log }, SID, new Uint8Array(32), null);
  const parts = { clock, terms, ledger: createAckLedger(terms), counters, receipts, sid: new Uint8Array(16), challengeKey: new Uint8Array(32) };
  const send = (compound: readonly Said[]): void => {
    for (const { draft } of compound) said(draft);
    if (compound.length > 0) leaves(compound);
  };
  return { book, clock, acknowledger: new Acknowledger({ ...parts, send, askReceipt }, false) };
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

test('lets an ACK wait for the receipt that is due with it, so that both leave together, and not for one that does not come', async () => {
  const compounds: (readonly string[])[] = [];
  let asked = 0;
  const { book, clock, acknowledger } = await scene(
    () => {},
    (said) => compounds.push(said.map(({ draft }) => draft.type)),
    () => {
      asked += 1;
    },
  );
  acknowledger.takeWindow(window(1, -1));
  for (let sequence = 0; sequence < 95; sequence += 1) {
    acknowledger.take({ sequence, packetIndex: sequence, payload: payloadOf(sequence), challenge: null });
    await clock.advance(20);
  }
  expect(asked).toBe(0);
  const before = compounds.length;
  await clock.advance(100);
  expect([asked, compounds.length]).toEqual([1, before]);
  await clock.advance(limits.ackHoldMs);
  expect([asked, compounds.length]).toEqual([1, before + 1]);
  const facts = { epoch: 0, ackCounter: 9, base: 90, counts: [], lostPackets: 0, paidRanges: [], heardSample: 0, confirmEventId: null };
  const receipt = await receipts.write(facts);
  if (receipt === null) throw new Error('the book took no receipt');
  acknowledger.takeReceipt(receipt);
  expect(compounds.at(-1)).toEqual(['receipt', 'ack']);
  acknowledger.acknowledge();
  expect(compounds.at(-1)).toEqual(['ack']);
  await clock.advance(2 * limits.ackIntervalMs);
  acknowledger.acknowledge();
  expect(compounds.filter((types) => types.includes('receipt')).length).toBe(2);
  acknowledger.takeWindow({ ...window(2, -1), receiptCounter: 9 });
  await clock.advance(1_000);
  expect(compounds.at(-1)).toEqual(['ack']);
  acknowledger.close();
  await book.close();
});

test('says again what the last ACK said, where three WINDOWs do not show it: with seldom ACKs two lost ones would close W', async () => {
  let acks = 0;
  const { book, clock, acknowledger } = await scene(() => {
    acks += 1;
  });
  acknowledger.takeWindow(window(1, -1));
  for (let sequence = 0; sequence < 10; sequence += 1) acknowledger.take({ sequence, packetIndex: sequence, payload: payloadOf(sequence), challenge: null });
  acknowledger.acknowledge();
  const said = acks;
  for (let counter = 2; counter < 4; counter += 1) acknowledger.takeWindow({ ...window(counter, -1), acknowledgedPaid: 9 });
  expect(acks).toBe(said);
  acknowledger.takeWindow({ ...window(4, -1), acknowledgedPaid: 9 });
  expect(acks).toBe(said + 1);
  for (let counter = 5; counter < 9; counter += 1) acknowledger.takeWindow({ ...window(counter, -1), acknowledgedPaid: 10 });
  expect(acks).toBe(said + 1);
  acknowledger.close();
  await clock.advance(0);
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
