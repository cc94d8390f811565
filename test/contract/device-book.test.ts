import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BookThread } from '../../device/stores/book-client.ts';
import type { Book } from '../../device/stores/book-port.ts';
import type { CatalogueWork } from '../../src/wire/http-api.ts';
import { BookFolder, coin, WORK } from '../fakes/book-folder.ts';

const HELD = { licence: 'l1', termsText: '{}', termsSignature: 'ab', segments: [{ hash: 'a'.repeat(64), bytes: 9 }] };
const BROUGHT = { uses: 1, heardMs: 2_000, content: 'deleted', bytes: 9, copiesFound: 0 } as const;
const lent: CatalogueWork = {
  ...{ id: 'w1', title: 'Blue Hour', artist: 'The Lamps', album: '', genre: '', year: null, durationMs: 1_000, channels: 2, preSkip: 0 },
  ...{ totalSamples: 48_000, packets: 50, gainDb: 0, priceMinor: '100', currency: 'EUR', free: false, cover: null },
};

/** What the book of a box promises to whoever calls it, whether beside it or in its own thread: each promise holds over a restart. */
function deviceBookContract(name: string, open: (folder: BookFolder) => Promise<Book>): void {
  describe(`the book of a box, ${name}`, () => {
    let profile: 'jukebox' | 'set-top' = 'jukebox';
    let folder: BookFolder;
    let book: Book;
    const begin = async (as: typeof profile): Promise<void> => {
      profile = as;
      folder = new BookFolder(profile);
      book = await open(folder);
    };
    const reopen = async (): Promise<void> => {
      await book.close();
      book = await open(folder);
    };
    beforeEach(() => begin('jukebox'));
    afterEach(async () => {
      await book.close();
      folder.remove();
    });

    test('Book takes a coin once, holds what is bought, and hands out its records in order until they are acknowledged', async () => {
      expect([(await book.insertCoin(coin(1))).duplicate, (await book.insertCoin(coin(1))).duplicate]).toEqual([false, true]);
      expect(await book.enqueue({ playId: 'a', ...WORK })).toBe('ok');
      expect(await book.enqueue({ playId: 'b', ...WORK, quoteMinor: 150n })).toBe('no-credit');
      await book.putSetting('x', 'y');
      await reopen();
      expect(await book.ledger()).toMatchObject({ cashBoxMinor: 200n, heldMinor: 100n, problem: null });
      expect([(await book.queue()).length, await book.getSetting('x'), await book.getSetting('z')]).toEqual([1, 'y', null]);
      const { generation, records } = await book.pendingRecords(50);
      expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
      await book.acknowledgeRecords(generation, 1, []);
      await reopen();
      expect((await book.pendingRecords(50)).records[0]?.sequence).toBe(2);
    });

    test('LoanBook keeps a loan with its keys until it ends, and nothing of them after', async () => {
      await book.putLoan({ ...HELD, work: lent });
      await book.putLoanKeys('l1', { number: 2, wrapped: Uint8Array.of(1), sealedLease: Uint8Array.of(2) });
      await book.insertCoin(coin(1));
      await book.enqueue({ playId: 'a', ...WORK });
      await book.takeNext();
      await book.openLoanPlay('a', 'l1');
      await book.noteLoanHeard({ playId: 'a', heardSample: 960, trialPackets: 0 });
      await reopen();
      expect((await book.loans()).loans).toMatchObject([{ state: 'held', keyNumber: 2, wrappedKey: Uint8Array.of(1) }]);
      expect(await book.loanPlay('a')).toMatchObject({ licence: 'l1', heardSample: 960 });
      await book.declineRenewal('l1');
      await book.endLoan('l1', 'breached', null, 'altered');
      await reopen();
      expect((await book.loans()).loans).toMatchObject([{ state: 'breached', declined: true, wrappedKey: null, sealedLease: null }]);
      const audits = (await book.pendingRecords(99)).records.filter(({ kind }) => kind === 'audit');
      expect(audits.map(({ body }) => (JSON.parse(body) as { event: string }).event)).toContain('loan-breached');
      await book.endLoan('l1', 'returning', BROUGHT, 'returned');
      expect((await book.loans()).loans).toMatchObject([{ state: 'returning', brought: BROUGHT }]);
      await book.forgetLoan('l1');
      expect((await book.loans()).loans).toEqual([]);
    });

    test('GuestBook knows a guest again, and gives him a claim code once', async () => {
      const guest = await book.openGuest('g1');
      await book.insertCoin(coin(1));
      const released = await book.releasePanelCredit();
      expect([released?.amountMinor, await book.releasePanelCredit()]).toEqual([200n, null]);
      expect(await book.redeemForGuest('g1', released?.claimCode ?? '')).toEqual({ amountMinor: 200n });
      await reopen();
      await book.openGuest('g2');
      // The same guest again changes nothing, and for another it is gone.
      expect(await book.redeemForGuest('g1', released?.claimCode ?? '')).toEqual({ amountMinor: 200n });
      expect(await book.redeemForGuest('g2', released?.claimCode ?? '')).toBeNull();
      expect(await book.guest('g1')).toMatchObject({ creditMinor: 200n, code: guest === 'full' ? '' : guest.code });
      expect([await book.guest('none'), await book.closeIdleGuests()]).toEqual([null, 0]);
    });

    test('ViewerBook and SpendingBook keep who lives here, and what they may spend', async () => {
      await book.close();
      folder.remove();
      await begin('set-top');
      const anna = { viewerId: 'c-anna', name: 'Anna', pin: null, belowAge: 16 };
      expect([await book.putViewer(anna), await book.putViewer({ ...anna, viewerId: 'c-other' })]).toEqual(['ok', 'name-taken']);
      expect([await book.putSpendingCap('c-anna', 250n), await book.putSpendingCap('nobody', 1n)]).toEqual(['ok', 'nobody']);
      await reopen();
      expect(await book.viewers()).toEqual([anna]);
      await book.setWatching('c-anna');
      expect(await book.spendingLeft()).toEqual({ leftMinor: 250n, capMinor: 250n, of: 'viewer' });
      expect(await book.spendingCeiling('none')).toBeNull();
      await book.putSpendingCap('c-anna', null);
      await book.removeViewer('c-anna');
      await reopen();
      expect([await book.viewers(), await book.spendingLeft()]).toEqual([[], null]);
    });
  });
}

deviceBookContract('beside its caller', async (folder) => folder.open());
deviceBookContract('in its thread', async (folder) => await new BookThread().open(folder.options()));
