import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BookFolder, coin, STATEMENT, WORK } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

let folder: BookFolder;
let book: InlineBook | null;

beforeEach(() => {
  folder = new BookFolder();
  book = null;
});
afterEach(() => {
  book?.abandon();
  folder.remove();
});

const db = (): string => join(folder.path, 'box.db');

async function evening(): Promise<InlineBook> {
  book = folder.open();
  await book.insertCoin(coin(1, 500n));
  await book.enqueue({ playId: 'a', ...WORK });
  await book.enqueue({ playId: 'b', ...WORK });
  await book.takeNext();
  await book.settle({ playId: 'a', chargedMinor: 80n, heardMs: 1, endReason: 'skipped', statement: STATEMENT });
  return book;
}

describe('opening the book', () => {
  test('makes a new one and says so', () => {
    book = folder.open();
    expect(book.opening).toMatchObject({ state: 'new', notices: [], movedAside: [] });
  });

  test('keeps its generation and its numbers over restarts', async () => {
    const first = await evening();
    const before = await first.outboxState();
    await first.close();
    book = folder.open();
    expect(book.opening).toMatchObject({ state: 'opened', generation: before.generation, notices: [] });
    expect(await book.outboxState()).toEqual(before);
  });

  test('refuses a second instance with the process that holds the folder', () => {
    book = folder.open();
    expect(() => folder.open()).toThrow(`process ${process.pid}`);
    book.abandon();
    book = folder.open();
  });

  test('is not fooled by a lock file that a killed box left behind', () => {
    folder.open().abandon();
    writeFileSync(join(folder.path, 'box.lock'), '1\n');
    book = folder.open();
    expect(readFileSync(join(folder.path, 'box.lock'), 'utf8')).toBe(`${process.pid}\n`);
  });

  test('refuses a book of a newer program and leaves it alone', () => {
    folder.open().abandon();
    const raw = new Database(db());
    raw.pragma('user_version = 99');
    raw.close();
    expect(() => folder.open()).toThrow('newer program');
    expect(readdirSync(folder.path).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  test('warns where balances and transfers disagree, and corrects nothing', async () => {
    (await evening()).abandon();
    const raw = new Database(db());
    raw.exec("UPDATE ledger_balances SET credit_minor = credit_minor + 1 WHERE account = 'earned'");
    raw.close();
    book = folder.open();
    expect(book.opening.notices.join()).toContain('do not balance');
  });
});

describe('a coin that fell just before a kill', () => {
  test.each(['journal: write', 'journal: sync', 'ledger-transfer', 'outbox-append', 'coin: commit'])(
    'is in the book after the restart although nobody tells it again (killed before %s)',
    async (place) => {
      folder.open().abandon();
      const killed = folder.open({
        faults: {
          afterCommit() {},
          beforeWrite(name) {
            if (name === place) throw new Error('killed');
          },
        },
      });
      await expect(killed.insertCoin(coin(1))).rejects.toThrow();
      killed.abandon();
      book = folder.open();
      const journaled = place === 'journal: write' ? 0 : 1;
      expect(book.opening.coinsRecovered).toBe(journaled);
      expect((await book.ledger()).cashBoxMinor).toBe(200n * BigInt(journaled));
      expect((await book.insertCoin(coin(1))).duplicate).toBe(journaled === 1);
      expect((await book.ledger()).cashBoxMinor).toBe(200n);
    },
  );
});

describe('a damaged book', () => {
  const damages: readonly (readonly [string, () => void])[] = [
    ['overwritten with rubbish', () => writeFileSync(db(), 'rubbish '.repeat(2_000))],
    ['cut in the middle', () => truncateSync(db(), 10_000)],
    ['emptied', () => truncateSync(db(), 0)],
    ['deleted', () => rmSync(db())],
  ];

  test.each(damages)('%s is never an empty book silently: cash and balances come back from the journal', async (_name, damage) => {
    const first = await evening();
    const before = await first.ledger();
    const { generation, written } = await first.outboxState();
    await first.acknowledgeRecords(generation, written - 1, []);
    await first.close();
    damage();
    book = folder.open();
    expect(book.opening).toMatchObject({ state: 'rebuilt', previousGeneration: generation });
    expect(book.opening.generation).not.toBe(generation);
    expect(book.opening.notices.length).toBeGreaterThan(0);
    for (const path of book.opening.movedAside) expect(existsSync(path)).toBe(true);
    const after = await book.ledger();
    expect(after).toMatchObject({ cashBoxMinor: before.cashBoxMinor, earnedMinor: before.earnedMinor, heldMinor: 0n, problem: null });
    expect(after.patronCreditMinor, 'what was held for lost plays is credit again').toBe(before.patronCreditMinor + before.heldMinor);
    expect((await book.currentPayer())?.creditMinor).toBe(after.patronCreditMinor);
    const audit = JSON.parse((await book.pendingRecords(1)).records[0]?.body ?? '') as { readonly facts: object };
    expect(audit).toMatchObject({ event: 'book-rebuilt', facts: { previousGeneration: generation, acknowledgedThrough: written - 1 } });
  });

  test('rebuilt still knows its coins, and is an ordinary book after that', async () => {
    await (await evening()).close();
    rmSync(db());
    const rebuilt = folder.open();
    expect((await rebuilt.insertCoin(coin(1, 500n))).duplicate).toBe(true);
    expect((await rebuilt.insertCoin(coin(2))).duplicate).toBe(false);
    const expected = await rebuilt.ledger();
    rebuilt.abandon();
    rmSync(db());
    book = folder.open();
    expect(await book.ledger()).toEqual(expected);
  });

  test('together with its journal starts at zero and says so', async () => {
    await (await evening()).close();
    writeFileSync(db(), 'rubbish '.repeat(2_000));
    rmSync(join(folder.path, 'cash-journal.bin'));
    book = folder.open();
    expect(book.opening.state).toBe('rebuilt');
    expect(book.opening.notices.join()).toContain('starts at zero');
  });

  test('of a set-top takes what was held off the debt', async () => {
    folder.remove();
    folder = new BookFolder('set-top');
    const first = folder.open();
    await first.enqueue({ playId: 'a', ...WORK });
    await first.enqueue({ playId: 'b', ...WORK });
    await first.settle({ playId: 'a', chargedMinor: 80n, heardMs: 1, endReason: 'skipped', statement: STATEMENT });
    await first.close();
    rmSync(db());
    book = folder.open();
    expect(await book.ledger()).toMatchObject({ accountDebtMinor: 80n, earnedMinor: 80n, heldMinor: 0n, patronCreditMinor: 0n, problem: null });
  });
});

describe('a lost journal', () => {
  test('is started again from the book', async () => {
    await (await evening()).close();
    rmSync(join(folder.path, 'cash-journal.bin'));
    const reopened = folder.open();
    const expected = await reopened.ledger();
    reopened.abandon();
    rmSync(db());
    book = folder.open();
    expect((await book.ledger()).cashBoxMinor).toBe(expected.cashBoxMinor);
  });
});
