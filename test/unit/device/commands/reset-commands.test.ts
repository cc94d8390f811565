import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CoinMemory } from '../../../../device/cash/coin-memory.ts';
import { runLine } from '../../../../device/commands/box-commands.ts';
import type { CommandContext } from '../../../../device/commands/command.ts';
import type { CommandOutcome } from '../../../../device/session/box-view.ts';
import { keepBookAside, lastKeptAside } from '../../../../device/stores/fresh-start.ts';
import { strandedMoney } from '../../../../device/stores/stranded-money.ts';
import { BookFolder, coin, seededRandom, WORK } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';
import { sampleView } from '../../../fakes/sample-view.ts';

let folder: BookFolder;
let book: InlineBook;
let restarts: number;
let faults: string[];

beforeEach(() => {
  folder = new BookFolder();
  book = folder.open();
  restarts = 0;
  faults = [];
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

async function acknowledgeAll(): Promise<void> {
  await book.flush();
  const { generation, written } = await book.outboxState();
  await book.acknowledgeRecords(generation, written, []);
}

async function reset(line: string): Promise<CommandOutcome> {
  const context = {
    box: { view: () => ({ ...sampleView, name: 'Bar', loans: [] }) },
    book,
    by: 'technician at the console',
    raise: (event: { readonly type: string; readonly code?: string }) => faults.push(`${event.type} ${event.code}`),
    newKey: () => 'k',
    clock: folder.clock,
    startAfresh: () => {
      restarts += 1;
    },
  };
  return await runLine(context as unknown as Omit<CommandContext, 'role'>, line, 'technician', 'console');
}

describe('factory-reset', () => {
  test('names in words what would be lost, and does nothing', async () => {
    await book.insertCoin(coin(1, 300n));
    await book.enqueue({ playId: 'p1', ...WORK });
    const outcome = await reset('factory-reset confirm=Bar');
    expect(outcome).toMatchObject({ ok: false, code: 'money-unreported' });
    expect(outcome.text).toMatch(/records that the headend has not acknowledged/);
    expect(outcome.text).toMatch(/2\.00.* of credit/);
    expect(outcome.text).toMatch(/1\.00.* set aside for plays/);
    expect(outcome.text).toContain('1 in the queue: Blue Hour');
    await folder.clock.advance(5_000);
    expect({ restarts, faults }).toEqual({ restarts: 0, faults: [] });
  });

  test('refuses for records alone, however little money is in the box', async () => {
    await book.recordAudit({ event: 'something', facts: {} });
    await book.flush();
    expect((await reset('factory-reset confirm=Bar')).data).toEqual(['1 records that the headend has not acknowledged']);
  });

  test('says what it means before it is confirmed, and refuses another name', async () => {
    await acknowledgeAll();
    const asked = await reset('factory-reset');
    expect(asked.code).toBe('confirm-needed');
    expect(asked.text).toMatch(/know nothing of: plays, receipts.*To do it: factory-reset confirm=Bar$/s);
    await acknowledgeAll();
    expect((await reset('factory-reset confirm=Pub')).code).toBe('bad-argument');
    await folder.clock.advance(5_000);
    expect(restarts).toBe(0);
  });

  test('stops the coins, answers, and ends the box', async () => {
    await acknowledgeAll();
    expect((await reset('factory-reset confirm=Bar')).ok).toBe(true);
    expect({ restarts, faults }).toEqual({ restarts: 0, faults: ['cash.fault factory-reset'] });
    await folder.clock.advance(1_000);
    expect(restarts).toBe(1);
    await book.flush();
    // The command itself has been recorded by then: no money is in that.
    expect(await strandedMoney(book, 'money')).toEqual([]);
    await book.insertCoin(coin(1));
    expect(await strandedMoney(book, 'money')).toEqual([expect.stringMatching(/records/), expect.stringMatching(/of credit/)]);
  });
});

describe('a fresh start', () => {
  test('keeps the old book whole under a dated name; the new one knows no coin of it, and none comes twice', async () => {
    const memory = new CoinMemory({ folder: folder.path, source: 'slot', random: seededRandom(1) });
    const { counterEpoch, counter, valueMinor } = memory.add(200n);
    await book.insertCoin({ source: 'slot', counterEpoch, counter, valueMinor });
    const before = await book.outboxState();
    await book.close();
    const kept = keepBookAside(folder.path, Date.UTC(2026, 10, 21, 10, 45));
    expect(kept).toBe('kept-2026-11-21T10-45-00');
    expect(lastKeptAside(folder.path)).toBe(kept);
    expect(readdirSync(join(folder.path, String(kept))).sort()).toEqual(['box.db', 'cash-journal.bin', 'slot-acceptor.json']);
    book = folder.open();
    expect(book.opening).toMatchObject({ state: 'new', notices: [] });
    expect(await book.ledger()).toMatchObject({ cashBoxMinor: 0n, problem: null });
    expect(new CoinMemory({ folder: folder.path, source: 'slot', random: seededRandom(2) }).coinsAfter(0)).toEqual([]);
    await book.close();
    book = folder.open({ folder: join(folder.path, String(kept)) });
    expect(await book.outboxState()).toEqual(before);
  });

  test('moves nothing while the book is open', () => {
    expect(keepBookAside(folder.path, 0)).toBeNull();
    expect(lastKeptAside(folder.path)).toBeNull();
  });
});
