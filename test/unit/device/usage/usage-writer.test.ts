import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InlineBook } from '../../../../device/stores/inline-book.ts';
import { UsageWriter } from '../../../../device/usage/usage-writer.ts';
import type { UsageBody } from '../../../../src/domain/usage/record-bodies.ts';
import { BookFolder } from '../../../fakes/book-folder.ts';

let folder: BookFolder;
let book: InlineBook;
let writer: UsageWriter;

beforeEach(() => {
  folder = new BookFolder('jukebox', true);
  book = folder.open();
  writer = new UsageWriter({ book, clock: folder.clock, identity: () => ({ accountNo: 'A-7', outletNo: 'box-1' }) });
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

const PLAY = { playId: 'p1', workId: 'w1', sid: 's1', kind: 'paid' } as const;

async function records(): Promise<readonly UsageBody[]> {
  await book.flush();
  return (await book.pendingRecords(100)).records.map(({ body }) => JSON.parse(body) as UsageBody);
}

describe('usage records', () => {
  test('of an evening carry the standard elements of document 003, each with its own data', async () => {
    writer.setPlace('catalogue');
    writer.setEntryMethod('4');
    await writer.signOn();
    await writer.playStarted(PLAY);
    await writer.viewFeature(PLAY, 'PA');
    await writer.playEnded(PLAY, { heardMs: 61_234.5, endReason: 'skipped', fundingSource: 'paid' });
    await writer.order('work:w1', { paymentMethod: 'account', items: 1, totalMinor: '100', currency: 'EUR' });
    await writer.signOff();
    const written = await records();
    expect(written.map(({ EventType }) => EventType)).toEqual(['SIGN_ON', 'USAGE', 'VIEW_FEATURE', 'USAGE', 'ORDER', 'SIGN_OFF']);
    for (const record of written) {
      expect(record).toMatchObject({ AccountNo: 'A-7', OutletNo: 'box-1', PlaceId: 'catalogue', EntryMethod: '4', ConsumerId: null });
      expect(record.NumberOfUsageDomains).toBe(record.domains.length);
      expect(Date.parse(record.Dttm)).toBe(folder.clock.wallMs());
    }
    expect(written[3]).toMatchObject({ heardMs: 61_234, endReason: 'skipped', fundingSource: 'paid', playId: 'p1', sid: 's1' });
  });

  test('open a title by naming its domain, and end it by leaving it out', async () => {
    await writer.playStarted(PLAY);
    await writer.playEnded(PLAY, { heardMs: 1, endReason: 'finished', fundingSource: 'staff' });
    expect((await records()).map(({ domains }) => domains)).toEqual([['session', 'work:w1'], ['session']]);
  });

  test('sign off with the last title and place', async () => {
    await writer.playStarted(PLAY);
    writer.setPlace('queue');
    await writer.signOff();
    expect((await records())[1]).toMatchObject({ EventType: 'SIGN_OFF', TitleDomain: 'work:w1', PlaceId: 'queue' });
  });

  test('carry the pseudonym of whoever identified himself until he is gone', async () => {
    await writer.consumerIdentified('c-9');
    await writer.playStarted(PLAY);
    await writer.consumerIdentified(null);
    await writer.signOff();
    expect((await records()).map(({ EventType, ConsumerId }) => [EventType, ConsumerId])).toEqual([
      ['CONSUMER_IDENTIFICATION', 'c-9'],
      ['USAGE', 'c-9'],
      ['SIGN_OFF', null],
    ]);
  });
});
