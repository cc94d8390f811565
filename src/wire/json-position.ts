/** Where a text stops being JSON, counted from 1, and what would have to stand there. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const BLANK = /[ \t\r\n]*/y;
const TOKEN = /[{}[\],:]|"(?:[^"\\\n]|\\.)*"|-?[0-9][-+.0-9eE]*|[a-z]+/y;

type Wanted = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | 'next' | 'end';

/**
 * JSON.parse says where only for some texts, and in words that differ with the engine. Null: the text is JSON.
 * @param text some kilobytes that people wrote by hand
 */
export function jsonProblem(text: string): JsonProblem | null {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  let at = skipBlank(text, 0);
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token: string | undefined = TOKEN.exec(text)?.[0];
    const next: Wanted | null = token === undefined || !isToken(token) ? null : step(wanted, token, open);
    if (token === undefined || next === null) return problemAt(text, at, wordsFor(wanted, open));
    wanted = next;
    at = skipBlank(text, at + token.length);
  }
  return wanted === 'end' ? null : problemAt(text, text.trimEnd().length, `the text ends; ${wordsFor(wanted, open)}`);
}

function isToken(token: string): boolean {
  if (/^[{}[\],:]$/.test(token)) return true;
  try {
    JSON.parse(token);
    return true;
  } catch {
    return false;
  }
}

/** What may come after a token; null where it may not stand. `open` is what was opened and not closed. */
function step(wanted: Wanted, token: string, open: ('{' | '[')[]): Wanted | null {
  const kind = token.slice(0, 1);
  if (wanted === ':') return kind === ':' ? 'value' : null;
  if (wanted === 'end') return null;
  if ((kind === ']' && (wanted === 'value or ]' || wanted === 'next')) || (kind === '}' && (wanted === 'name or }' || wanted === 'next')))
    return open.pop() === (kind === ']' ? '[' : '{') ? after(open) : null;
  if (wanted === 'next') return kind === ',' ? (open.at(-1) === '{' ? 'name' : 'value') : null;
  if (wanted === 'name' || wanted === 'name or }') return kind === '"' ? ':' : null;
  if (kind === '{' || kind === '[') {
    open.push(kind);
    return kind === '{' ? 'name or }' : 'value or ]';
  }
  return ',:]}'.includes(kind) ? null : after(open);
}

function after(open: readonly string[]): Wanted {
  return open.length === 0 ? 'end' : 'next';
}

function wordsFor(wanted: Wanted, open: readonly string[]): string {
  if (wanted === 'end') return 'nothing may follow here';
  if (wanted === 'next') return open.at(-1) === '{' ? 'a comma or } is expected here' : 'a comma or ] is expected here';
  const what = {
    value: 'a value',
    'value or ]': 'a value or ]',
    name: 'a name in double quotes',
    'name or }': 'a name in double quotes, or }',
    ':': 'a colon',
  };
  return `${what[wanted]} is expected here`;
}

function skipBlank(text: string, from: number): number {
  BLANK.lastIndex = from;
  return from + (BLANK.exec(text)?.[0].length ?? 0);
}

function problemAt(text: string, at: number, message: string): JsonProblem {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1, message };
}
