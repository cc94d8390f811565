import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../../../src/limits.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { BookFolder, coin } from '../../../fakes/book-folder.ts';
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

const audit = (event: string): { event: string; facts: Record<string, never> } => ({ event, facts: {} });
const written = async (): Promise<number> => (await book.outboxState()).written;

describe('the outbox', () => {
  test('holds usage and audit records in memory for the commit interval, then writes them in one go', async () => {
    await book.recordAudit(audit('one'));
    await book.recordAudit(audit('two'));
    await folder.clock.advance(limits.recordCommitIntervalMs - 1);
    expect(await written()).toBe(0);
    await folder.clock.advance(1);
    expect(await written()).toBe(2);
  });

  test('writes a fault at once, and what waited before it', async () => {
    await book.recordAudit(audit('before'));
    await book.recordFault({ code: 'player-gone', message: 'The player stopped.' });
    expect((await book.pendingRecords(9)).records.map(({ sequence, kind }) => `${sequence} ${kind}`)).toEqual(['1 audit', '2 fault']);
  });

  test('takes waiting records along with money, in the order of time', async () => {
    await book.recordAudit(audit('before'));
    await folder.clock.advance(7);
    await book.insertCoin(coin(1));
    const { records } = await book.pendingRecords(9);
    expect(records.map(({ kind }) => kind)).toEqual(['audit', 'cash']);
    expect(BigInt(records[0]?.monotonicNs ?? 0)).toBeLessThan(BigInt(records[1]?.monotonicNs ?? 0));
  });

  test('loses nothing that waited when the money beside it is refused', async () => {
    await book.recordAudit(audit('before'));
    await expect(book.advanceEpoch('no such session', 1)).rejects.toMatchObject({ code: 'session-unknown' });
    await book.flush();
    expect(await written()).toBe(1);
  });

  test('commits what waits when it closes', async () => {
    await book.recordAudit(audit('last'));
    await book.close();
    book = folder.open();
    expect(await written()).toBe(1);
  });

  test('says who wrote a record, when, and what its hash is', async () => {
    await book.recordFault({ code: 'a', message: 'é' });
    const [record] = (await book.pendingRecords(1)).records;
    expect(record).toMatchObject({ sequence: 1, bootId: folder.options().bootId, wallMs: folder.clock.wallMs(), bodyHash: sha256Hex(record?.body ?? '') });
  });

  test('refuses a record that the headend could not take, and keeps the sequence gapless', async () => {
    await expect(book.recordFault({ code: 'a', message: 'x'.repeat(limits.recordBodyBytes) })).rejects.toMatchObject({ code: 'record-too-large' });
    await book.recordFault({ code: 'a', message: 'short' });
    expect((await book.pendingRecords(9)).records.map(({ sequence }) => sequence)).toEqual([1]);
  });

  test('believes acknowledgements of its own generation only, forward only, never beyond what it wrote', async () => {
    for (let index = 0; index < 5; index += 1) await book.recordFault({ code: 'a', message: `${index}` });
    const { generation } = await book.outboxState();
    await book.acknowledgeRecords('another', 5, []);
    expect((await book.outboxState()).acknowledgedThrough).toBe(0);
    await book.acknowledgeRecords(generation, 3, [2]);
    await book.acknowledgeRecords(generation, 1, [2]);
    expect(await book.outboxState()).toMatchObject({ acknowledgedThrough: 3, quarantined: 1 });
    expect((await book.pendingRecords(9)).records.map(({ sequence }) => sequence)).toEqual([4, 5]);
    await book.acknowledgeRecords(generation, 900, []);
    expect((await book.outboxState()).acknowledgedThrough).toBe(5);
  });

  test('keeps acknowledged rows for the retention and lets go of older ones', async () => {
    const { database } = book.box.core.parts;
    const extra = 3;
    book.box.core.transaction('fill', () => {
      for (let index = 0; index < limits.retentionAckedRecords + extra; index += 1) book.box.core.record({ kind: 'audit', body: audit(`${index}`) });
    });
    const { generation } = await book.outboxState();
    await book.acknowledgeRecords(generation, await written(), []);
    const rows = database.one<{ n: bigint; first: bigint }>('SELECT count(*) AS n, min(sequence) AS first FROM outbox');
    expect(rows).toEqual({ n: BigInt(limits.retentionAckedRecords), first: BigInt(extra + 1) });
  });
});
