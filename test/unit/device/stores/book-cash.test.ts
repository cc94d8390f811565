import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BONUS_SETTING, LADDER_SETTING } from '../../../../device/stores/coin-bonus.ts';
import { GRANT_CEILING_SETTING } from '../../../../device/stores/grant-rows.ts';
import { limits } from '../../../../src/limits.ts';
import { BookFolder, coin, WORK } from '../../../fakes/book-folder.ts';
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

describe('a coin', () => {
  test('opens a coin session and becomes credit', async () => {
    const { payer, duplicate } = await book.insertCoin(coin(1));
    expect(duplicate).toBe(false);
    expect(payer.kind).toBe('coin-session');
    expect((await book.currentPayer())?.creditMinor).toBe(200n);
  });

  test('told twice counts once, also after a restart', async () => {
    await book.insertCoin(coin(1));
    expect((await book.insertCoin(coin(1))).duplicate).toBe(true);
    book.abandon();
    book = folder.open();
    expect((await book.insertCoin(coin(1))).duplicate).toBe(true);
    expect((await book.ledger()).cashBoxMinor).toBe(200n);
  });

  test('of another value under the same counter is refused', async () => {
    await book.insertCoin(coin(1));
    await expect(book.insertCoin(coin(1, 100n))).rejects.toMatchObject({ code: 'key-reused' });
  });

  test.each([0n, -5n, BigInt(limits.coinMaxMinor) + 1n])('of %s minor units is refused', async (value) => {
    await expect(book.insertCoin(coin(1, value))).rejects.toMatchObject({ code: 'coin-invalid' });
    expect((await book.outboxState()).written).toBe(0);
  });

  test('is reported in the outbox, hashed, in the same transaction', async () => {
    await book.insertCoin(coin(1));
    const { records } = await book.pendingRecords(10);
    expect(records.map(({ sequence, kind }) => [sequence, kind])).toEqual([[1, 'cash']]);
    expect(JSON.parse(records[0]?.body ?? '')).toMatchObject({ event: 'coin', key: 'coin:slot:7:1', amountMinor: '200' });
  });
});

describe('a disk at its reserve', () => {
  const full = { totalBytes: 1_000, usedBytes: 900, freeBytes: 100 };

  test('takes no coin and sells nothing, but settles what is owed', async () => {
    let space = { totalBytes: 1_000, usedBytes: 100, freeBytes: 900 };
    book.abandon();
    book = folder.open({ diskSpace: () => space });
    await book.insertCoin(coin(1, 300n));
    await book.enqueue({ playId: 'p1', ...WORK });
    await book.beginTrial({ playId: 'p2', ...WORK });
    space = full;
    await expect(book.insertCoin(coin(2))).rejects.toMatchObject({ code: 'storage-low' });
    expect(await book.confirmPlay('p2', 'e')).toBe('storage-low');
    expect(await book.enqueue({ playId: 'p3', ...WORK })).toBe('storage-low');
    expect((await book.settle({ playId: 'p1', chargedMinor: 0n, heardMs: 0, endReason: 'failed', statement: null })).refundMinor).toBe('100');
    space = { totalBytes: 1_000, usedBytes: 100, freeBytes: 900 };
    expect((await book.insertCoin(coin(2))).duplicate).toBe(false);
  });
});

describe('a disk that is really full', () => {
  test('stops in the middle of nothing: the coin is refused as a whole and goes in when there is room', async () => {
    await book.insertCoin(coin(1));
    const { raw } = book.box.core.parts.database;
    const pages = Number(raw.pragma('page_count', { simple: true }));
    raw.pragma(`max_page_count = ${pages}`);
    let last = 1;
    const fill = async (): Promise<void> => {
      for (;;) {
        last += 1;
        await book.insertCoin(coin(last));
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'storage-full', message: expect.stringContaining('free some space') });
    expect(await book.ledger()).toMatchObject({ cashBoxMinor: 200n * BigInt(last - 1), problem: null });
    await book.recordAudit({ event: 'x'.repeat(9_000), facts: {} });
    await expect(book.flush()).rejects.toMatchObject({ code: 'storage-full' });
    raw.pragma(`max_page_count = ${pages * 10}`);
    expect((await book.insertCoin(coin(last))).duplicate).toBe(false);
    expect((await book.ledger()).cashBoxMinor).toBe(200n * BigInt(last));
    const kinds = (await book.pendingRecords(100)).records.map(({ kind }) => kind);
    expect(
      kinds.filter((kind) => kind === 'audit'),
      'what waited went along',
    ).toHaveLength(1);
  });
});

