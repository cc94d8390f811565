import type { SourceText } from '../authoring/pricing/source-text.ts';

interface Placed {
  readonly rule: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Characters of a source line that are shown beside each other. */
const WIDTH = 100;

/** One finding as people read it: place, kind, words, and the line of the source with a caret below the place. */
export function findingText(file: string, kind: 'error' | 'warning' | 'repair', finding: Placed, source: SourceText): string {
  const { line, column, rule, message } = finding;
  const head = `${file}:${line}:${column}: ${kind} ${rule}: ${message}`;
  const text = source.lineText(line);
  if (text.trim() === '') return head;
  const from = Math.max(0, Math.min(column - 1 - WIDTH / 2, text.length - WIDTH));
  const margin = `${line}`.padStart(5);
  return `${head}\n${margin} | ${shown(text.slice(from, from + WIDTH))}\n      | ${' '.repeat(column - 1 - from)}^`;
}

/** A source is not ours: nothing in it may steer a terminal. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, ' ');
}
