import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { advanceDomains } from '../../../../src/domain/usage/domain-time.ts';
import { buildUsageRecord, type UsageEvent } from '../../../../src/domain/usage/usage-record.ts';
import { reportCsv } from '../../../../src/headend/usage/report-csv.ts';
import { processUsage } from '../../../../src/headend/usage/usage-processor.ts';
import { type ReportName, reportUsage } from '../../../../src/headend/usage/usage-reporter.ts';
import { traceUsage } from '../../../../src/headend/usage/usage-trace.ts';
import type { OutletRow, PaySessionRow } from '../../../../src/ports/headend-stores.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import type { OutboxRecord } from '../../../../src/wire/http-api.ts';
import { type BookFixture, bookFixture, enrol, offeredSession, progressOf, record, settleWith, statementOf, work } from '../stores/book-fixture.ts';

const START = Date.UTC(2027, 0, 15, 20);
let fixture: BookFixture;
let outlet: OutletRow;
let play: PaySessionRow;

beforeEach(() => {
  fixture = bookFixture();
  outlet = enrol(fixture.book);
  play = offeredSession(outlet, 'song');
  fixture.book.putWork(work('song'), 'song');
});
afterEach(() => fixture.remove());

/** A record as a box writes it, `at` seconds into the evening; its wall clock is an hour wrong from the third on. */
function usage(sequence: number, at: number, event: Partial<UsageEvent>): OutboxRecord {
  const wallMs = START + at * 1_000 + (sequence > 2 ? 3_600_000 : 0);
  const built = buildUsageRecord(
    { accountNo: outlet.account, outletNo: outlet.outlet, wallMs },
    { eventType: 'USAGE', titleDomain: 'box', domains: ['session'], placeId: 'browse', entryMethod: '3', ...event },
  );
  if (!built.ok) throw new Error(built.error.message);
  return { ...record(sequence, canonicalJson(built.value)), wallMs, monotonicNs: String(at * 1_000_000_000) };
}

/** One song of a minute: key, order, play, end. Sequence 3 is a coin, 8 a fault. */
function evening(): OutboxRecord[] {
  const [title, bound] = [`work:${play.work}`, { playId: play.playId, sid: play.sid, titleDomain: `work:${play.work}` }];
  const cash = canonicalJson({ event: 'coin', key: 'k', payer: 'p', playId: null, amountMinor: '100', currency: 'EUR', source: 'slot' });
  return [
    usage(1, 0, { eventType: 'SIGN_ON' }),
    usage(2, 10, { key: 'down', consumerId: 'c-1' }),
    record(3, cash, 'cash'),
    usage(4, 20, { ...bound, eventType: 'ORDER', order: { paymentMethod: 'paid', items: 1, totalMinor: '100', currency: 'EUR' }, placeId: 'pre-listen' }),
    usage(5, 21, { ...bound, domains: ['session', title], kind: 'paid', placeId: 'playing' }),
    usage(6, 81, { ...bound, kind: 'paid', heardMs: 60_000, endReason: 'finished', fundingSource: 'paid', placeId: 'playing' }),
    usage(7, 90, { eventType: 'SIGN_OFF', domains: [] }),
    record(8, canonicalJson({ code: 'x', message: 'y' }), 'fault'),
  ];
}

function deliver(records: readonly OutboxRecord[], generation = 'g1'): void {
  fixture.book.intake(outlet.outlet, generation, records, START);
}

function settleSong(): void {
  fixture.book.openSession(play);
  fixture.book.mergeProgress([progressOf(play, 1_500, 3_000)]);
  const outcome = settleWith(fixture.book, statementOf(play, 1_500, 3_000));
  if (!outcome.agreed) throw new Error(outcome.reason);
}

const always = { fromMs: 0, toMs: Date.UTC(2100, 0) };
const report = (name: ReportName) => {
  processUsage(fixture.book);
  return reportUsage(fixture.book, name, always).rows;
};

