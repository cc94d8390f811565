import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import {
  ALWAYS_OPEN,
  addPeriod,
  type Conflict,
  PERIOD_KINDS,
  type PlannedPeriod,
  type VenueCalendar,
  type VenuePeriod,
  WEEKDAYS,
  weekdayOf,
} from './venue-calendar.ts';
import { NO_VOLUMES, readVolumes, volumesText } from './zone-volume.ts';

const DAY_MS = 86_400_000;

/** As settings keep it. */
export function calendarText(calendar: VenueCalendar): string {
  return JSON.stringify(calendar.periods);
}

/** Reads what `calendarText` wrote, and checks every period again: a settings row can be older than a rule. */
export function parseCalendar(text: string): Result<VenueCalendar, Fault> {
  let calendar = ALWAYS_OPEN;
  for (const period of readPeriods(text)) {
    const added = addPeriod(calendar, period);
    if (!added.ok) return added;
    calendar = added.value;
  }
  return ok(calendar);
}

function readPeriods(text: string): readonly VenuePeriod[] {
  return JSON.parse(text) as readonly VenuePeriod[];
}

/** What a person types about a period, word by word. */
export interface PeriodWords {
  readonly name: string;
  readonly kind: string;
  /** `mon-fri`, `sat,sun` or `2026-12-31`. */
  readonly days: string;
  /** `17:00`. */
  readonly from: string;
  /** `01:00`: at or before `from` means on the day after. */
  readonly to: string;
  readonly percent?: string | undefined;
  /** `30-70`, or `30-70,terrace:20-40`. */
  readonly volume?: string | undefined;
  /** `5`. */
  readonly crossfade?: string | undefined;
}

/** @returns the period, or what was not understood, with an example */
export function readPeriod(words: PeriodWords): Result<VenuePeriod, Fault<'bad-period'>> {
  const kind = PERIOD_KINDS.find((candidate) => candidate === words.kind);
  if (kind === undefined) return fault('bad-period', `kind is one of ${PERIOD_KINDS.join(', ')}; got ${words.kind}.`);
  const days = readDays(words.days);
  if (days === null) return fault('bad-period', `days are such as mon-fri, sat,sun or 2026-12-31; got ${words.days}.`);
  const [from, to] = [readMinute(words.from), readMinute(words.to)];
  if (from === null || to === null) return fault('bad-period', `times are such as 17:00; got ${words.from} and ${words.to}.`);
  const volumes = words.volume === undefined ? NO_VOLUMES : readVolumes(words.volume);
  if (volumes === null) return fault('bad-period', `volume is such as 30-70, or 30-70,terrace:20-40; got ${words.volume}.`);
  const zones = Object.keys(volumes.zones).length === 0 ? {} : { zoneVolumes: volumes.zones };
  if (words.crossfade !== undefined && !/^\d{1,2}$/.test(words.crossfade)) return fault('bad-period', `crossfade is whole seconds; got ${words.crossfade}.`);
  const crossfade = words.crossfade === undefined ? {} : { crossfadeSeconds: Number(words.crossfade) };
  const percent = words.percent ?? '0';
  if (!/^\d{1,4}$/.test(percent)) return fault('bad-period', `percent is a whole number; got ${percent}.`);
  const minutes = to > from ? to - from : to - from + 1_440;
  return ok({ name: words.name, kind, ...days, fromMinute: from, minutes, bonusPercent: Number(percent), volume: volumes.all, ...zones, ...crossfade });
}

function readDays(text: string): Pick<VenuePeriod, 'weekdays' | 'day'> | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const ms = Date.parse(`${text}T00:00:00Z`);
    const day = ms / DAY_MS;
    // 2026-02-30 is read as the second of March by some, as nothing by others.
    return Number.isNaN(ms) || dateText(day) !== text ? null : { weekdays: [], day };
  }
  const weekdays = text.split(',').flatMap((part) => readRange(part) ?? [-1]);
  return weekdays.includes(-1) ? null : { weekdays: [...new Set(weekdays)].toSorted(), day: null };
}

/** `fri-mon` goes over the weekend. */
function readRange(text: string): readonly number[] | null {
  if (text === 'daily') return [0, 1, 2, 3, 4, 5, 6];
  const [first, last] = text.split('-').map((name) => WEEKDAYS.findIndex((weekday) => weekday === name));
  if (first === undefined || first < 0 || last === -1) return null;
  const count = ((((last ?? first) - first) % 7) + 7) % 7;
  return Array.from({ length: count + 1 }, (_, index) => (first + index) % 7);
}

function readMinute(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return hours === undefined || Number(minutes) > 59 || minute >= 1_440 ? null : minute;
}

/** `2026-11-21`. */
export function dateText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** `23:30` of a wall time. */
export function timeText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 16);
}

/** A week as lines: every day with what begins on it, and under it what is in the way of what. */
export function weekLines(planned: readonly PlannedPeriod[], inTheWay: readonly Conflict[], firstDay: number): readonly string[] {
  return Array.from({ length: 7 }, (_, index) => firstDay + index).flatMap((day) => {
    const head = `${WEEKDAYS[weekdayOf(day)]} ${dateText(day)}`;
    const rows = planned
      .filter((entry) => entry.day === day)
      .map((entry) => `  ${timeText(entry.fromWallMs)}-${timeText(entry.toWallMs)}  ${periodWords(entry.period)}`);
    const flags = inTheWay.filter((entry) => entry.day === day).map((entry) => `  ! ${timeText(entry.fromWallMs)}-${timeText(entry.toWallMs)}  ${entry.words}`);
    return [head, ...(rows.length === 0 ? ['  open'] : rows), ...flags];
  });
}

function periodWords({ kind, name, bonusPercent, volume, zoneVolumes, crossfadeSeconds }: VenuePeriod): string {
  const percent = bonusPercent > 0 ? ` +${bonusPercent} %` : '';
  const volumes = volumesText({ all: volume, zones: zoneVolumes ?? {} });
  const range = volumes === '' ? '' : ` volume ${volumes}`;
  const crossfade = crossfadeSeconds === undefined ? '' : ` crossfade ${crossfadeSeconds} s`;
  return `${kind.padEnd(10)} ${name}${percent}${range}${crossfade}`;
}
