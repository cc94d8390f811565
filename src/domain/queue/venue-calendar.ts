import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { areVolumes, type VolumeRange } from './zone-volume.ts';

/**
 * What a VenuePeriod does, strongest first: `closed` ends the evening, `event` holds the queue, in `free` hours the house pays for
 * what is chosen, `bonus` adds to coins, `background` plays music of the house while nobody has chosen anything.
 */
export const PERIOD_KINDS = ['closed', 'event', 'free', 'bonus', 'background'] as const;
export type PeriodKind = (typeof PERIOD_KINDS)[number];

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** One entry of the calendar of a venue. All times are those of the clock on its wall. */
export interface VenuePeriod {
  /** Unique in a calendar; what people call it. */
  readonly name: string;
  readonly kind: PeriodKind;
  /** Days on which it begins: 0 is Monday. Empty where it has a date. */
  readonly weekdays: readonly number[];
  /** Days since 1970-01-01, for what happens once; null for what comes every week. */
  readonly day: number | null;
  /** Minutes since midnight at which it begins. */
  readonly fromMinute: number;
  /** How long, in minutes: a Saturday night ends on Sunday. */
  readonly minutes: number;
  /** `bonus`: percent of every coin on top. Otherwise 0. */
  readonly bonusPercent: number;
  /** While it lasts the volume stays between these; null: as the box is set. */
  readonly volume: VolumeRange | null;
  /** The same of the zones that have a range of their own then; absent: none has. */
  readonly zoneVolumes?: Readonly<Record<string, VolumeRange>>;
  /** While it lasts works sound into each other for so long, 0 joining them without a gap; absent: as the box is set. */
  readonly crossfadeSeconds?: number;
}

export interface VenueCalendar {
  readonly periods: readonly VenuePeriod[];
}

export const ALWAYS_OPEN: VenueCalendar = { periods: [] };

