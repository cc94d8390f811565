import { encode } from '../screen/view-stream.ts';
import type { CommandOutcome } from '../session/box-view.ts';

/** A line as typed: the command, and what its answer goes through: `show queue | match Blue | count`. */
export interface FilteredLine {
  readonly command: string;
  readonly filters: readonly string[];
}

/** Bars within double quotes belong to the command. */
export function splitFilters(typed: string): FilteredLine {
  const [command = '', ...filters] = typed.split(/\|(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((part) => part.trim());
  return { command, filters };
}

/**
 * The answer as lines for a person, or one line of JSON. Filters: `json`; `match TEXT` (lines that hold it, whatever the case);
 * `count` (how many lines); `no-more` (no pauses: for the pager). Anything else is refused in words.
 */
export function render(outcome: CommandOutcome, filters: readonly string[]): readonly string[] {
  const unknown = filters.find((filter) => !/^(json|count|no-more|match .+)$/.test(filter));
  if (unknown !== undefined) return [`There is no filter ${JSON.stringify(unknown.slice(0, 40))}: json, match TEXT, count, no-more.`];
  if (filters.includes('json')) return [encode({ ok: outcome.ok, code: outcome.code, data: outcome.data })];
  if (!outcome.ok) return `${outcome.text} (${outcome.code})`.split('\n');
  return filters.reduce<readonly string[]>((lines, filter) => {
    if (filter === 'count') return [String(lines.length)];
    if (!filter.startsWith('match ')) return lines;
    const wanted = filter.slice('match '.length).toLowerCase();
    return lines.filter((line) => line.toLowerCase().includes(wanted));
  }, outcome.text.split('\n'));
}