describe('processing', () => {
  test('keeps each occurrence of a domain with the time that it remained active, by the clock that does not jump', () => {
    deliver(evening());
    expect(processUsage(fixture.book)).toBe(8);
    expect(report('profiles')).toMatchObject([
      { consumer: '', domain: 'session', usedMs: 80_000, occurrences: 1 },
      { consumer: '', domain: `work:${play.work}`, usedMs: 60_000, occurrences: 1 },
      { consumer: 'c-1', domain: 'session', usedMs: 10_000, occurrences: 0 },
    ]);
  });

  test('adds the sessions of many evenings up in one profile', () => {
    deliver(evening(), 'g1');
    deliver(evening(), 'g2');
    expect(report('profiles')[1]).toMatchObject({ domain: `work:${play.work}`, usedMs: 120_000, occurrences: 2 });
  });

  test.each([1, 2, 3, 5])('comes to the same in pieces of %s records, and over a restart', (piece) => {
    const records = evening();
    for (let from = 0; from < records.length; from += piece) {
      deliver(records.slice(0, from + piece));
      while (fixture.book.unprocessedSources().length > 0) fixture.book.processRecords(piece, advanceDomains);
      fixture.reopen();
    }
    const pieces = [report('profiles'), report('conservation'), report('days')];
    fixture.remove();
    fixture = bookFixture();
    outlet = enrol(fixture.book);
    deliver(records.map((one) => one));
    const whole = [report('profiles'), report('conservation'), report('days')];
    const anonymous = (rows: unknown): string => JSON.stringify(rows).replaceAll(/"(account|outlet)":"[^"]*"/g, '"$1":""');
    expect(anonymous(pieces)).toBe(anonymous(whole));
  });

  test('leaves no delivered record without a posting or a named reason', () => {
    deliver(evening());
    deliver([{ ...record(9), body: 'damaged' }, record(10, canonicalJson({ EventType: 'NONSENSE' }))]);
    expect(report('conservation').map(({ reason, records }) => [reason, records])).toEqual([
      ['kind-cash', 1],
      ['kind-fault', 1],
      ['last-known', 1],
      ['not-understood', 1],
      ['posted', 5],
      ['quarantined-body-hash', 1],
    ]);
  });
});

describe('reports', () => {
  beforeEach(() => {
    deliver(evening());
    settleSong();
    fixture.book.putIdentifier(play.work, 'isrc', 'DEABC2700001');
  });

  test('say how often a title was accessed, how long, and what it brought', () => {
    expect(report('titles')).toEqual([
      {
        ...{ work: play.work, title: 'song', artist: 'A', timesAccessed: 1, usedMs: 60_000 },
        ...{ playsBilled: 1, heardMs: 60_000, chargedMinor: '100', currency: 'EUR' },
      },
    ]);
    expect(report('revenue')).toMatchObject([{ work: play.work, plays: 1, quotedMinor: '100', chargedMinor: '100' }]);
    expect(report('days')).toEqual([{ day: '2027-01-15', sessions: 1, sessionMs: 90_000, titlesAccessed: 1, titleMs: 60_000, outlets: 1 }]);
  });

  test('show the paths that were walked', () => {
    const [title, song] = ['box/browse', `work:${play.work}`];
    expect(report('paths')).toEqual([{ path: `${title} > ${song}/pre-listen > ${song}/playing > ${title}`, walked: 1 }]);
  });

  test('list each play for its rights holder, with ISRC and funding source', () => {
    expect(report('plays')).toMatchObject([
      { isrc: 'DEABC2700001', title: 'song', artist: 'A', kind: 'paid', fundingSource: 'paid', heardMs: 60_000, endReason: 'finished', chargedMinor: '100' },
    ]);
  });

  test('settle what each location took: what was paid is shared to the minor unit, what was given away is not', () => {
    expect(report('settlement')).toMatchObject([
      { locationName: 'Here', fundingSource: 'paid', plays: 1, grossMinor: '100', party: 'operator', shareMinor: '100' },
    ]);
    const { location } = outlet;
    const thirds = [
      { party: 'venue', perMille: 333 },
      { party: 'operator', perMille: 333 },
      { party: 'rights', perMille: 334 },
    ];
    expect(fixture.book.putSplitRule(location, thirds.slice(1))).toBe('The shares are 667 thousandths together, not 1000.');
    expect(fixture.book.putSplitRule(location, thirds)).toBeNull();
    expect(report('settlement').map(({ party, shareMinor }) => [party, shareMinor])).toEqual([
      ['venue', '33'],
      ['operator', '33'],
      ['rights', '34'],
    ]);
    const other = offeredSession(outlet, 'other');
    fixture.book.openSession(other);
    fixture.book.mergeProgress([progressOf(other, 1_500, 3_000)]);
    settleWith(fixture.book, statementOf(other, 1_500, 3_000));
    expect(report('settlement').filter(({ fundingSource }) => fundingSource === 'not-reported')).toMatchObject([
      { plays: 1, grossMinor: '100', party: '', shareMinor: '0' },
    ]);
    deliver([
      usage(9, 100, { playId: other.playId, titleDomain: `work:${other.work}`, heardMs: 60_000, kind: 'paid', fundingSource: 'bonus', endReason: 'finished' }),
    ]);
    const rows = report('settlement');
    expect(rows.filter(({ fundingSource }) => fundingSource === 'bonus')).toMatchObject([{ plays: 1, party: '', shareMinor: '0' }]);
    const gross = new Map(rows.map((row) => [`${row.location} ${row.fundingSource}`, BigInt(String(row.grossMinor))]));
    expect([...gross.values()].reduce((sum, minor) => sum + minor, 0n)).toBe(fixture.book.ledgerTotalMinor());
  });

  test('give collecting societies their elements, and guess none', () => {
    fixture.book.putReturnSetting('service-name', 'House');
    deliver([
      usage(9, 100, {
        playId: 'trial',
        titleDomain: `work:${play.work}`,
        heardMs: 5_000,
        kind: 'prelisten',
        fundingSource: 'none',
        endReason: 'trial-declined',
      }),
    ]);
    expect(report('prs')).toEqual([
      {
        ...{ 'Music Title': 'song', 'Songwriter/Composer': '', Performer: 'A', 'Music Duration': '0:01:00', 'Number of Plays': 1, 'Duration Used': '0:01:05' },
        ...{ 'First Date': '2027-01-15', 'Last Date': '2027-01-15', 'Album Title': 'B', ISRC: 'DEABC2700001' },
      },
    ]);
    expect(reportCsv(report('soundexchange'))).toBe(
      'Name of Service,Transmission Category,Featured Artist,Sound Recording Title,ISRC,Album Title,Marketing Label,Actual Total Performances\r\n' +
        'House,,A,song,DEABC2700001,B,,2\r\n',
    );
  });

  test('name what is missing as sequence ranges, whatever they report', () => {
    deliver([record(12)]);
    deliver([{ ...record(9), body: 'damaged' }]);
    expect(reportUsage(fixture.book, 'titles', always).gaps.map(({ sequences, reason }) => [sequences, reason])).toEqual([
      ['10-12', 'not-delivered'],
      ['9', 'body-hash'],
    ]);
  });

  test('keep to their period', () => {
    const before = { fromMs: 0, toMs: START };
    expect([reportUsage(fixture.book, 'plays', before).rows, reportUsage(fixture.book, 'days', before).rows]).toEqual([[], []]);
  });

  test('come as CSV that no spreadsheet runs', () => {
    expect(reportCsv([{ title: '=HYPERLINK("x")', ms: -5, artist: 'a,b' }])).toBe('title,ms,artist\r\n"\'=HYPERLINK(""x"")",-5,"a,b"\r\n');
    expect(reportCsv([])).toBe('');
  });
});

