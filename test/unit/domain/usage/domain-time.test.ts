import { describe, expect, test } from 'vitest';
import { payloadFingerprint } from '../../../../src/domain/usage/payload-fingerprint.ts';
import { readProcessingRecord } from '../../../../src/domain/usage/processing-record.ts';
import { UsageIntake } from '../../../../src/domain/usage/usage-intake.ts';
import { UsageTally } from '../../../../src/domain/usage/usage-totals.ts';
import { read, shoppingVisit, shopRecord } from '../../../fakes/usage-records.ts';

function aggregate(records: readonly Readonly<Record<string, unknown>>[]) {
  const intake = new UsageIntake();
  const admissions = records.map((record) => intake.admit(read(record), payloadFingerprint(record)));
  const tally = new UsageTally();
  for (const outlet of intake.outlets()) tally.addOutlet(outlet);
  const { msOf, occurrencesOf, reasons, paths, gaps } = tally.totals();
  return {
    seconds: Object.fromEntries([...msOf].map(([domain, ms]) => [domain, ms / 1_000])),
    occurrences: Object.fromEntries(occurrencesOf),
    reasons: Object.fromEntries(reasons),
    paths: Object.fromEntries(paths),
    gaps,
    admissions,
  };
}

const visit = { session: 160, menu: 90, category: 120, discounted: 60 };

describe('time per domain', () => {
  test('runs from the first record that lists a domain to the first that does not', () => {
    const { seconds, occurrences } = aggregate(shoppingVisit());
    expect(seconds).toEqual(visit);
    expect(occurrences).toEqual({ session: 1, menu: 1, category: 1, discounted: 1 });
  });

  test('counts a domain that comes back as a second occurrence', () => {
    const records = [shopRecord(1, 0, ['menu']), shopRecord(2, 5, ['category']), shopRecord(3, 9, ['menu']), shopRecord(4, 10, [])];
    expect(aggregate(records)).toMatchObject({ seconds: { menu: 6, category: 4 }, occurrences: { menu: 2, category: 1 } });
  });

  test('ends at the last record where the sign-off was lost, never at the next sign-on', () => {
    const next = shopRecord(5, 5_000, ['session'], { EventType: 'SIGN_ON' });
    const { seconds, occurrences, reasons } = aggregate([...shoppingVisit().slice(0, 4), next, shopRecord(6, 5_001, [], { EventType: 'SIGN_OFF' })]);
    expect(seconds).toEqual({ session: 101, menu: 90, category: 60, discounted: 0 });
    expect(occurrences).toEqual({ session: 2, menu: 1, category: 1, discounted: 1 });
    expect(reasons).toEqual({ 'sign-off-lost': 1, 'signs-off': 1 });
  });

  test('ends at the last record of a boot that was cut off', () => {
    const [first, second] = [shopRecord(1, 0, ['menu'], { BootId: 'b1' }), shopRecord(2, 7, ['menu'], { BootId: 'b1' })];
    const { seconds, occurrences } = aggregate([first, second, shopRecord(3, 900, ['menu'], { BootId: 'b2' }), shopRecord(4, 903, [], { BootId: 'b2' })]);
    expect(seconds).toEqual({ menu: 10 });
    expect(occurrences).toEqual({ menu: 2 });
  });

  test('lasts to the last pulse where nothing follows', () => {
    const records = [shopRecord(1, 0, ['menu']), shopRecord(2, 30, [], { EventType: 'PULSE' }), shopRecord(3, 60, [], { EventType: 'PULSE' })];
    expect(aggregate(records)).toMatchObject({ seconds: { menu: 60 }, occurrences: { menu: 1 }, reasons: { 'last-known': 1 } });
  });

  test('is counted apart for each outlet, whoever sits before it', () => {
    const other = shoppingVisit().map((record) => ({ ...record, id: `d2:${record.Sequence}`, DeviceId: 'd2', OutletNo: 'o2', AccountNo: 'a2' }));
    const { seconds, occurrences } = aggregate(shoppingVisit().flatMap((record, place) => [other[place] ?? {}, record]));
    expect(seconds).toEqual({ session: 320, menu: 180, category: 240, discounted: 120 });
    expect(occurrences).toEqual({ session: 2, menu: 2, category: 2, discounted: 2 });
  });

  test('ends for one consumer where a record of the next one at the same outlet lacks it', () => {
    const records = [shopRecord(1, 0, ['menu']), shopRecord(2, 10, ['category'], { ConsumerId: 'c2' }), shopRecord(3, 15, [], { EventType: 'SIGN_OFF' })];
    expect(aggregate(records).seconds).toEqual({ menu: 10, category: 5 });
  });
});

