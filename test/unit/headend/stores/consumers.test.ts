import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processUsage } from '../../../../src/headend/usage/usage-processor.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import type { OutboxRecord } from '../../../../src/wire/http-api.ts';
import { type BookFixture, bookFixture, EVENT_ID, enrol, offeredSession, progressOf, record, settleWith, statementOf } from './book-fixture.ts';

const DAY_MS = 86_400_000;
let fixture: BookFixture;
let outlet: ReturnType<typeof enrol>;
let ada: string;

beforeEach(() => {
  fixture = bookFixture();
  outlet = enrol(fixture.book);
  ada = fixture.book.addConsumer(outlet.account, 'Ada', 'ada@example.org')?.consumer ?? '';
});
afterEach(() => fixture.remove());

function usage(sequence: number, consumer: string | null, more: Readonly<Record<string, unknown>> = {}): OutboxRecord {
  const wallMs = fixture.clock.wallMs();
  const body = {
    ...{ AccountNo: outlet.account, OutletNo: outlet.outlet, Dttm: new Date(wallMs).toISOString(), TitleDomain: 'box', EventType: 'USAGE', PlaceId: 'browse' },
    ...{ EntryMethod: '3', ConsumerId: consumer, domains: ['session'], NumberOfUsageDomains: 1, playId: null, sid: null, ...more },
  };
  return { ...record(sequence, canonicalJson(body)), wallMs, monotonicNs: String(sequence * 10_000_000_000) };
}

function deliver(...records: readonly OutboxRecord[]): readonly number[] {
  const { conflicts } = fixture.book.intake(outlet.outlet, 'g1', records, fixture.clock.wallMs());
  processUsage(fixture.book);
  return conflicts;
}

/** A bought play that Ada's records are about. */
function play(): string {
  const row = fixture.book.openSession(offeredSession(outlet, 'song'));
  fixture.book.putConfirmation(row.sid, EVENT_ID);
  fixture.book.mergeProgress([progressOf(row, 0, 1_500)]);
  expect(settleWith(fixture.book, statementOf(row, 0, 1_500)).agreed).toBe(true);
  return row.playId;
}

test('everything about one consumer is exported, with the bills of what was played', () => {
  const playId = play();
  deliver(usage(1, ada), usage(2, ada, { playId, heardMs: 30_000 }), usage(3, null));
  const found = fixture.book.exportConsumer(ada);
  expect(found?.consumer).toMatchObject({ displayName: 'Ada', contact: 'ada@example.org', account: outlet.account });
  expect(found?.records).toHaveLength(2);
  expect(found?.profiles).toMatchObject([{ domain: 'session', usedMs: 20_000 }]);
  expect(found?.bills).toMatchObject([{ playId, chargedMinor: '50' }]);
  expect(fixture.book.exportConsumer('nobody')).toBeNull();
});

test('an erased consumer is nowhere any more, and records, time, ledger and bills stay as they were', () => {
  const playId = play();
  deliver(usage(1, ada), usage(2, ada, { playId, heardMs: 30_000 }), usage(3, null), { ...usage(1, ada), body: canonicalJson({ ConsumerId: ada }) });
  const before = [fixture.book.ledgerTotals(), fixture.book.conservation(), fixture.book.bills(9)];
  expect(fixture.book.conservationProblem()).toBeNull();
  expect(fixture.book.eraseConsumer(ada)).toMatchObject({ records: 2, quarantined: 1, occurrences: 1 });
  expect(fixture.book.conservationProblem()).toBeNull();
  expect([fixture.book.ledgerTotals(), fixture.book.conservation(), fixture.book.bills(9)]).toEqual(before);
  expect(fixture.book.profiles()).toMatchObject([{ consumer: '', domain: 'session', usedMs: 20_000, occurrences: 1 }]);
  expect(fixture.book.exportConsumer(ada)).toBeNull();
  expect(JSON.stringify([fixture.book.recentRecords(99), fixture.book.quarantined(99), fixture.book.profiles()])).not.toContain(ada);
});

test('what a box still brings of before an erasure loses the pseudonym, and the same record twice stays a duplicate', async () => {
  const late = usage(2, ada);
  const first = usage(1, ada);
  deliver(first);
  await fixture.clock.advance(DAY_MS);
  fixture.book.eraseConsumer(ada);
  expect(deliver(first, late)).toEqual([]);
  expect(fixture.book.consumer(ada)).toBeNull();
  expect(deliver(late)).toEqual([]);
  await fixture.clock.advance(DAY_MS);
  deliver(usage(3, ada));
  expect(fixture.book.consumer(ada)).toMatchObject({ displayName: null });
  expect(fixture.book.exportConsumer(ada)?.records).toHaveLength(1);
});

test('records go when their time is over: keys before plays, never the books, and what comes again is no conflict', async () => {
  const playId = play();
  const old = [
    usage(1, null),
    usage(2, null, { playId, heardMs: 30_000 }),
    record(3, canonicalJson({ event: 'coin' }), 'cash'),
    usage(4, null),
    usage(5, null),
  ];
  deliver(...old);
  await fixture.clock.advance(401 * DAY_MS);
  while (fixture.book.sweepRetention(2) > 0);
  expect(
    fixture.book
      .recentRecords(9)
      .map(({ sequence }) => sequence)
      .sort(),
  ).toEqual([2, 3, 5]);
  expect(fixture.book.conservationProblem()).toBeNull();
  expect(deliver(...old, usage(6, null))).toEqual([]);
  expect(fixture.book.conservationProblem()).toBeNull();
  fixture.book.putRetention('plays', null);
  await fixture.clock.advance(4_000 * DAY_MS);
  while (fixture.book.sweepRetention(100) > 0);
  expect(
    fixture.book
      .recentRecords(9)
      .map(({ sequence }) => sequence)
      .sort(),
  ).toEqual([2, 3, 6]);
  expect(fixture.book.auditLedger()).toBeNull();
});

test('nothing goes that an outside entity has not got yet', async () => {
  deliver(usage(1, null), usage(2, null), usage(3, null));
  fixture.book.putEntityProgress('billing', { through: 1, forwarded: 1, refused: 0 }, []);
  await fixture.clock.advance(401 * DAY_MS);
  while (fixture.book.sweepRetention(100) > 0);
  expect(fixture.book.transactionsAfter(1, 9).map(({ key }) => key.split(':').at(-1))).toEqual(['2', '3']);
  expect(fixture.book.recordCount(outlet.outlet).total).toBe(3);
  expect(fixture.book.conservationProblem()).toBeNull();
});

test('the check finds a record that is gone, and one that became nothing', () => {
  deliver(usage(1, null), usage(2, null));
  expect(fixture.book.conservationProblem()).toBeNull();
  const damage = (sql: string): string | null => {
    fixture.book.close();
    const file = new Database(fixture.path);
    file.exec(sql);
    file.close();
    return fixture.reopen().conservationProblem();
  };
  expect(damage('UPDATE usage_reasons SET records = records + 1')).toContain('have a posting or a reason');
  expect(damage('DELETE FROM usage_records WHERE sequence = 1')).toContain('2 records were delivered and 2 taken, but 1 are stored');
});
