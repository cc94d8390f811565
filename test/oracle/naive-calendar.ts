import type { CycleRule } from '../../src/domain/rating/compiled-model.ts';

/** Cycle boundaries for the oracle: lists of dates, and a clock that is asked at each offset its zone ever had whether the wall shows them. */
const QUARTER = 15 * 60_000;
const clocks = new Map<string, Intl.DateTimeFormat>();
const known = new Map<string, number>();
const offsets = new Map<string, readonly number[]>();

function wallAt(zone: string, instant: number): number {
  if (zone === 'UTC') return instant;
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    clocks.set(zone, clock);
  }
  return Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`) + (((instant % 1_000) + 1_000) % 1_000);
}

function instantAt(zone: string, wall: number): number {
  if (zone === 'UTC') return wall;
  const key = `${zone} ${wall}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let found = Number.NaN;
  for (const offset of offsetsOf(zone)) if (Number.isNaN(found) && wallAt(zone, wall - offset) === wall) found = wall - offset;
  // The wall never shows it: clocks are put forward over it at some full quarter.
  const quarter = Math.floor(wall / QUARTER) * QUARTER;
  for (let at = quarter - 60 * QUARTER; Number.isNaN(found); at += QUARTER) if (wallAt(zone, at) > wall) found = at;
  known.set(key, found);
  return found;
}

/** By how much the wall of a zone is ahead, ever: the largest first, as it gives the earliest instant. */
function offsetsOf(zone: string): readonly number[] {
  const before = offsets.get(zone);
  if (before !== undefined) return before;
  const seen = new Set<number>();
  for (let at = Date.UTC(2015, 0, 1); at < Date.UTC(2060, 0, 1); at += 86_400_000) seen.add(wallAt(zone, at) - at);
  const found = [...seen].sort((left, right) => right - left);
  offsets.set(zone, found);
  return found;
}

function lastDayOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function dateUpTo(year: number, month: number, day: number): number {
  const first = new Date(Date.UTC(year, month - 1, 1));
  const [realYear, realMonth] = [first.getUTCFullYear(), first.getUTCMonth() + 1];
  return Date.UTC(realYear, realMonth - 1, Math.min(day, lastDayOf(realYear, realMonth)));
}

function weekdayDate(year: number, month: number, weekday: number, ordinal: number): number {
  const first = Date.UTC(year, month - 1, 1);
  const matching: number[] = [];
  for (let at = first; new Date(at).getUTCMonth() === new Date(first).getUTCMonth(); at += 86_400_000) {
    if ((new Date(at).getUTCDay() + 6) % 7 === weekday - 1) matching.push(at);
  }
  return (ordinal === -1 ? undefined : matching[ordinal - 1]) ?? matching.at(-1) ?? first;
}

/** All boundaries after the start, up to the end and one beyond, ascending. */
export function naiveBoundaries(rule: CycleRule, zone: string, start: number, until: number): readonly number[] {
  if (rule.kind === 'instantaneous') return [];
  const wall = wallAt(zone, start);
  const first = new Date(wall);
  const walls: number[] = [];
  const lastYear = new Date(until).getUTCFullYear() + 2;
  if (rule.kind === 'time-period') return naivePeriods(rule, zone, start, until);
  for (let year = first.getUTCFullYear(); year <= lastYear; year += 1) {
    for (let month = 1; month <= 12; month += 1) {
      if (rule.kind === 'monthly-day') walls.push(dateUpTo(year, month, rule.dayOfMonth));
      if (rule.kind === 'monthly-weekday') walls.push(weekdayDate(year, month, rule.weekday, rule.ordinal));
      if (rule.kind !== 'schedule') continue;
      for (const due of rule.dueDates) {
        if ((due.year ?? year) === year && (due.month ?? month) === month) walls.push(dateUpTo(year, month, due.day ?? 1));
      }
    }
  }
  const instants = [...new Set(walls)].sort((left, right) => left - right).map((at) => instantAt(zone, at));
  return instants.filter((at) => at > start && at <= until + 400 * 86_400_000);
}

function naivePeriods(rule: CycleRule & { kind: 'time-period' }, zone: string, start: number, until: number): readonly number[] {
  const wall = new Date(wallAt(zone, start));
  const timeOfDay = wall.getTime() % 86_400_000;
  const found: number[] = [];
  for (let index = 1; found.length === 0 || (found.at(-1) ?? 0) <= until; index += 1) {
    const date = dateUpTo(wall.getUTCFullYear() + index * rule.years, wall.getUTCMonth() + 1 + index * rule.months, wall.getUTCDate());
    const whole = rule.years + rule.months + rule.days > 0 ? instantAt(zone, date + index * rule.days * 86_400_000 + timeOfDay) : start;
    found.push(whole + index * rule.hours * 3_600_000);
  }
  return found;
}