describe('clocks', () => {
  test('a clock that is set back adds no time, and a reason says so', () => {
    const records = [shopRecord(1, 100, ['menu']), shopRecord(2, 40, ['menu']), shopRecord(3, 50, [])];
    expect(aggregate(records)).toMatchObject({ seconds: { menu: 10 }, occurrences: { menu: 1 }, reasons: { 'clock-stepped-back': 1, 'no-domain': 1 } });
  });

  test('monotonic time wins within a boot, however the wall clock jumps', () => {
    const ns = (seconds: number) => ({ BootId: 'b1', MonotonicNs: String(seconds * 1e9) });
    const records = [shopRecord(1, 0, ['menu'], ns(5)), shopRecord(2, 86_400, ['menu'], ns(15)), shopRecord(3, 30, [], ns(35))];
    expect(aggregate(records).seconds).toEqual({ menu: 30 });
  });

  test('two devices of one outlet are put in order by time', () => {
    const d2 = (sequence: number, at: number, domains: readonly string[]) => shopRecord(sequence, at, domains, { id: `d2:${sequence}`, DeviceId: 'd2' });
    expect(aggregate([shopRecord(9, 0, ['menu']), d2(1, 10, ['category']), shopRecord(10, 12, ['menu']), d2(2, 20, [])]).seconds).toEqual({
      menu: 18,
      category: 2,
    });
  });
});

describe('a record counts once', () => {
  test('the same payload again is a duplicate, whatever the order of its keys', () => {
    const [first] = shoppingVisit();
    const turned = Object.fromEntries(Object.entries(first ?? {}).reverse());
    expect(aggregate([...shoppingVisit(), turned])).toMatchObject({ seconds: visit, admissions: [...Array(5).fill('accepted'), 'duplicate'] });
  });

  test('another payload under the same id is a conflict and counts nothing', () => {
    const other = shopRecord(3, 40, ['elsewhere']);
    expect(aggregate([...shoppingVisit(), other])).toMatchObject({ seconds: visit, admissions: [...Array(5).fill('accepted'), 'conflict'] });
  });

  test('another id for the same sequence of a device is a conflict too', () => {
    expect(aggregate([...shoppingVisit(), { ...shopRecord(3, 41, ['menu']), id: 'x' }]).admissions.at(-1)).toBe('conflict');
  });
});

test('paths say which places were walked through, one visit a path', () => {
  const at = (sequence: number, place: string, more = {}) => shopRecord(sequence, sequence, ['session'], { PlaceId: place, ...more });
  const records = [at(1, 'home', { EventType: 'SIGN_ON' }), at(2, 'menu'), at(3, 'menu'), at(4, 'offer', { EventType: 'SIGN_OFF' }), at(5, 'home')];
  expect(aggregate(records).paths).toEqual({ 'shop/home > shop/menu > shop/offer': 1, 'shop/home': 1 });
});

test('missing sequences are shown as ranges', () => {
  expect(aggregate([shopRecord(1, 0, ['menu']), shopRecord(4, 9, []), shopRecord(7, 10, [])]).gaps).toEqual([
    { deviceId: 'd1', from: 2, to: 3 },
    { deviceId: 'd1', from: 5, to: 6 },
  ]);
});

describe('a record is refused by name', () => {
  test.each([
    ['not-a-record', []],
    ['element-missing', { ...shopRecord(1, 0, []), AccountNo: '' }],
    ['element-missing', { ...shopRecord(1, 0, []), id: undefined, Sequence: undefined }],
    ['unknown-event', { ...shopRecord(1, 0, []), EventType: 'toString' }],
    ['time-impossible', { ...shopRecord(1, 0, []), Dttm: 'yesterday' }],
    ['domains-differ', { ...shopRecord(1, 0, ['menu']), NumberOfUsageDomains: 2 }],
    ['not-a-record', { ...shopRecord(1, 0, []), domains: 'menu' }],
  ])('%s', (code, record) => {
    const outcome = readProcessingRecord(record);
    expect(outcome.ok ? null : outcome.error.code).toBe(code);
  });

  test('a time without a zone is UTC, wherever it is counted', () => {
    expect(read({ ...shopRecord(1, 0, []), Dttm: '2026-02-01T20:00:00' }).wallMs).toBe(Date.UTC(2026, 1, 1, 20));
  });
});
