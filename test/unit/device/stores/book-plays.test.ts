import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../../../src/limits.ts';
import { BookFolder, coin, STATEMENT, WORK } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

let folder: BookFolder;
let book: InlineBook;

beforeEach(() => {
  folder = new BookFolder();
  book = folder.open();
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

const events = async (): Promise<readonly string[]> =>
  (await book.pendingRecords(200)).records.map(({ kind, body }) => {
    const parsed = JSON.parse(body) as { readonly event?: string; readonly EventType?: string };
    return `${kind}:${parsed.event ?? parsed.EventType ?? ''}`;
  });

describe('pre-listen', () => {
  test('costs nothing and needs no coin', async () => {
    expect(await book.beginTrial({ playId: 'p1', ...WORK })).toBe('ok');
    await book.declineTrial('p1', 4_000);
    expect(await book.play('p1')).toMatchObject({ state: 'declined', heardMs: 4_000 });
    expect((await book.outboxState()).written).toBe(0);
  });

  test('is refused after the quota of one payer and one work; asking again for the same play is free', async () => {
    await book.insertCoin(coin(1));
    for (let trial = 1; trial <= limits.trialsPerWorkPerPayer; trial += 1) {
      expect(await book.beginTrial({ playId: `p${trial}`, ...WORK })).toBe('ok');
      expect(await book.beginTrial({ playId: `p${trial}`, ...WORK })).toBe('ok');
    }
    expect(await book.beginTrial({ playId: 'more', ...WORK })).toBe('trial-quota');
    expect(await book.beginTrial({ playId: 'other', ...WORK, workId: 'w2' })).toBe('ok');
  });

  test('confirmed without credit moves nothing', async () => {
    await book.beginTrial({ playId: 'p1', ...WORK });
    expect(await book.confirmPlay('p1', 'e1')).toBe('no-credit');
    expect(await book.play('p1')).toMatchObject({ state: 'trial', confirmEventId: null });
    expect((await book.outboxState()).written).toBe(0);
  });

  test('confirmed holds the full price once, with its order record', async () => {
    await book.beginTrial({ playId: 'p1', ...WORK });
    await book.insertCoin(coin(1));
    expect(await book.confirmPlay('p1', 'e1', '4')).toBe('ok');
    expect(await book.confirmPlay('p1', 'e1')).toBe('ok');
    expect(await book.ledger()).toMatchObject({ heldMinor: 100n, patronCreditMinor: 100n, problem: null });
    expect(await events()).toEqual(['cash:coin', 'cash:hold', 'usage:ORDER']);
    const order = (await book.pendingRecords(9)).records[2];
    expect(JSON.parse(order?.body ?? '')).toMatchObject({ EntryMethod: '4', order: { paymentMethod: 'paid', items: 1, totalMinor: '100', currency: 'EUR' } });
  });

  test('that was declined cannot be confirmed any more', async () => {
    await book.insertCoin(coin(1));
    await book.beginTrial({ playId: 'p1', ...WORK });
    await book.declineTrial('p1', 0);
    expect(await book.confirmPlay('p1', 'e1')).toBe('not-open');
  });
});

describe('the queue', () => {
  test('holds its money and survives a restart in order', async () => {
    await book.insertCoin(coin(1, 500n));
    for (const playId of ['a', 'b', 'c']) expect(await book.enqueue({ playId, ...WORK })).toBe('ok');
    expect(await book.enqueue({ playId: 'a', ...WORK }), 'told twice').toBe('ok');
    book.abandon();
    book = folder.open();
    expect((await book.queue()).map((entry) => [entry.playId, entry.heldMinor])).toEqual([
      ['a', 100n],
      ['b', 100n],
      ['c', 100n],
    ]);
    expect((await book.takeNext())?.play).toMatchObject({ playId: 'a', state: 'playing' });
    expect((await book.openPlays()).map((play) => play.playId)).toEqual(['a']);
  });

  test('refuses more than it holds, and more than there is money', async () => {
    await book.insertCoin(coin(1, 100n));
    expect(await book.enqueue({ playId: 'a', ...WORK })).toBe('ok');
    expect(await book.enqueue({ playId: 'b', ...WORK })).toBe('no-credit');
    expect(await book.play('b')).toBeNull();
    for (let index = 1; index < limits.queueEntries; index += 1) await book.enqueue({ playId: `free${index}`, ...WORK, quoteMinor: 0n });
    expect(await book.enqueue({ playId: 'last', ...WORK, quoteMinor: 0n })).toBe('queue-full');
  });

  test('gives back what it can never play', async () => {
    await book.insertCoin(coin(1, 100n));
    await book.enqueue({ playId: 'a', ...WORK });
    const receipt = await book.settle({ playId: 'a', chargedMinor: 0n, heardMs: 0, endReason: 'failed', statement: null });
    expect(receipt).toMatchObject({ refundMinor: '100', refundedTo: 'credit' });
    expect(receipt.text).toContain('it never started');
    expect(await book.queue()).toEqual([]);
  });
});

describe('the end of a play', () => {
  const terms = '{"packetMs":20,"packets":9000}';

  test('charges what was heard, gives the rest back and says so in words, once', async () => {
    await book.insertCoin(coin(1));
    await book.beginTrial({ playId: 'p1', ...WORK });
    await book.confirmPlay('p1', 'e1');
    await book.openSession({ sid: 's1', playId: 'p1', termsText: terms, termsSignature: 'x' });
    const end = { playId: 'p1', chargedMinor: 40n, heardMs: 72_900, endReason: 'skipped', statement: STATEMENT } as const;
    const receipt = await book.settle(end);
    expect(receipt.text).toBe(
      [
        ...['Blue Hour - The Lamps', 'Heard 1:12 of 3:00 (skipped)', 'Price 1.00 EUR, charged 0.40 EUR'],
        ...['Refunded 0.60 EUR to your credit at this box', `Receipt ${receipt.number}`],
      ].join('\n'),
    );
    expect(await book.settle({ ...end, chargedMinor: 90n })).toEqual(receipt);
    expect(await book.ledger()).toMatchObject({ earnedMinor: 40n, heldMinor: 0n, patronCreditMinor: 160n, problem: null });
    expect((await book.session('p1'))?.state).toBe('closed');
    expect((await events()).slice(3)).toEqual(['receipt:', 'cash:settle', 'cash:refund']);
  });

  test('closes a coin session that is spent', async () => {
    await book.insertCoin(coin(1, 100n));
    await book.enqueue({ playId: 'p1', ...WORK });
    expect(await book.currentPayer(), 'credit 0, but something is held').not.toBeNull();
    await book.takeNext();
    await book.settle({ playId: 'p1', chargedMinor: 100n, heardMs: 180_000, endReason: 'finished', statement: STATEMENT });
    expect(await book.currentPayer()).toBeNull();
  });

  test('refunds a guest who has gone to a claim code on the receipt', async () => {
    await book.insertCoin(coin(1, 150n));
    await book.enqueue({ playId: 'p1', ...WORK });
    await folder.clock.advance(limits.coinSessionIdleMs);
    expect((await book.closeIdlePayer())?.amountMinor).toBe(50n);
    const receipt = await book.settle({ playId: 'p1', chargedMinor: 0n, heardMs: 0, endReason: 'failed', statement: null });
    expect(receipt.refundedTo).toBe('claim');
    expect((await book.redeemClaim(receipt.claimCode ?? ''))?.amountMinor).toBe(100n);
  });

  test('keeps the refund as unclaimed where claim codes are off: never as revenue', async () => {
    await book.putSetting('claim-codes', 'off');
    await book.insertCoin(coin(1, 150n));
    await book.enqueue({ playId: 'p1', ...WORK });
    await folder.clock.advance(limits.coinSessionIdleMs);
    await book.closeIdlePayer();
    const receipt = await book.settle({ playId: 'p1', chargedMinor: 0n, heardMs: 0, endReason: 'failed', statement: null });
    expect(receipt).toMatchObject({ refundedTo: 'unclaimed', claimCode: null });
    expect(await book.ledger()).toMatchObject({ earnedMinor: 0n, unclaimedMinor: 150n });
  });

  test('never charges above the hold, and nothing without a statement', async () => {
    await book.insertCoin(coin(1));
    await book.enqueue({ playId: 'p1', ...WORK });
    const end = { playId: 'p1', heardMs: 1, endReason: 'stopped' } as const;
    await expect(book.settle({ ...end, chargedMinor: 101n, statement: STATEMENT })).rejects.toMatchObject({ code: 'charge-above-hold' });
    await expect(book.settle({ ...end, chargedMinor: 1n, statement: null })).rejects.toMatchObject({ code: 'statement-missing' });
    expect(await book.ledger()).toMatchObject({ heldMinor: 100n, earnedMinor: 0n });
  });

  test('of a pre-listen sends its statement and lists no receipt', async () => {
    await book.beginTrial({ playId: 'p1', ...WORK });
    await book.declineTrial('p1', 3_000);
    await book.settle({ playId: 'p1', chargedMinor: 0n, heardMs: 3_000, endReason: 'trial-declined', statement: STATEMENT });
    expect(await events()).toEqual(['receipt:']);
    expect(await book.receipts(10)).toEqual([]);
    expect((await book.play('p1'))?.state).toBe('declined');
  });
});

describe('the account of a set-top', () => {
  beforeEach(() => {
    book.abandon();
    folder.remove();
    folder = new BookFolder('set-top');
    book = folder.open();
  });

  test('owes what it holds, up to the cap that the headend has not acknowledged', async () => {
    await book.putSetting('spending-cap-minor', '150');
    expect(await book.currentPayer()).toMatchObject({ kind: 'account', creditMinor: 150n });
    expect(await book.enqueue({ playId: 'a', ...WORK })).toBe('ok');
    expect(await book.enqueue({ playId: 'b', ...WORK })).toBe('no-credit');
    await book.settle({ playId: 'a', chargedMinor: 70n, heardMs: 1, endReason: 'stopped', statement: STATEMENT });
    expect(await book.ledger()).toMatchObject({ accountDebtMinor: 70n, earnedMinor: 70n, heldMinor: 0n, problem: null });
    expect((await book.currentPayer())?.creditMinor).toBe(80n);
    const { written, generation } = await book.outboxState();
    await book.acknowledgeRecords(generation, written, []);
    expect((await book.currentPayer())?.creditMinor).toBe(150n);
  });

  test('gets its refund off the debt', async () => {
    await book.enqueue({ playId: 'a', ...WORK });
    const receipt = await book.settle({ playId: 'a', chargedMinor: 30n, heardMs: 1, endReason: 'stopped', statement: STATEMENT });
    expect(receipt).toMatchObject({ refundedTo: 'account', refundMinor: '70' });
    expect((await book.play('a'))?.fundingSource).toBe('account');
  });
});
