import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageWriter } from '../../../../device/usage/usage-writer.ts';
import type { UsageBody } from '../../../../src/domain/usage/record-bodies.ts';
import { BookFolder } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

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
    await writer.NewOrChangeOrder().SetTitleDomain('shop').AddProduct('w1', 1, 100n).Emit();
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

  test('list every domain in use, whoever writes them', async () => {
    await writer.signOn();
    await writer.playStarted(PLAY);
    await writer.Usage().SetTitleDomain('shop').AddDomain('menu').Emit();
    await writer.keyPressed('down', 'browse');
    await writer.viewFeature(PLAY, 'PA');
    await writer.playEnded(PLAY, { heardMs: 1, endReason: 'finished', fundingSource: 'paid' });
    await writer.Usage().Emit();
    await writer.signOff();
    const [title, menu, session] = ['work:w1', 'menu', 'session'];
    const expected = [[session], [session, title], [session, title, menu], [session, title, menu], [session, title, menu], [session, menu], [session], []];
    expect((await records()).map(({ domains }) => domains)).toEqual(expected);
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

describe('the interface of document 003', () => {
  test('fills a record by its own functions, and leaves the rest to the box', async () => {
    const call = writer.Usage().AddDomain('menu').AddDomain('offers').SetTitleDomain('shop').SetPlaceId('page-2').SetEntryMethodCd('2').SetConsumerId('c-1');
    expect(await call.Emit()).toMatchObject({ ok: true });
    expect((await records())[0]).toEqual({
      AccountNo: 'A-7',
      OutletNo: 'box-1',
      Dttm: new Date(folder.clock.wallMs()).toISOString(),
      TitleDomain: 'shop',
      NumberOfUsageDomains: 3,
      ConsumerId: 'c-1',
      EventType: 'USAGE',
      PlaceId: 'page-2',
      EntryMethod: '2',
      domains: ['session', 'menu', 'offers'],
      playId: null,
      sid: null,
    });
  });

  test('adds up the products of an order, however many there are', async () => {
    const order = writer.NewOrChangeOrder().SetTitleDomain('shop').SetEntryMethodCode('1').SetPaymentMethod('card').SetTotalTax(19n).SetPointsGained(3);
    await order.AddProduct('mug', 2, 450n).AddProduct('badge', 1, 120n).SetInformationProviderId('p-1').Emit();
    expect((await records())[0]).toMatchObject({
      EventType: 'ORDER',
      EntryMethod: '1',
      order: { paymentMethod: 'card', items: 3, totalMinor: '1020', taxMinor: '19', currency: 'EUR', pointsGained: 3, informationProvider: 'p-1' },
    });
  });

  test('takes a view feature with the domain of what is viewed, and a viewing angle only where there are angles', async () => {
    expect(await writer.ViewFeature().SetTitleDomain('film').SetViewId('FF').SetFeature('clip-1').Emit()).toMatchObject({ ok: true });
    expect(await writer.ViewFeature().SetTitleDomain('film').SetViewId('VA').Emit()).toMatchObject({ ok: false, error: { code: 'no-angles' } });
    expect((await records()).map(({ ViewId, Feature }) => [ViewId, Feature])).toEqual([['FF', 'clip-1']]);
  });

  test('says what is wrong with an event, and remembers nothing of it', async () => {
    expect(await writer.ViewFeature().SetTitleDomain('film').AddDomain('clip').Emit()).toMatchObject({ ok: false, error: { code: 'data-missing' } });
    expect(await writer.Usage().SetPlaceId('x'.repeat(201)).Emit()).toMatchObject({ ok: false, error: { code: 'element-too-long' } });
    await writer.Usage().Emit();
    expect((await records()).map(({ TitleDomain, PlaceId, domains }) => [TitleDomain, PlaceId, domains])).toEqual([['box', 'box', ['session']]]);
  });
});
