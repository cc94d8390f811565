import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenedBook } from '../../../../device/stores/book-client.ts';
import { BookThread } from '../../../../device/stores/book-client.ts';
import { BookFolder, coin, WORK } from '../../../fakes/book-folder.ts';
import { bundle } from '../../../fakes/bundle-book.ts';

let folder: BookFolder;
let book: OpenedBook | null;

beforeEach(() => {
  folder = new BookFolder();
  book = null;
});
afterEach(async () => {
  await book?.close();
  folder.remove();
});

describe('the book in its thread', () => {
  test('keeps amounts exact, answers in order and names its errors', async () => {
    book = await new BookThread().open(folder.options());
    const large = 9_007_199_254_740_993n;
    expect((await book.insertCoin(coin(1))).payer.creditMinor).toBe(200n);
    const [first, second] = await Promise.all([book.enqueue({ playId: 'a', ...WORK, quoteMinor: 150n }), book.enqueue({ playId: 'b', ...WORK })]);
    expect([first, second]).toEqual(['ok', 'no-credit']);
    await expect(book.insertCoin(coin(2, large))).rejects.toMatchObject({ name: 'BookError', code: 'coin-invalid' });
    expect((await book.storage()).usedPerMille).toBeGreaterThan(0);
  });

  test('tells of money at once', async () => {
    book = await new BookThread().open(folder.options());
    const told = Promise.withResolvers<void>();
    book.onUrgent(told.resolve);
    await book.insertCoin(coin(1));
    await told.promise;
  });

  test('refuses a folder that another box holds, with words', async () => {
    book = await new BookThread().open(folder.options());
    await expect(new BookThread().open(folder.options())).rejects.toMatchObject({ code: 'already-running', message: expect.stringContaining('stop it') });
  });

  test('says that the book is closed, and closes twice', async () => {
    const closed = await new BookThread().open(folder.options());
    await closed.close();
    await closed.close();
    await expect(closed.ledger()).rejects.toMatchObject({ code: 'book-closed' });
  });

  test('says so when another program holds the file, and the coin goes in afterwards', async () => {
    book = await new BookThread().open(folder.options());
    const other = new Database(join(folder.path, 'box.db'));
    other.exec('BEGIN IMMEDIATE');
    await expect(book.insertCoin(coin(1))).rejects.toMatchObject({ code: 'book-busy' });
    other.exec('ROLLBACK');
    other.close();
    expect((await book.insertCoin(coin(1))).duplicate).toBe(false);
    expect((await book.ledger()).cashBoxMinor).toBe(200n);
  });

  test('runs from one bundled file, as on the device', async () => {
    const path = await bundle('device/stores/book-worker.ts', folder.path, 'worker');
    book = await new BookThread(pathToFileURL(path)).open(folder.options());
    expect((await book.insertCoin(coin(1))).payer.creditMinor).toBe(200n);
  });
});
