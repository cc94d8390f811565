import { unreachable } from '../../units/assert.ts';
import { civilDate, clampedDay, DAY_MS, dayNumber, daysInMonth, weekdayOf } from './civil.ts';
import type { CycleRule, DueDate } from './compiled-model.ts';
import type { Zone } from './zone.ts';

/**
 * The boundaries of the billing cycles of one licence, or of the periods of one scope: call it with 1, 2, 3 ... in this order.
 * Cycle k is [boundary k - 1, boundary k), boundary 0 being the anchor, the licence's start (I-CYCLE, I-SCOPE).
 * Returns milliseconds since 1970, Infinity where there is none any more.
 *
 * monthly and schedule: 00:00 local, first valid instant; the first one after the anchor. timePeriod: anchor + k x period, never from
 * the boundary before, clamped to the month's last day, keeping the anchor's local time of day; hours are exact (I-ANCHOR, ruling 45).
 */
export type Boundaries = (index: number) => number;

/** Beyond this Intl has no dates. */
const LAST_INSTANT = 8.64e15 - 3 * DAY_MS;
const LAST_YEAR = 275_000;

export function boundariesOf(rule: CycleRule, zone: Zone, anchorMs: number): Boundaries {
  switch (rule.kind) {
    case 'instantaneous':
      return () => Number.POSITIVE_INFINITY;
    case 'monthly-day':
      return monthly(zone, anchorMs, (year, month) => clampedDay(year, month, rule.dayOfMonth));
    case 'monthly-weekday':
      return monthly(zone, anchorMs, (year, month) => weekdayDay(year, month, rule.weekday, rule.ordinal));
    case 'time-period':
      return periodic(zone, anchorMs, rule);
    case 'schedule':
      return scheduled(zone, anchorMs, rule.dueDates);
    default:
      return unreachable(rule);
  }
}

function monthly(zone: Zone, anchorMs: number, dayOf: (year: number, month: number) => number): Boundaries {
  const first = civilDate(Math.floor((anchorMs + zone.offsetAt(anchorMs)) / DAY_MS));
  const boundary = (months: number): number => {
    const month = first.month + months;
    return zone.instantOf(dayOf(first.year + Math.floor((month - 1) / 12), ((month - 1) % 12) + 1) * DAY_MS);
  };
  // The day may lie before the anchor within its month: that boundary is not after the anchor.
  const skipped = boundary(0) > anchorMs ? 1 : 0;
  return (index) => boundary(index - skipped);
}

function weekdayDay(year: number, month: number, weekday: number, ordinal: number): number {
  const first = dayNumber(year, month, 1);
  const firstMatch = first + ((weekday - weekdayOf(first) + 7) % 7);
  const last = first + daysInMonth(year, month) - 1;
  const count = Math.floor((last - firstMatch) / 7);
  return firstMatch + 7 * (ordinal < 0 ? count : Math.min(ordinal - 1, count));
}

function periodic(zone: Zone, anchorMs: number, rule: CycleRule & { kind: 'time-period' }): Boundaries {
  const hoursMs = rule.hours * 3_600_000;
  if (rule.years === 0 && rule.months === 0 && rule.days === 0) return (index) => within(anchorMs + index * hoursMs);
  const wallMs = anchorMs + zone.offsetAt(anchorMs);
  const date = civilDate(Math.floor(wallMs / DAY_MS));
  const timeOfDayMs = wallMs - Math.floor(wallMs / DAY_MS) * DAY_MS;
  return (index) => {
    if (index * rule.years > LAST_YEAR) return Number.POSITIVE_INFINITY;
    const day = clampedDay(date.year + index * rule.years, date.month + index * rule.months, date.day) + index * rule.days;
    if (day * DAY_MS > LAST_INSTANT) return Number.POSITIVE_INFINITY;
    return within(zone.instantOf(day * DAY_MS + timeOfDayMs) + index * hoursMs);
  };
}

function within(instantMs: number): number {
  return instantMs <= LAST_INSTANT ? instantMs : Number.POSITIVE_INFINITY;
}

function scheduled(zone: Zone, anchorMs: number, dueDates: readonly DueDate[]): Boundaries {
  const found: number[] = [];
  let year = civilDate(Math.floor((anchorMs + zone.offsetAt(anchorMs)) / DAY_MS)).year;
  const lastYear = dueDates.some((due) => due.year === null) ? LAST_YEAR : Math.max(...dueDates.map((due) => due.year ?? 0));
  return (index) => {
    for (; found.length < index && year <= lastYear; year += 1) {
      for (const day of daysDue(year, dueDates)) {
        const instant = zone.instantOf(day * DAY_MS);
        if (instant > (found.at(-1) ?? anchorMs)) found.push(instant);
      }
    }
    return found[index - 1] ?? Number.POSITIVE_INFINITY;
  };
}

/** A missing part is a wildcard; no day is the first; a day that a month has not is its last (P-8). */
function daysDue(year: number, dueDates: readonly DueDate[]): readonly number[] {
  const days = dueDates
    .filter((due) => due.year === null || due.year === year)
    .flatMap((due) => (due.month === null ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] : [due.month]).map((month) => clampedDay(year, month, due.day ?? 1)));
  return days.sort((left, right) => left - right);
}
