import { type Duplex, Writable } from 'node:stream';

/** What a terminal on a serial line has: nobody can ask it. */
export const COLUMNS = 80;

/** Editing of the line by cursor, as readline writes it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const CURSOR = /\u001b\[\d*[A-Za-z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: to the first column, and clear what is below
const REDRAW = /\u001b\[1G(?:\u001b\[0J)?/g;

/** Where readline writes: a serial line has no window size of its own, a PIN has no echo, and a dumb terminal has no cursor to move. */
export class TerminalOutput extends Writable {
  readonly columns = COLUMNS;
  muted = false;
  /** Only text and line ends: a line that was edited is written again below. */
  dumb = false;
  readonly #line: Duplex;
  #atStart = true;

  constructor(line: Duplex) {
    super({ decodeStrings: false });
    this.#line = line;
  }

  /** Whole lines. */
  print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#line.write(lines.map((line) => `${line}\r\n`).join(''));
    this.#atStart = true;
  }

  override _write(chunk: string | Buffer, _: BufferEncoding, done: () => void): void {
    if (!this.muted) this.#put(String(chunk));
    done();
  }

  #put(text: string): void {
    const shown = this.dumb ? text.replace(REDRAW, this.#atStart ? '' : '\r\n').replace(CURSOR, '') : text;
    if (shown === '') return;
    this.#atStart = shown.endsWith('\n');
    this.#line.write(shown);
  }
}

/**
 * Lines no longer than the terminal, broken at blanks. What goes on stands below the last column of the line (two blanks and more part
 * columns), or a little further in.
 */
export function fold(lines: readonly string[], columns = COLUMNS): readonly string[] {
  return lines.flatMap((line) => (line.length <= columns ? [line] : foldOne(line, columns)));
}

function foldOne(line: string, columns: number): readonly string[] {
  const column = /^.*\S {2,}(?=\S)/.exec(line.slice(0, Math.floor(columns / 2)))?.[0].length;
  const indent = ' '.repeat(column ?? (/^ */.exec(line)?.[0].length ?? 0) + 2);
  const folded: string[] = [];
  let rest = line;
  while (rest.length > columns) {
    const blank = rest.lastIndexOf(' ', columns);
    const at = blank > indent.length ? blank : columns;
    folded.push(rest.slice(0, at).trimEnd());
    rest = `${indent}${rest.slice(at).trimStart()}`;
  }
  return [...folded, rest];
}