describe('a trace', () => {
  const only = (id: string) => traceUsage(fixture.book, id).records[0];

  test('leads from a key to the time it posted, and from a play to its bill and the ledger', () => {
    deliver(evening());
    settleSong();
    const bill = { chargedMinor: '100', currency: 'EUR', basis: 'statement', transfers: [`bill:${play.sid}:paid:0:100`] };
    expect(only(`${outlet.outlet}:g1:2`)).toMatchObject({ time: { postedMs: 10_000, domains: ['session'] }, money: { reason: 'no-money-in-it' } });
    expect(only('g1:5')).toMatchObject({ time: { postedMs: 60_000, domains: ['session', `work:${play.work}`] }, money: bill });
    expect(traceUsage(fixture.book, play.playId).records.map(({ event, money }) => [event, 'number' in money])).toEqual([
      ['ORDER', true],
      ['USAGE', true],
      ['USAGE', true],
    ]);
  });

  test('names a reason wherever there is no posting', () => {
    deliver(evening());
    deliver([{ ...record(9), body: 'damaged' }]);
    expect([3, 4, 5, 7, 8].map((sequence) => only(`g1:${sequence}`)).map((traced) => [traced?.time, traced?.money])).toEqual([
      [{ reason: 'kind-cash' }, { reason: 'money-of-the-box' }],
      [{ postedMs: 1_000, domains: ['session'] }, { reason: 'ordered-not-settled' }],
      [expect.objectContaining({ postedMs: 60_000 }), { reason: 'not-settled-yet' }],
      [{ reason: 'signs-off' }, { reason: 'no-money-in-it' }],
      [{ reason: 'kind-fault' }, { reason: 'no-money-in-it' }],
    ]);
    expect(['g1:9', 'g1:10', 'g9:1', 'nobody'].map((id) => traceUsage(fixture.book, id).reason)).toEqual([
      'quarantined-body-hash',
      'not-delivered',
      'unknown-source',
      'unknown-id',
    ]);
  });

  test('says where another payload came under the same name', () => {
    deliver(evening());
    deliver([record(2)]);
    expect(only('g1:2')).toMatchObject({ quarantined: ['conflict'] });
  });
});
