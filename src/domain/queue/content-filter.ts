import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** What of a work a filter can look at. */
export const FILTER_FIELDS = ['work', 'title', 'artist', 'album', 'genre'] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** A rule that hides works, with who made it, when and why: it can always explain itself. */
export interface ContentFilter {
  readonly id: number;
  readonly field: FilterField;
  /** Compared whole and without regard to case; a leading or trailing `*` stands for anything. */
  readonly pattern: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
}

/** The fields of a work that filters read. */
export interface FilteredWork {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly album: string;
  readonly genre: string;
}

/** The first filter that hides a work, or null where it can be seen. */
export function hiddenBy(filters: readonly ContentFilter[], work: FilteredWork): ContentFilter | null {
  return filters.find((filter) => matches(filter.pattern, filter.field === 'work' ? work.id : work[filter.field])) ?? null;
}

function matches(pattern: string, value: string): boolean {
  const wanted = pattern.toLowerCase().replace(/^\*|\*$/g, '');
  const text = value.toLowerCase();
  const [before, after] = [pattern.startsWith('*'), pattern.endsWith('*')];
  if (before && after) return text.includes(wanted);
  if (before) return text.endsWith(wanted);
  return after ? text.startsWith(wanted) : text === wanted;
}

export type FilterFault = Fault<'bad-filter' | 'no-such-filter'>;

/** The filters with one more, under the next free number. */
export function addFilter(filters: readonly ContentFilter[], filter: Omit<ContentFilter, 'id'>): Result<readonly ContentFilter[], FilterFault> {
  if (filter.pattern.replaceAll('*', '') === '') return fault('bad-filter', 'A filter that hides everything is a closed box: use service on.');
  if (filter.reason === '') return fault('bad-filter', 'A filter needs a reason: someone will ask.');
  if (filters.length >= limits.contentFilters) return fault('bad-filter', `There are ${limits.contentFilters} filters already, the most there can be.`);
  const id = 1 + Math.max(0, ...filters.map((known) => known.id));
  return ok([...filters, { ...filter, id }]);
}

export function removeFilter(filters: readonly ContentFilter[], id: number): Result<readonly ContentFilter[], FilterFault> {
  const left = filters.filter((filter) => filter.id !== id);
  return left.length < filters.length ? ok(left) : fault('no-such-filter', `No filter has the number ${id}; filter list shows them.`);
}

/** Why a work is hidden, for whoever asks. */
export function filterWords({ id, field, pattern, reason, by, atMs }: ContentFilter): string {
  return `filter ${id} hides ${field} ${JSON.stringify(pattern)}: ${reason} (${by}, ${new Date(atMs).toISOString().slice(0, 10)})`;
}
