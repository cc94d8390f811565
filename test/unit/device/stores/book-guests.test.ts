import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PREMIUM_SETTING } from '../../../../device/stores/book-plays.ts';
import { FREE_SETTING } from '../../../../device/stores/coin-bonus.ts';
import type { GuestRow } from '../../../../device/stores/guest-port.ts';
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

async function guest(guestId: string): Promise<GuestRow> {
  const row = await book.openGuest(guestId);
  if (row === 'full') throw new Error('no room for a guest');
  return row;
}

async function creditOf(guestId: string): Promise<bigint | undefined> {
  return (await book.guest(guestId))?.creditMinor;
}

/** Puts a coin in at the box and moves what there is to the phone. */
async function moveToPhone(guestId: string, counter: number, valueMinor: bigint): Promise<void> {
  await book.insertCoin(coin(counter, valueMinor));
  const released = await book.releasePanelCredit();
  await book.redeemForGuest(guestId, released?.claimCode ?? '');
}

describe('a guest with a phone', () => {
  test('is one payer however often he opens the page, also after a restart', async () => {
    const first = await guest('ann');
    expect(first).toMatchObject({ guestId: 'ann', creditMinor: 0n, plays: [] });
    book.abandon();
    book = folder.open();
    expect((await guest('ann')).code).toBe(first.code);
  });

  test('takes the credit of the panel by its code, once, and the panel begins anew', async () => {
    await guest('ann');
    await guest('ben');
    await book.insertCoin(coin(1));
    const released = await book.releasePanelCredit();
    expect(released?.amountMinor).toBe(200n);
    expect(await book.currentPayer()).toBeNull();
    const code = released?.claimCode ?? '';
    expect(await book.redeemForGuest('ann', code)).toEqual({ amountMinor: 200n });
    expect(await book.redeemForGuest('ann', code)).toEqual({ amountMinor: 200n });
    expect(await book.redeemForGuest('ben', code)).toBeNull();
    expect(await creditOf('ann')).toBe(200n);
    expect(await book.ledger()).toMatchObject({ patronCreditMinor: 200n, unclaimedMinor: 0n, problem: null });
  });

  test('gets the credit that the staff gives to his code, and nobody else does', async () => {
    const { code } = await guest('ann');
    await book.grantCredit(150n, 'staff', 'spilt a drink', 'g1', code.toLowerCase());
    expect(await creditOf('ann')).toBe(150n);
    expect(await book.currentPayer()).toBeNull();
    await expect(book.grantCredit(150n, 'staff', 'a guess', 'g2', 'ZZZZ')).rejects.toMatchObject({ code: 'guest-unknown' });
  });

  test('pays with his own credit and never with what lies in the panel', async () => {
    await guest('ann');
    await book.insertCoin(coin(1));
    expect(await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann' })).toBe('no-credit');
    await moveToPhone('ann', 2, 300n);
    await book.insertCoin(coin(3));
    expect(await book.enqueue({ ...WORK, playId: 'p2', guestId: 'ann' })).toBe('ok');
    expect(await book.enqueue({ ...WORK, playId: 'p2', guestId: 'ann' })).toBe('ok');
    expect(await creditOf('ann')).toBe(400n);
    expect((await book.currentPayer())?.creditMinor).toBe(200n);
    expect((await book.guest('ann'))?.plays).toMatchObject([{ playId: 'p2', state: 'queued' }]);
  });

  test('gets back what was not heard', async () => {
    await guest('ann');
    await moveToPhone('ann', 1, 100n);
    await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann' });
    await book.takeNext();
    await book.settle({ playId: 'p1', chargedMinor: 40n, heardMs: 60_000, endReason: 'skipped', statement: STATEMENT });
    expect(await creditOf('ann')).toBe(60n);
    expect(await book.ledger()).toMatchObject({ earnedMinor: 40n, patronCreditMinor: 60n, heldMinor: 0n, problem: null });
  });

  test(`has at most ${limits.guestQueued} plays waiting`, async () => {
    await guest('ann');
    await moveToPhone('ann', 1, 1_000n);
    for (let n = 0; n < limits.guestQueued; n += 1) expect(await book.enqueue({ ...WORK, playId: `p${n}`, guestId: 'ann' })).toBe('ok');
    expect(await book.enqueue({ ...WORK, playId: 'more', guestId: 'ann' })).toBe('guest-turns');
  });

  test('who goes away leaves a claim code behind, but not while his music waits', async () => {
    await guest('ann');
    await moveToPhone('ann', 1, 200n);
    await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann' });
    await folder.clock.advance(limits.guestIdleMs);
    expect(await book.closeIdleGuests()).toBe(0);
    await book.settle({ playId: 'p1', chargedMinor: 0n, heardMs: 0, endReason: 'closed', statement: null });
    await folder.clock.advance(limits.guestIdleMs);
    expect(await book.closeIdleGuests()).toBe(1);
    expect(await book.guest('ann')).toBeNull();
    expect((await book.receipts(1))[0]).toMatchObject({ refundedTo: 'claim', refundMinor: '200' });
    expect(await book.ledger()).toMatchObject({ unclaimedMinor: 200n, problem: null });
  });

  test('finds room as long as somebody without money can go', async () => {
    for (let n = 0; n < limits.openGuests; n += 1) await guest(`g${n}`);
    await guest('one more');
    expect(await book.guest('g0')).toBeNull();
    expect(await creditOf('one more')).toBe(0n);
  });
});

describe('being heard next', () => {
  beforeEach(async () => {
    await guest('ann');
    await moveToPhone('ann', 1, 1_000n);
    await book.insertCoin(coin(2, 1_000n));
    await book.putSetting(PREMIUM_SETTING, '50 10');
    await book.enqueue({ ...WORK, playId: 'before' });
  });

  test('costs its premium, and goes before those who wait', async () => {
    expect(await book.premiumFor(100n)).toBe(60n);
    expect(await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann', premiumMinor: 60n })).toBe('ok');
    expect((await book.queue()).map(({ playId, next }) => [playId, next])).toEqual([
      ['p1', true],
      ['before', false],
    ]);
    expect(await creditOf('ann')).toBe(840n);
  });

  test('is never sold for more than was quoted', async () => {
    await book.enqueue({ ...WORK, playId: 'another' });
    expect(await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann', premiumMinor: 60n })).toBe('premium-changed');
    expect(await creditOf('ann')).toBe(1_000n);
  });

  test('is earned when the work was heard, and stands on the receipt and in the records', async () => {
    await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann', premiumMinor: 60n });
    await book.takeNext();
    const receipt = await book.settle({ playId: 'p1', chargedMinor: 30n, heardMs: 5_000, endReason: 'stopped', statement: STATEMENT });
    expect(receipt).toMatchObject({ chargedMinor: '30', premiumMinor: '60', refundMinor: '70' });
    expect(receipt.text).toContain('Heard before others for');
    expect(await book.ledger()).toMatchObject({ earnedMinor: 90n, problem: null });
    const { records } = await book.pendingRecords(100);
    expect(records.filter(({ body }) => body.includes('"premium"'))).toHaveLength(1);
  });

  test.each(['failed', 'closed'] as const)('is given back where the play %s', async (endReason) => {
    await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann', premiumMinor: 60n });
    await book.takeNext();
    await book.settle({ playId: 'p1', chargedMinor: 30n, heardMs: 5_000, endReason, statement: STATEMENT });
    expect(await creditOf('ann')).toBe(970n);
    expect(await book.ledger()).toMatchObject({ earnedMinor: 30n, problem: null });
  });

  test('can not be bought while the house pays, and where no premium is set', async () => {
    await book.putSetting(FREE_SETTING, 'yes');
    expect(await book.premiumFor(100n)).toBeNull();
    expect(await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann', premiumMinor: 60n })).toBe('premium-changed');
    await book.putSetting(FREE_SETTING, '');
    await book.putSetting(PREMIUM_SETTING, '');
    expect(await book.premiumFor(100n)).toBeNull();
  });

  test('never charges the price of a work out of its premium', async () => {
    await book.enqueue({ ...WORK, playId: 'p1', guestId: 'ann', premiumMinor: 60n });
    await book.takeNext();
    const over = { playId: 'p1', chargedMinor: 101n, heardMs: 5_000, endReason: 'finished', statement: STATEMENT } as const;
    await expect(book.settle(over)).rejects.toMatchObject({ code: 'charge-above-hold' });
  });
});
