import { type DifferenceCount, percentileOf } from './difference-tally.ts';

/** One bar of a histogram of differences. Who pays the same has a bar of their own, so that no bar mixes winners and losers. */
export interface DifferenceBar {
  readonly kind: 'saves' | 'same' | 'pays';
  /** Differences of the bar: from < d <= to where users pay more, from <= d < to where they save, 0 where they pay the same. */
  readonly fromMinor: bigint;
  readonly toMinor: bigint;
  readonly users: number;
  /** It also holds what lies farther out, below or above; null: it does not. */
  readonly beyond: 'below' | 'above' | null;
}

const BARS = 24n;

/**
 * At most about BARS bars of equal, round width. They show from the 1st to the 99th percentile, or the whole range where the rest is
 * near; the rest stands in one open bar at either end, so that one odd user does not flatten the picture of all others.
 * @param differences ascending
 */
export function barsOf(differences: readonly DifferenceCount[]): readonly DifferenceBar[] {
  const [first, last] = [differences[0], differences.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [low, high] = shownRange(differences, first.minor, last.minor);
  const width = roundStep((high - low + BARS - 1n) / BARS);
  const [from, to] = [placeOf(low, width), high === 0n ? -1n : placeOf(high, width)];
  const users = new Map<bigint | 'same', number>();
  for (const { minor, users: count } of differences) {
    const place = placeOf(minor, width);
    const key = minor === 0n ? 'same' : place < from ? from - 1n : place > to ? to + 1n : place;
    users.set(key, (users.get(key) ?? 0) + count);
  }
  const bars: DifferenceBar[] = [];
  for (let place = users.has(from - 1n) ? from - 1n : from; place <= (users.has(to + 1n) ? to + 1n : to); place += 1n) {
    const same = users.get('same');
    if (place === 0n && same !== undefined) bars.push(sameBar(same));
    const beyond = place < from ? 'below' : place > to ? 'above' : null;
    bars.push({
      kind: place < 0n ? 'saves' : 'pays',
      fromMinor: place * width,
      toMinor: (place + 1n) * width,
      users: users.get(place) ?? 0,
      beyond,
    });
  }
  return withSameBar(bars, users.get('same'));
}

/** Where everybody is on one side of 0, the bar of those who pay the same comes at the end of it. */
function withSameBar(bars: readonly DifferenceBar[], same: number | undefined): readonly DifferenceBar[] {
  if (same === undefined || bars.some(({ kind }) => kind === 'same')) return bars;
  return bars[0]?.kind === 'pays' ? [sameBar(same), ...bars] : [...bars, sameBar(same)];
}

function sameBar(users: number): DifferenceBar {
  return { kind: 'same', fromMinor: 0n, toMinor: 0n, users, beyond: null };
}

/** Bar -1 is [-width, 0), bar 0 is (0, width]. */
function placeOf(minor: bigint, width: bigint): bigint {
  return minor > 0n ? (minor - 1n) / width : -((width - 1n - minor) / width);
}

function shownRange(differences: readonly DifferenceCount[], min: bigint, max: bigint): readonly [bigint, bigint] {
  const [low, high] = [percentileOf(differences, 1) ?? min, percentileOf(differences, 99) ?? max];
  const margin = (high - low) / 4n;
  return [min >= low - margin ? min : low, max <= high + margin ? max : high];
}

/** The least of 1, 2, 5, 10, 20, 50 ... that is not less. */
function roundStep(least: bigint): bigint {
  let power = 1n;
  while (power * 10n < least) power *= 10n;
  return [1n, 2n, 5n, 10n].map((factor) => factor * power).find((step) => step >= least) ?? power * 10n;
}
