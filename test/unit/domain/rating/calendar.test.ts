import { describe, expect, test } from 'vitest';
import { boundariesOf } from '../../../../src/domain/rating/calendar.ts';
import { civilDate, dayNumber, weekdayOf } from '../../../../src/domain/rating/civil.ts';
import type { CycleRule } from '../../../../src/domain/rating/compiled-model.ts';
import { openZone, type Zone } from '../../../../src/domain/rating/zone.ts';
import { limits } from '../../../../src/limits.ts';
import { instantText } from '../../../../src/wire/rating-json.ts';
import { at } from '../../../fakes/price-scene.ts';

function zoneOf(name: string): Zone {
  const zone = openZone(name);
  if (!zone.ok) throw new Error(zone.error.message);
  return zone.value;
}

function first(count: number, rule: CycleRule, start: string, zone = 'UTC'): readonly string[] {
  const boundary = boundariesOf(rule, zoneOf(zone), at(start));
  return Array.from({ length: count }, (_, index) => instantText(boundary(index + 1)));
}

const period = (parts: Partial<{ years: number; months: number; days: number; hours: number }>): CycleRule => {
  return { kind: 'time-period', years: 0, months: 0, days: 0, hours: 0, ...parts };
};

describe('cycle boundaries', () => {
  test('a period of months keeps the day of the licence, clamped, and does not drift (I-ANCHOR)', () => {
    expect(first(4, period({ months: 1 }), '2026-01-31T08:30:00Z')).toEqual([
      '2026-02-28T08:30:00Z',
      '2026-03-31T08:30:00Z',
      '2026-04-30T08:30:00Z',
      '2026-05-31T08:30:00Z',
    ]);
  });

  test('a leap day returns every fourth year', () => {
    expect(first(4, period({ years: 1 }), '2024-02-29T00:00:00Z').at(-1)).toBe('2028-02-29T00:00:00Z');
  });

  test('the parts of a period are summed', () => {
    expect(first(1, period({ months: 1, days: 2, hours: 3 }), '2026-01-01T00:00:00Z')).toEqual(['2026-02-03T03:00:00Z']);
  });

  test('monthly on the 31st falls on the last day of short months', () => {
    expect(first(2, { kind: 'monthly-day', dayOfMonth: 31 }, '2026-02-01T00:00:00Z')).toEqual(['2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z']);
  });

  test('a licence that begins at a boundary has a whole first cycle (I-CYCLE)', () => {
    expect(first(1, { kind: 'monthly-day', dayOfMonth: 28 }, '2026-01-28T00:00:00Z')).toEqual(['2026-02-28T00:00:00Z']);
  });

  test('the third Tuesday, and a fifth Friday that a month has not', () => {
    expect(first(2, { kind: 'monthly-weekday', weekday: 2, ordinal: 3 }, '2026-01-25T00:00:00Z')).toEqual(['2026-02-17T00:00:00Z', '2026-03-17T00:00:00Z']);
    expect(first(1, { kind: 'monthly-weekday', weekday: 5, ordinal: 5 }, '2026-02-01T00:00:00Z')).toEqual(['2026-02-27T00:00:00Z']);
  });

  test('a schedule takes missing parts for wildcards, and ends with its last date (P-8)', () => {
    const dueDates = [
      { year: null, month: 4, day: 15 },
      { year: null, month: 10, day: null },
    ];
    expect(first(3, { kind: 'schedule', dueDates }, '2026-05-01T00:00:00Z')).toEqual(['2026-10-01T00:00:00Z', '2027-04-15T00:00:00Z', '2027-10-01T00:00:00Z']);
    const once = boundariesOf({ kind: 'schedule', dueDates: [{ year: 2026, month: 6, day: 1 }] }, zoneOf('UTC'), at('2026-05-01T00:00:00Z'));
    expect([once(1), once(2)]).toEqual([at('2026-06-01T00:00:00Z'), Number.POSITIVE_INFINITY]);
  });

  test('a month begins at local midnight, in summer and in winter', () => {
    expect(first(3, { kind: 'monthly-day', dayOfMonth: 1 }, '2026-02-10T00:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-02-28T23:00:00Z',
      '2026-03-31T22:00:00Z',
      '2026-04-30T22:00:00Z',
    ]);
  });

  test('a midnight that clocks jump over is the first instant after it (ruling 45)', () => {
    expect(first(1, { kind: 'monthly-day', dayOfMonth: 27 }, '2022-03-10T00:00:00Z', 'Asia/Beirut')).toEqual(['2022-03-26T22:00:00Z']);
    expect(zoneOf('Europe/Berlin').instantOf(at('2026-03-29T02:30:00Z'))).toBe(at('2026-03-29T01:00:00Z'));
  });

  test('an hour that comes twice is taken the first time', () => {
    expect(zoneOf('Europe/Berlin').instantOf(at('2026-10-25T02:30:00Z'))).toBe(at('2026-10-25T00:30:00Z'));
  });

  test('a period of days keeps the local time of day; hours are exact', () => {
    expect(first(1, period({ days: 1 }), '2026-03-28T12:00:00Z', 'Europe/Berlin')).toEqual(['2026-03-29T11:00:00Z']);
    expect(first(1, period({ hours: 24 }), '2026-03-28T12:00:00Z', 'Europe/Berlin')).toEqual(['2026-03-29T12:00:00Z']);
  });

  test('a lifetime of 999 years ends in time', () => {
    expect(first(1, period({ years: 999 }), '2026-01-28T00:00:00Z')).toEqual(['3025-01-28T00:00:00Z']);
    expect(boundariesOf(period({ years: 9_999 }), zoneOf('UTC'), 0)(99)).toBe(Number.POSITIVE_INFINITY);
  });

  test('offsets equal those of Intl over fifty years', () => {
    for (const name of ['Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Pacific/Apia']) {
      const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' });
      for (let instant = 1_000; instant < 1.6e12; instant += 33_333_333_000) {
        expect(zoneOf(name).offsetAt(instant)).toBe(Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`) - instant);
      }
    }
  });

  test('day numbers and dates are inverse, and weekdays follow each other', () => {
    for (let day = -800_000; day < 800_000; day += 997) {
      const { year, month, day: ofMonth } = civilDate(day);
      expect(dayNumber(year, month, ofMonth)).toBe(day);
      expect(weekdayOf(day + 1)).toBe((weekdayOf(day) % 7) + 1);
    }
    expect(weekdayOf(dayNumber(2026, 11, 21))).toBe(6);
  });

  test('a zone that does not exist is a fault that says so', () => {
    expect(openZone('Mars/Olympus')).toMatchObject({ ok: false, error: { code: 'unknown-time-zone' } });
  });

  test('keeps a bounded number of zones ready, however their names are spelt', () => {
    const letters = [...'kaliningrad'];
    const spellings = Array.from(
      { length: limits.openZones + 1 },
      (_, bits) => `europe/${letters.map((letter, place) => ((bits >> place) & 1 ? letter.toUpperCase() : letter)).join('')}`,
    );
    const before = zoneOf('Europe/Berlin');
    for (const spelling of spellings) zoneOf(spelling);
    // It was forgotten, and is just as right when it is made anew.
    expect(zoneOf('Europe/Berlin')).not.toBe(before);
    expect(zoneOf('Europe/Berlin').offsetAt(at('07-01'))).toBe(7_200_000);
  });
});
