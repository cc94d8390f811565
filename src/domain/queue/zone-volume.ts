import { limits } from '../../limits.ts';

/** How loud it is at least and at most, percent. */
export interface VolumeRange {
  readonly minPercent: number;
  readonly maxPercent: number;
}

/** What a venue allows: everywhere, and in the zones that have a range of their own. */
export interface Volumes {
  readonly all: VolumeRange | null;
  readonly zones: Readonly<Record<string, VolumeRange>>;
}

/** What a period of the calendar says while it lasts. */
interface LastingVolumes {
  readonly period: { readonly volume: VolumeRange | null; readonly zoneVolumes?: Volumes['zones'] };
  readonly endsAtWallMs: number;
}

export const NO_VOLUMES: Volumes = { all: null, zones: {} };

/** A range with the wall time at which it ends; null: it holds until somebody changes it. */
export interface RangeNow extends VolumeRange {
  readonly untilWallMs: number | null;
}

const ZONE_NAME = /^[a-z][a-z0-9-]{0,19}$/;
/** Words of the commands that take a zone. */
const RESERVED = ['all', 'limits'];

/** What a zone may be called, so that it is neither a number nor a word of a command. */
export function isZoneName(name: string): boolean {
  return ZONE_NAME.test(name) && !RESERVED.includes(name);
}

/** `30-70`, `terrace:20-40` or both with a comma. @returns null where it is not that */
export function readVolumes(text: string): Volumes | null {
  let volumes = NO_VOLUMES;
  for (const part of text.split(',')) {
    const [, zone, least, most] = /^(?:([^:]+):)?(\d{1,3})-(\d{1,3})$/.exec(part) ?? [];
    const twice = zone === undefined ? volumes.all !== null : Object.hasOwn(volumes.zones, zone);
    if (least === undefined || twice || (zone !== undefined && !isZoneName(zone))) return null;
    volumes = withRange(volumes, zone ?? null, { minPercent: Number(least), maxPercent: Number(most) });
  }
  return volumes;
}

/** As `readVolumes` reads it. */
export function volumesText({ all, zones }: Volumes): string {
  const words = ({ minPercent, maxPercent }: VolumeRange): string => `${minPercent}-${maxPercent}`;
  return [...(all === null ? [] : [words(all)]), ...Object.entries(zones).map(([zone, range]) => `${zone}:${words(range)}`)].join(',');
}

/** @param zone null: everywhere, as far as a zone has no range of its own */
export function withRange(volumes: Volumes, zone: string | null, range: VolumeRange): Volumes {
  return zone === null ? { ...volumes, all: range } : { ...volumes, zones: { ...volumes.zones, [zone]: range } };
}

/** True where every range has its least first and both are percents, and no more zones have one than a card has pairs of outputs. */
export function areVolumes({ all, zones }: Volumes): boolean {
  const names = Object.keys(zones);
  const ranges = [...(all === null ? [] : [all]), ...Object.values(zones)];
  const isRange = ({ minPercent, maxPercent }: VolumeRange): boolean => minPercent >= 0 && minPercent <= maxPercent && maxPercent <= 100;
  return names.length <= limits.soundZones && names.every(isZoneName) && ranges.every(isRange);
}

/**
 * What holds in a zone: the strongest period that says something of it, else what the house says.
 * @param zone null: of a box that has one zone only
 */
export function rangeAt(running: readonly LastingVolumes[], house: Volumes, zone: string | null): RangeNow | null {
  for (const { period, endsAtWallMs } of running) {
    const range = rangeOf({ all: period.volume, zones: period.zoneVolumes ?? {} }, zone);
    if (range !== null) return { ...range, untilWallMs: endsAtWallMs };
  }
  const range = rangeOf(house, zone);
  return range === null ? null : { ...range, untilWallMs: null };
}

function rangeOf({ all, zones }: Volumes, zone: string | null): VolumeRange | null {
  return (zone !== null && Object.hasOwn(zones, zone) ? zones[zone] : all) ?? null;
}
