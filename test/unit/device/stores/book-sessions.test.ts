import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BookFolder } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

let folder: BookFolder;
let book: InlineBook;

beforeEach(async () => {
  folder = new BookFolder();
  book = folder.open();
  await book.openSession({ sid: 's1', playId: 'p1', termsText: '{}', termsSignature: 'sig' });
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

const receipt = (paid: number, heardSample: number): Parameters<InlineBook['putReceipt']>[1] => ({
  bytes: Uint8Array.of(paid),
  signature: Uint8Array.of(9),
  counts: [
    { node: 0, billingClass: 'paid', packets: paid },
    { node: 0, billingClass: 'trial', packets: 50 },
  ],
  lostPackets: 1,
  heardSample,
});

describe('a session in the book', () => {
  test('is there after a restart with its newest receipt, epoch and reserved counters', async () => {
    await book.reserveCounters('s1', 1_000);
    await book.putReceipt('s1', receipt(100, 96_000));
    await book.advanceEpoch('s1', 1);
    book.abandon();
    book = folder.open();
    expect(await book.session('p1')).toMatchObject({
      sid: 's1',
      epoch: 1,
      reservedCounter: 1_000,
      receipt: Uint8Array.of(100),
      heardSample: 96_000,
      state: 'open',
    });
  });

  test('opened twice is one session', async () => {
    await book.putReceipt('s1', receipt(100, 0));
    await book.openSession({ sid: 's1', playId: 'p1', termsText: 'other', termsSignature: 'other' });
    expect(await book.session('p1')).toMatchObject({ termsText: '{}', receipt: Uint8Array.of(100) });
  });

  test('never counts down: a late receipt, a smaller reservation', async () => {
    await book.putReceipt('s1', receipt(100, 96_000));
    await book.putReceipt('s1', receipt(60, 48_000));
    await book.reserveCounters('s1', 500);
    await book.reserveCounters('s1', 100);
    const session = await book.session('p1');
    expect(session?.counts.find(({ billingClass }) => billingClass === 'paid')?.packets).toBe(100);
    expect(session).toMatchObject({ heardSample: 96_000, reservedCounter: 500 });
  });

  test('refuses an epoch that lies behind', async () => {
    await book.advanceEpoch('s1', 2);
    await book.advanceEpoch('s1', 2);
    await expect(book.advanceEpoch('s1', 1)).rejects.toMatchObject({ code: 'epoch-behind' });
  });
});
