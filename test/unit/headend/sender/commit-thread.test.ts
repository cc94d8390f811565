import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommitThread } from '../../../../src/headend/sender/commit-thread.ts';
import { HeadendDatabase } from '../../../../src/headend/stores/headend-database.ts';
import type { SessionProgress } from '../../../../src/ports/headend-stores.ts';
import type { SessionId } from '../../../../src/units/ids.ts';
import { type BookFixture, bookFixture, enrol, offeredSession } from '../stores/book-fixture.ts';

let fixture: BookFixture;
let commits: CommitThread;
let sid: SessionId;

beforeEach(() => {
  // The thread gives way to everybody, also while it commits.
  fixture = bookFixture(undefined, 5_000);
  sid = fixture.book.openSession(offeredSession(enrol(fixture.book), 'play')).sid;
  commits = new CommitThread(fixture.path, fixture.clock);
});
afterEach(async () => {
  await commits.close();
  fixture.remove();
});

function progressOf(packets: number): SessionProgress {
  return { sid, epoch: 0, counts: [{ node: 0, billingClass: 'paid', packets }], lostPaid: 0, nextSequence: packets, paidRanges: [[0, packets]] };
}

const groupOf = (...progress: SessionProgress[]) => ({ progress, receipts: [], confirmations: [] });

describe('the thread that waits for the disk', () => {
  it('answers groups in their order, each once it is durable, while the caller goes on', async () => {
    const durable: number[] = [];
    const waiting = [10, 20, 30].map((packets) =>
      commits.commitGroup(groupOf(progressOf(packets))).then((goingOn) => {
        expect(goingOn).toEqual([sid]);
        durable.push(packets, fixture.book.session(sid)?.nextSequence ?? -1);
      }),
    );
    expect(durable).toEqual([]);
    await Promise.all(waiting);
    expect(durable.filter((_, at) => at % 2 === 0)).toEqual([10, 20, 30]);
    expect(durable[1]).toBeGreaterThanOrEqual(10);
    expect(fixture.book.session(sid)).toMatchObject({ nextSequence: 30, paidRanges: [[0, 30]], state: 'streaming' });
  });

  it('says which sessions may not go on', async () => {
    expect(await commits.commitGroup(groupOf({ ...progressOf(5), epoch: 3 }))).toEqual([]);
  });

  it('fails a group that the book does not take, and takes the next one', async () => {
    const other = new HeadendDatabase(fixture.path);
    other.raw.exec('BEGIN IMMEDIATE');
    await expect(commits.commitGroup(groupOf(progressOf(7)))).rejects.toMatchObject({ code: 'book-locked' });
    other.raw.exec('ROLLBACK');
    other.close();
    expect(await commits.commitGroup(groupOf(progressOf(8)))).toEqual([sid]);
    expect(fixture.book.session(sid)?.nextSequence).toBe(8);
  });
});