describe('an idle coin session', () => {
  test('becomes a claim code after ten minutes, and the code becomes credit once', async () => {
    await book.insertCoin(coin(1));
    await folder.clock.advance(limits.coinSessionIdleMs - 1);
    expect(await book.closeIdlePayer()).toBeNull();
    await folder.clock.advance(1);
    const claim = await book.closeIdlePayer();
    expect(claim?.amountMinor).toBe(200n);
    expect(await book.currentPayer()).toBeNull();
    expect((await book.ledger()).unclaimedMinor).toBe(200n);
    const typed = (claim?.claimCode ?? '').toLowerCase().replace('-', ' ');
    expect((await book.redeemClaim(typed))?.payer.creditMinor).toBe(200n);
    expect((await book.redeemClaim(typed))?.payer.creditMinor, 'asked again after a lost answer').toBe(200n);
    expect(await book.ledger()).toMatchObject({ unclaimedMinor: 0n, patronCreditMinor: 200n, problem: null });
  });

  test('is not idle while its music plays', async () => {
    await book.insertCoin(coin(1));
    await book.enqueue({ playId: 'p1', ...WORK });
    await book.takeNext();
    await folder.clock.advance(2 * limits.coinSessionIdleMs);
    expect(await book.closeIdlePayer()).toBeNull();
  });

  test('is measured by a clock that a restart with an earlier wall clock does not turn back', async () => {
    await book.insertCoin(coin(1));
    const opened = await book.currentPayer();
    book.abandon();
    const { VirtualClock } = await import('../../../fakes/virtual-clock.ts');
    const reset = new VirtualClock(5n, 0);
    book = folder.open({ clock: reset });
    await book.insertCoin(coin(2));
    expect(book.box.core.nowMs()).toBeGreaterThanOrEqual(opened?.openedAtMs ?? 0);
    await reset.advance(limits.coinSessionIdleMs);
    expect((await book.closeIdlePayer())?.amountMinor).toBe(400n);
  });
});

describe('a gift of the staff', () => {
  test('counts once per key and never as paid', async () => {
    await book.grantCredit(150n, 'anna', 'song skipped by mistake', 'g1');
    await book.grantCredit(150n, 'anna', 'song skipped by mistake', 'g1');
    await expect(book.grantCredit(50n, 'anna', 'x', 'g1')).rejects.toMatchObject({ code: 'key-reused' });
    await book.enqueue({ playId: 'p1', ...WORK });
    expect((await book.play('p1'))?.fundingSource).toBe('staff');
    expect(await book.ledger()).toMatchObject({ cashBoxMinor: 0n, patronCreditMinor: 50n, heldMinor: 100n, problem: null });
  });

  test("is spent before the guest's own money, which comes back first", async () => {
    await book.insertCoin(coin(1, 60n));
    await book.grantCredit(50n, 'anna', 'welcome', 'g1');
    await book.enqueue({ playId: 'p1', ...WORK });
    expect((await book.play('p1'))?.fundingSource).toBe('paid');
    await book.settle({ playId: 'p1', chargedMinor: 50n, heardMs: 1, endReason: 'skipped', statement: { text: '{}', signature: '00' } });
    await book.enqueue({ playId: 'p2', ...WORK, quoteMinor: 60n });
    expect((await book.play('p2'))?.fundingSource).toBe('paid');
  });
});

describe('the price ladder', () => {
  test('adds its bonus to the coin that reaches a rung, in the same transaction, and once', async () => {
    await book.putSetting(LADDER_SETTING, '500:100');
    await book.insertCoin(coin(1));
    expect((await book.insertCoin(coin(2, 300n))).payer.creditMinor).toBe(600n);
    expect((await book.insertCoin(coin(2, 300n))).payer.creditMinor).toBe(600n);
    const { records } = await book.pendingRecords(10);
    expect(records.map(({ body }) => JSON.parse(body)).map(({ event, amountMinor }) => [event, amountMinor])).toEqual([
      ['coin', '200'],
      ['coin', '300'],
      ['bonus', '100'],
    ]);
    expect(await book.ledger()).toMatchObject({ cashBoxMinor: 500n, patronCreditMinor: 600n, problem: null });
  });

  test('begins anew with the next guest', async () => {
    await book.putSetting(LADDER_SETTING, '300:50');
    await book.insertCoin(coin(1));
    await folder.clock.advance(limits.coinSessionIdleMs + 1);
    await book.closeIdlePayer();
    expect((await book.insertCoin(coin(2))).payer.creditMinor).toBe(200n);
  });

  test('doubles a coin in an hour of two for one, and a ladder that cannot be read stops no coin', async () => {
    await book.putSetting(LADDER_SETTING, 'rubbish');
    await book.putSetting(BONUS_SETTING, '100');
    expect((await book.insertCoin(coin(1))).payer.creditMinor).toBe(400n);
  });
});

describe('what one person gives away', () => {
  test('ends at the ceiling of his day, and begins anew on the next', async () => {
    await book.putSetting(GRANT_CEILING_SETTING, '300');
    await book.grantCredit(200n, 'anna', 'song skipped', 'g1');
    await expect(book.grantCredit(200n, 'anna', 'again', 'g2')).rejects.toMatchObject({ code: 'grant-ceiling', message: expect.stringContaining('1.00 EUR') });
    await book.grantCredit(200n, 'ben', 'birthday', 'g3');
    await folder.clock.advance(86_400_000);
    await book.grantCredit(200n, 'anna', 'next day', 'g4');
    expect((await book.ledger()).patronCreditMinor).toBe(600n);
  });
});