/** A period at the time it lasts: `startDay` tells this Saturday's from the next one's. */
export interface RunningPeriod {
  readonly period: VenuePeriod;
  readonly startDay: number;
  readonly endsAtWallMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** Everything that lasts at a wall time, strongest kind first; of two of one kind the one with a date comes first. */
export function periodsAt(calendar: VenueCalendar, wallMs: number): readonly RunningPeriod[] {
  const now = Math.floor(wallMs / MINUTE_MS);
  const today = Math.floor(now / DAY_MINUTES);
  return calendar.periods
    .flatMap((period) => startsOf(period, today - 1, today).map((startDay) => ({ period, startDay, begins: startDay * DAY_MINUTES + period.fromMinute })))
    .filter(({ period, begins }) => begins <= now && now < begins + period.minutes)
    .map(({ period, startDay, begins }) => ({ period, startDay, endsAtWallMs: (begins + period.minutes) * MINUTE_MS }))
    .toSorted((left, right) => rank(left.period) - rank(right.period));
}

function rank({ kind, day }: VenuePeriod): number {
  return 2 * PERIOD_KINDS.indexOf(kind) + (day === null ? 1 : 0);
}

/** Days from `first` to `last` on which a period begins. */
function startsOf(period: VenuePeriod, first: number, last: number): readonly number[] {
  const days = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return days.filter((day) => (period.day === null ? period.weekdays.includes(weekdayOf(day)) : period.day === day));
}

/** 0 is Monday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** A stretch of one day in which one period is in the way of another. */
export interface Conflict {
  readonly day: number;
  readonly winner: VenuePeriod;
  readonly loser: VenuePeriod;
  readonly fromWallMs: number;
  readonly toWallMs: number;
  readonly words: string;
}

export interface PlannedPeriod {
  readonly day: number;
  readonly period: VenuePeriod;
  readonly fromWallMs: number;
  readonly toWallMs: number;
}

/** What begins in the days from `firstDay` on, in order of time. */
export function plan(calendar: VenueCalendar, firstDay: number, days: number): readonly PlannedPeriod[] {
  return calendar.periods
    .flatMap((period) =>
      startsOf(period, firstDay, firstDay + days - 1).map((day) => {
        const fromWallMs = (day * DAY_MINUTES + period.fromMinute) * MINUTE_MS;
        return { day, period, fromWallMs, toWallMs: fromWallMs + period.minutes * MINUTE_MS };
      }),
    )
    .toSorted((left, right) => left.fromWallMs - right.fromWallMs || rank(left.period) - rank(right.period));
}

/** Every pair in the days from `firstDay` on of which one hides the other: nobody should find out on the evening itself. */
export function conflicts(calendar: VenueCalendar, firstDay: number, days: number): readonly Conflict[] {
  // What began on the day before may reach into the first one.
  const planned = plan(calendar, firstDay - 1, days + 1);
  return planned.flatMap((one, index) =>
    planned.slice(index + 1).flatMap((other) => {
      const overlap = { fromWallMs: Math.max(one.fromWallMs, other.fromWallMs), toWallMs: Math.min(one.toWallMs, other.toWallMs) };
      const [winner, loser] = rank(one.period) <= rank(other.period) ? [one.period, other.period] : [other.period, one.period];
      if (overlap.fromWallMs >= overlap.toWallMs || !hides(winner, loser)) return [];
      const day = Math.floor(overlap.fromWallMs / (DAY_MINUTES * MINUTE_MS));
      return day < firstDay ? [] : [{ day, winner, loser, ...overlap, words: `${winner.name} (${winner.kind}) hides ${loser.name} (${loser.kind})` }];
    }),
  );
}

/** Free hours, bonus and background stand beside each other; a closed or held venue has neither; of two of a kind only one counts. */
function hides(winner: VenuePeriod, loser: VenuePeriod): boolean {
  return winner.kind === loser.kind || winner.kind === 'closed' || winner.kind === 'event';
}

export type CalendarFault = Fault<'bad-period' | 'name-taken' | 'calendar-full' | 'no-such-period'>;

/** The calendar with one more period, once it is checked. */
export function addPeriod(calendar: VenueCalendar, period: VenuePeriod): Result<VenueCalendar, CalendarFault> {
  const wrong = whatIsWrong(period);
  if (wrong !== null) return fault('bad-period', `${period.name}: ${wrong}.`);
  if (calendar.periods.some(({ name }) => name === period.name))
    return fault('name-taken', `The calendar has a period ${period.name} already: remove it first.`);
  if (calendar.periods.length >= limits.venuePeriods) return fault('calendar-full', `The calendar holds at most ${limits.venuePeriods} periods.`);
  return ok({ periods: [...calendar.periods, period] });
}

export function removePeriod(calendar: VenueCalendar, name: string): Result<VenueCalendar, CalendarFault> {
  const periods = calendar.periods.filter((period) => period.name !== name);
  return periods.length < calendar.periods.length ? ok({ periods }) : fault('no-such-period', `The calendar has no period ${name}; calendar week shows it.`);
}

/** Whole seconds; 0 joins works without a gap. */
export function isCrossfade(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= limits.crossfadeSeconds;
}

function whatIsWrong(period: VenuePeriod): string | null {
  const { name, weekdays, day, fromMinute, minutes, kind, bonusPercent, volume, zoneVolumes, crossfadeSeconds } = period;
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) return 'a name is 1 to 40 small letters, digits and hyphens';
  if ((day === null) === (weekdays.length === 0)) return 'it needs either weekdays or a date';
  if (weekdays.some((weekday) => !Number.isInteger(weekday) || weekday < 0 || weekday > 6)) return 'weekdays are mon to sun';
  if (!Number.isInteger(fromMinute) || fromMinute < 0 || fromMinute >= DAY_MINUTES) return 'it begins between 00:00 and 23:59';
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > DAY_MINUTES) return 'it lasts from one minute to one day';
  if ((kind === 'bonus') !== bonusPercent > 0 || bonusPercent > 1_000) return 'a bonus period, and no other, adds 1 to 1000 percent';
  if (!areVolumes({ all: volume, zones: zoneVolumes ?? {} })) return `volumes are 0 to 100, least first, for at most ${limits.soundZones} zones`;
  if (crossfadeSeconds !== undefined && !isCrossfade(crossfadeSeconds)) return `a crossfade lasts 0 to ${limits.crossfadeSeconds} seconds`;
  return null;
}
