import { afterEach, beforeEach, expect, test } from 'vitest';
import { BookFolder, coin, STATEMENT, WORK } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

let folder: BookFolder;
let book: InlineBook;
let coins = 0;

beforeEach(() => {
  folder = new BookFolder();
  book = folder.open();
  coins = 0;
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

/** Bought and heard in part. @returns its receipt */
async function play(playId: string, chargedMinor: bigint) {
  coins += 1;
  await book.insertCoin(coin(coins));
  await book.beginTrial({ playId, ...WORK, workId: `w-${playId}` });
  await book.confirmPlay(playId, `e-${playId}`);
  return await book.settle({ playId, chargedMinor, heardMs: 60_000, endReason: 'finished', statement: STATEMENT });
}

const counted = (number: string | undefined): number => Number(number?.slice(-6));

test('each sale has the next number, whatever starts and kills came between', async () => {
  const numbers: number[] = [];
  for (let sale = 1; sale <= 4; sale += 1) {
    numbers.push(counted((await play(`p${sale}`, 100n)).number));
    // As a kill does: nothing is closed.
    book.abandon();
    book = folder.open();
  }
  expect(numbers).toEqual([1, 2, 3, 4]);
});

test('a settlement that is told twice, and one that costs nothing, use no number', async () => {
  const first = await play('p1', 100n);
  expect(await book.settle({ playId: 'p1', chargedMinor: 100n, heardMs: 60_000, endReason: 'finished', statement: STATEMENT })).toEqual(first);
  expect((await play('p2', 0n)).number).toBeUndefined();
  expect(counted((await play('p3', 40n)).number)).toBe(2);
});

test('a settlement that is refused leaves no gap', async () => {
  await play('p1', 100n);
  await book.insertCoin(coin(90));
  await book.beginTrial({ playId: 'p2', ...WORK });
  await book.confirmPlay('p2', 'e-p2');
  await expect(book.settle({ playId: 'p2', chargedMinor: 500n, heardMs: 1, endReason: 'finished', statement: STATEMENT })).rejects.toThrow('cannot be charged');
  expect(counted((await play('p3', 100n)).number)).toBe(2);
});

test('another series counts by itself, and goes on when it comes back', async () => {
  await play('p1', 100n);
  await book.putSetting('receipt-series', 'BAR2');
  expect((await play('p2', 100n)).number).toMatch(/^BAR2-[0-9A-Z]{6}-000001$/);
  await book.putSetting('receipt-series', '');
  expect((await play('p3', 100n)).number).toMatch(/^R-[0-9A-Z]{6}-000002$/);
});

test('the receipt says what of it is tax, the record says the same, and the month sums it up', async () => {
  await book.putSetting('tax-rate', '19 MwSt');
  const receipt = await play('p1', 50n);
  await play('p2', 100n);
  expect(receipt.text).toContain(`Receipt ${receipt.number}\n0.50 EUR include 0.08 EUR MwSt (19 %), net 0.42 EUR`);
  const records = (await book.pendingRecords(200)).records.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(records.filter(({ event }) => event === 'settle')[0]).toMatchObject({
    ...{ receiptNumber: receipt.number, grossMinor: '50', taxMinor: '8', taxName: 'MwSt', taxMilliPercent: 19_000 },
  });
  expect(await book.taxSums()).toMatchObject([{ name: 'MwSt', milliPercent: 19_000, receipts: 2n, grossMinor: 150n, taxMinor: 24n }]);
});
