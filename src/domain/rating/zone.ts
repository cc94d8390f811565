import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { civilDate, DAY_MS, dayNumber } from './civil.ts';

/** A time zone of the IANA database. All instants in milliseconds since 1970 UTC, wall times as milliseconds on a clock without zone. */
export interface Zone {
  readonly name: string;
  /** What a wall clock shows minus UTC at an instant. */
  offsetAt(instantMs: number): number;
  /**
   * The first instant at which a wall clock shows this time. Where clocks are put forward over it: the instant at which they are
   * (ruling 45: first valid instant). Where it comes twice: the first.
   */
  instantOf(wallMs: number): number;
}

/** A change of offset, or the offset at the beginning of a year. */
interface Change {
  readonly fromMs: number;
  readonly offsetMs: number;
}

const SAMPLE_MS = 7 * DAY_MS;
/** Farther than any zone is from UTC, and than any clock was ever put. */
const NEARBY_MS = 1.5 * DAY_MS;

/** Intl objects and offsets are expensive and never change: one of each a zone. There are only some hundred, but many ways to spell each. */
const zones = new Map<string, Zone>();

/** @returns the zone, or a fault where the name is not in the IANA database */
export function openZone(name: string): Result<Zone, Fault<'unknown-time-zone'>> {
  const known = zones.get(name);
  if (known) return ok(known);
  if (name === 'UTC' || name === 'Etc/UTC') return ok(keep(name, { name, offsetAt: () => 0, instantOf: (wallMs) => wallMs }));
  try {
    return ok(keep(name, zoneFrom(name, offsetReader(name))));
  } catch {
    return fault('unknown-time-zone', `${JSON.stringify(name)} is not a time zone; use a name like Europe/Berlin or UTC`);
  }
}

function keep(name: string, zone: Zone): Zone {
  if (zones.size >= limits.openZones) zones.clear();
  zones.set(name, zone);
  return zone;
}

/** Reads the offset from Intl, which has the zone database but answers slowly. */
function offsetReader(timeZone: string): (instantMs: number) => number {
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { ...parts, timeZone, hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' });
  return (instantMs) => {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (format.format(instantMs).match(/\d+/g) ?? []).map(Number);
    const wallMs = dayNumber(year, month, day) * DAY_MS + (hour * 3_600 + minute * 60 + second) * 1_000;
    return wallMs - Math.floor(instantMs / 1_000) * 1_000;
  };
}

function zoneFrom(name: string, readOffset: (instantMs: number) => number): Zone {
  const years = new Map<number, readonly Change[]>();
  const changesOf = (year: number): readonly Change[] => {
    const known = years.get(year);
    if (known) return known;
    const found = findChanges(dayNumber(year, 1, 1) * DAY_MS, dayNumber(year + 1, 1, 1) * DAY_MS, readOffset);
    years.set(year, found);
    return found;
  };
  const offsetAt = (instantMs: number): number => {
    let offset = 0;
    for (const change of changesOf(civilDate(Math.floor(instantMs / DAY_MS)).year)) {
      if (change.fromMs > instantMs) break;
      offset = change.offsetMs;
    }
    return offset;
  };
  return { name, offsetAt, instantOf: (wallMs) => firstInstant(wallMs, offsetAt) };
}

function findChanges(fromMs: number, toMs: number, readOffset: (instantMs: number) => number): readonly Change[] {
  const changes: Change[] = [{ fromMs, offsetMs: readOffset(fromMs) }];
  for (let low = fromMs; low < toMs; low += SAMPLE_MS) {
    const high = Math.min(low + SAMPLE_MS, toMs - 1_000);
    const offsetMs = readOffset(high);
    if (offsetMs !== changes.at(-1)?.offsetMs) changes.push({ fromMs: firstWith(low, high, (instant) => readOffset(instant) === offsetMs), offsetMs });
  }
  return changes;
}

/** The first whole second above `low` at which something holds that holds at `high` and not at `low`. */
function firstWith(low: number, high: number, holds: (instantMs: number) => boolean): number {
  let before = low;
  let after = high;
  while (after - before > 1_000) {
    const middle = before + Math.floor((after - before) / 2_000) * 1_000;
    if (holds(middle)) after = middle;
    else before = middle;
  }
  return after;
}

function firstInstant(wallMs: number, offsetAt: (instantMs: number) => number): number {
  const before = offsetAt(wallMs - NEARBY_MS);
  const after = offsetAt(wallMs + NEARBY_MS);
  const early = wallMs - Math.max(before, after);
  const late = wallMs - Math.min(before, after);
  if (early + offsetAt(early) === wallMs) return early;
  if (late + offsetAt(late) === wallMs) return late;
  return firstWith(Math.floor(early / 1_000) * 1_000, Math.ceil(late / 1_000) * 1_000, (instant) => offsetAt(instant) === after);
}
