import type { Rational } from '../../units/rational.ts';

/** A use of the resource: counts at its start, its time runs from there on (ruling 45). Immutable; told apart by its id. */
export interface UseEvent {
  readonly kind: 'use';
  /** Empty: it has none, and is never taken for a duplicate. */
  readonly id: string;
  readonly startMs: number;
  /** What is metered: `acknowledged_ms` where the record has one, else end - start. */
  readonly durationMs: number;
  /** Ceiling for this use, in major units (ruling 11); null: it was made without a quote. */
  readonly quote: Rational | null;
}

/** The user takes the alternate payment that stands on offer (ruling 42). */
export interface AcceptEvent {
  readonly kind: 'accept';
  readonly id: string;
  readonly startMs: number;
  readonly amount: Rational;
}

export type HistoryEvent = UseEvent | AcceptEvent;

/**
 * Puts the events into the one order in which they are rated, and takes each id once: the bill is a function of the set of events,
 * whatever the order of their arrival and however often they arrive. By time; an acceptance before the uses of the same instant; then
 * by id (ruling 45: overlapping uses add, ordered by (start, id)). Of two events with one id that differ, the first in this order counts.
 */
export function orderHistory<Event extends HistoryEvent>(events: readonly Event[]): readonly Event[] {
  const ordered = isOrdered(events) ? events : [...events].sort(compareEvents);
  return hasDuplicates(ordered) ? withoutDuplicates(ordered) : ordered;
}

function isOrdered(events: readonly HistoryEvent[]): boolean {
  let before = events[0];
  for (const event of events) {
    if (before !== undefined && (before.startMs > event.startMs || (before.startMs === event.startMs && compareEvents(before, event) > 0))) return false;
    before = event;
  }
  return true;
}

function compareEvents(left: HistoryEvent, right: HistoryEvent): number {
  if (left.startMs !== right.startMs) return left.startMs - right.startMs;
  if (left.kind !== right.kind) return left.kind === 'accept' ? -1 : 1;
  if (left.id !== right.id) return left.id < right.id ? -1 : 1;
  const [leftRest, rightRest] = [contentOf(left), contentOf(right)];
  return leftRest < rightRest ? -1 : leftRest > rightRest ? 1 : 0;
}

/** Orders events that time and id leave equal, so that the order of arrival never shows. */
function contentOf(event: HistoryEvent): string {
  if (event.kind === 'accept') return `${event.amount.n}/${event.amount.d}`;
  const quote = event.quote === null ? '' : `${event.quote.n}/${event.quote.d}`;
  return `${event.durationMs.toString().padStart(16, '0')} ${quote}`;
}

/** Ids that stand over two events of different content: only one of them counts, and somebody should know. */
export function conflictingIds(events: readonly HistoryEvent[]): readonly string[] {
  const seen = new Map<string, HistoryEvent>();
  const conflicts = new Set<string>();
  for (const event of events) {
    if (event.id === '') continue;
    const before = seen.get(event.id) ?? event;
    seen.set(event.id, before);
    if (compareEvents(before, event) !== 0) conflicts.add(event.id);
  }
  return [...conflicts];
}

function hasDuplicates(ordered: readonly HistoryEvent[]): boolean {
  const seen = new Set<string>();
  for (const { id } of ordered) {
    if (id === '') continue;
    if (seen.has(id)) return true;
    seen.add(id);
  }
  return false;
}

function withoutDuplicates<Event extends HistoryEvent>(ordered: readonly Event[]): readonly Event[] {
  const seen = new Set<string>();
  return ordered.filter(({ id }) => id === '' || (!seen.has(id) && seen.add(id)));
}
