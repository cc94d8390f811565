import type { BillingClass, NodeIndex } from './billing-class.ts';

/** Packet indexes of a work as sorted, disjoint, non-touching ranges [first, packets]. An hour without a hole is one range. */
export type PaidRanges = readonly (readonly [first: number, packets: number])[];

export const NO_INDEXES: PaidRanges = [];

/** Adds `packets` indexes from `first`; what was there already stays counted once. */
export function addIndexes(ranges: PaidRanges, first: number, packets: number): PaidRanges {
  if (packets <= 0) return ranges;
  const last = ranges.at(-1);
  if (last === undefined || first > last[0] + last[1]) return [...ranges, [first, packets]];
  if (first === last[0] + last[1]) return [...ranges.slice(0, -1), [last[0], last[1] + packets]];
  let from = first;
  let end = first + packets;
  const before: (readonly [number, number])[] = [];
  const after: (readonly [number, number])[] = [];
  for (const range of ranges) {
    const rangeEnd = range[0] + range[1];
    if (rangeEnd < from) before.push(range);
    else if (range[0] > end) after.push(range);
    else {
      from = Math.min(from, range[0]);
      end = Math.max(end, rangeEnd);
    }
  }
  return [...before, [from, end - from], ...after];
}

export function joinIndexes(left: PaidRanges, right: PaidRanges): PaidRanges {
  return right.reduce((joined, [first, packets]) => addIndexes(joined, first, packets), left);
}

export function removeIndex(ranges: PaidRanges, index: number): PaidRanges {
  return ranges.flatMap(([first, packets]): PaidRanges => {
    if (index < first || index >= first + packets) return [[first, packets]];
    const parts: (readonly [number, number])[] = [
      [first, index - first],
      [index + 1, first + packets - index - 1],
    ];
    return parts.filter((part) => part[1] > 0);
  });
}

/** What `ranges` has and `other` has not. */
export function withoutIndexes(ranges: PaidRanges, other: PaidRanges): PaidRanges {
  const kept: (readonly [number, number])[] = [];
  let at = 0;
  for (const [first, packets] of ranges) {
    const end = first + packets;
    let from = first;
    for (let hole = other[at]; hole !== undefined && hole[0] < end; hole = other[at]) {
      if (hole[0] > from) kept.push([from, hole[0] - from]);
      from = Math.max(from, hole[0] + hole[1]);
      if (from >= end) break;
      at += 1;
    }
    if (from < end) kept.push([from, end - from]);
  }
  return kept;
}

/**
 * At most `rangesMax` ranges: the lowest holes are closed, so that what is in them is not sold any more. They are the oldest losses
 * of a stream that lost much; given away, they cost nobody anything.
 */
export function closeLowHoles(ranges: PaidRanges, rangesMax: number): PaidRanges {
  const low = ranges.slice(0, Math.max(0, ranges.length - rangesMax) + 1);
  const [start, end] = [low[0], low.at(-1)];
  if (low.length < 2 || start === undefined || end === undefined) return ranges;
  return [[start[0], end[0] + end[1] - start[0]], ...ranges.slice(low.length)];
}

/** @returns the highest index below `end`, or null */
export function highestBelow(ranges: PaidRanges, end: number): number | null {
  const range = ranges.findLast(([first]) => first < end);
  return range === undefined ? null : Math.min(end, range[0] + range[1]) - 1;
}

/** Ranges as they came from outside: null unless sorted, disjoint, not touching and below `end`. */
export function asRanges(pairs: readonly (readonly number[])[], end: number): PaidRanges | null {
  const ranges: (readonly [number, number])[] = [];
  let above = -1;
  for (const [first = -1, packets = 0, ...more] of pairs) {
    if (more.length > 0 || first <= above || packets < 1 || first + packets > end) return null;
    ranges.push([first, packets]);
    above = first + packets;
  }
  return ranges;
}

export function hasIndex(ranges: PaidRanges, index: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined || index < range[0]) high = middle - 1;
    else if (index >= range[0] + range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

export function indexesIn(ranges: PaidRanges): number {
  return ranges.reduce((sum, range) => sum + range[1], 0);
}

/** A run of consecutive packets of the work that the sender will send under one class and one price. */
export interface SpanPlan {
  readonly packetIndex: number;
  readonly packets: number;
  readonly billingClass: BillingClass;
  readonly node: NodeIndex;
}

export interface SpanRules {
  readonly node: NodeIndex;
  /** Class of packets that were not paid for: `paid`, `free`, or `trial` before the confirmation. */
  readonly fresh: Exclude<BillingClass, 'regrant'>;
}

/**
 * What to send from `fromPacketIndex` to the end of the work after PLAY, a seek or a resume: what was paid for goes out again
 * as `regrant`, the rest as the rules say (ruling 7: rewinding inside a licence is free).
 *
 * ```
 * paid indexes     ######....##########
 * plan from here      ^rrrffffrrrrrrrrrrffffffff    r = regrant, f = fresh
 * ```
 * A free work or a trial has nothing to grant again: there all is fresh. Units: packets of the work.
 */
export function planSpans(paidRanges: PaidRanges, fromPacketIndex: number, totalPackets: number, rules: SpanRules): readonly SpanPlan[] {
  const plans: SpanPlan[] = [];
  let at = Math.max(0, fromPacketIndex);
  const push = (end: number, billingClass: BillingClass): void => {
    const packets = Math.min(end, totalPackets) - at;
    if (packets <= 0) return;
    plans.push({ packetIndex: at, packets, billingClass, node: rules.node });
    at += packets;
  };
  for (const [first, packets] of rules.fresh === 'paid' ? paidRanges : NO_INDEXES) {
    push(first, rules.fresh);
    push(first + packets, 'regrant');
  }
  push(totalPackets, rules.fresh);
  return plans;
}
