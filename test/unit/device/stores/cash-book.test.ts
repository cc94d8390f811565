import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../../../src/limits.ts';
import { BookFolder, coin, WORK } from '../../../fakes/book-folder.ts';

let folder: BookFolder;
beforeEach(() => {
  folder = new BookFolder();
});
afterEach(() => folder.remove());

const card = (counter: number) => ({ ...coin(counter, 500n), source: 'gpio-2', funding: 'card' as const });

async function meters(book: ReturnType<BookFolder['open']>): Promise<Record<string, readonly [bigint, bigint]>> {
  return Object.fromEntries((await book.meters()).map(({ name, lifetime, sinceCollection }) => [name, [sinceCollection, lifetime]]));
}

describe('the meters', () => {
  test('count coins, cards and pulses that were neither, each coin once', async () => {
    const book = folder.open();
    await book.insertCoin(coin(1));
    await book.insertCoin(coin(1));
    await book.insertCoin(card(1));
    await book.notePulses('gpio-1', 3);
    expect(await meters(book)).toEqual({ cash: [200n, 200n], coins: [1n, 1n], card: [500n, 500n], 'card-payments': [1n, 1n], 'unexplained-pulses': [3n, 3n] });
    expect(await book.ledger()).toMatchObject({ cashBoxMinor: 200n, cardMinor: 500n, patronCreditMinor: 700n, problem: null });
    await book.close();
  });

  test('a collection begins the one kind anew and never the other, and its ticket says both', async () => {
    const book = folder.open();
    await book.insertCoin(coin(1));
    await book.insertCoin(coin(2));
    const first = await book.collect({ countedMinor: 350n, collector: 'Ada', box: 'Jukebox' });
    expect(first).toMatchObject({ number: 1, expectedMinor: 400n, countedMinor: 350n });
    expect(first.ticket).toContain('variance                       -0.50 EUR');
    expect(Math.max(...first.ticket.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
    await book.insertCoin(coin(3));
    expect(await meters(book)).toMatchObject({ cash: [200n, 600n], coins: [1n, 3n] });
    expect(await book.collect({ countedMinor: 200n, collector: 'Ada', box: 'Jukebox' })).toMatchObject({ number: 2, expectedMinor: 200n });
    expect((await book.collections(5)).map(({ number }) => number)).toEqual([2, 1]);
    await book.close();
  });

  test('what was counted and no pulse explains is owed to nobody known, and is no revenue', async () => {
    const book = folder.open();
    await book.insertCoin(coin(1));
    await book.notePulses('gpio-1', 2);
    await book.collect({ countedMinor: 400n, collector: 'Ada', box: 'Jukebox' });
    expect(await book.ledger()).toMatchObject({ cashBoxMinor: 200n, unclaimedMinor: 200n, earnedMinor: 0n, problem: null });
    await book.close();
  });

  test('nobody can turn a meter back, not even with a program for databases', async () => {
    const book = folder.open();
    await book.insertCoin(coin(1));
    await book.close();
    const database = new Database(join(folder.path, 'box.db'));
    expect(() => database.exec("UPDATE meters SET lifetime = 1 WHERE name = 'cash'")).toThrow('never goes back');
    expect(() => database.exec("DELETE FROM meters WHERE name = 'cash'")).toThrow('never goes away');
    database.close();
  });

  test('a book that is lost is rebuilt with its meters, cards apart from cash, and what was collected stays collected', async () => {
    const book = folder.open();
    await book.insertCoin(coin(1));
    await book.collect({ countedMinor: 250n, collector: 'Ada', box: 'Jukebox' });
    await book.insertCoin(coin(2));
    await book.insertCoin(card(1));
    await book.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder.path, `box.db${suffix}`), { force: true });
    mkdirSync(folder.path, { recursive: true });
    const rebuilt = folder.open();
    expect(await meters(rebuilt)).toMatchObject({ cash: [200n, 400n], coins: [2n, 2n], card: [500n, 500n] });
    expect(await rebuilt.ledger()).toMatchObject({ cashBoxMinor: 400n, cardMinor: 500n, unclaimedMinor: 50n, patronCreditMinor: 900n, problem: null });
    await rebuilt.close();
  });
});

describe('the pages of the cash book', () => {
  async function filled(): Promise<ReturnType<BookFolder['open']>> {
    const book = folder.open();
    for (let index = 1; index <= 2 * limits.cashPageLines + 1; index++) await book.insertCoin(coin(index, 100n));
    return book;
  }

  test('are sealed as they fill, one on the other, and agree with what stands there', async () => {
    const book = await filled();
    await book.enqueue({ ...WORK, playId: 'p1' });
    expect(await book.checkCashBook()).toMatchObject({ page: 2, open: 2, problem: null });
    const { ticket } = await book.collect({ countedMinor: 6_500n, collector: 'Ada', box: 'Jukebox' });
    const check = await book.checkCashBook();
    expect(check).toMatchObject({ page: 3, open: 0, problem: null });
    expect(ticket).toContain(`seal ${check.hash.slice(0, 32)}`);
    const records = (await book.pendingRecords(500)).records.filter(({ body }) => body.includes('cash-page-sealed'));
    expect(records).toHaveLength(2);
    await book.close();
  });

  test.each([
    ['a changed amount', 'UPDATE ledger_transfers SET amount_minor = 99 WHERE id = 5', 'Page 1'],
    ['a line taken away', 'DELETE FROM ledger_transfers WHERE id = 40', 'Page 2'],
    [
      'a line put in',
      "INSERT INTO ledger_transfers SELECT 0, 'x', debit, credit, 1, currency, party, play_id, reason, at_ms FROM ledger_transfers WHERE id = 1",
      'Page 1',
    ],
    ['a page taken away', 'DELETE FROM cash_pages WHERE page = 1', 'Page 1 of the cash book is missing'],
  ])('%s is found', async (_name, change, problem) => {
    await (await filled()).close();
    const database = new Database(join(folder.path, 'box.db'));
    database.exec(change);
    database.close();
    const book = folder.open();
    const check = await book.checkCashBook();
    expect(check.problem).toContain(problem);
    await book.close();
  });
});
