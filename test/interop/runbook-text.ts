/** What a person does, or what is seen: one line of a fence of the runbook. */
export type RunbookLine =
  | { readonly kind: 'typed'; readonly prompt: string; readonly typed: string }
  | { readonly kind: 'hands'; readonly text: string }
  | { readonly kind: 'seen'; readonly text: string };

export interface RunbookFence {
  readonly language: 'console' | 'sh';
  readonly lines: readonly RunbookLine[];
  /** Where its lines begin in the file, counted from 0. */
  readonly at: number;
}

const PROMPT = /^(\$ |ackbox> |role \([^)]*\): |PIN: |one-time code: |choose a PIN of 4 to 12 digits: |--more-- )(.*)$/;

/** All fences that are played, in the order of the file. A fence of another language is refused: it would go stale. */
export function readRunbook(text: string): readonly RunbookFence[] {
  const fences: RunbookFence[] = [];
  const rows = text.split('\n');
  for (let row = 0; row < rows.length; row++) {
    const opened = /^```(.*)$/.exec(rows[row] ?? '');
    if (opened === null) continue;
    const language = opened[1];
    if (language !== 'console' && language !== 'sh') throw new Error(`line ${row + 1} of the runbook: a fence is console or sh, so that it is played`);
    const end = rows.indexOf('```', row + 1);
    fences.push({ language, at: row + 1, lines: rows.slice(row + 1, end).map(readLine) });
    row = end;
  }
  return fences;
}

function readLine(text: string): RunbookLine {
  if (text.startsWith('# ')) return { kind: 'hands', text: text.slice(2) };
  const prompt = PROMPT.exec(text);
  return prompt === null ? { kind: 'seen', text } : { kind: 'typed', prompt: prompt[1] ?? '', typed: prompt[2] ?? '' };
}

export function writeLine(line: RunbookLine): string {
  if (line.kind === 'hands') return `# ${line.text}`;
  return line.kind === 'seen' ? line.text : `${line.prompt}${line.typed}`;
}

/** What differs from one box and one evening to the next, by name. Nothing else may. */
export const RULES: Readonly<Record<string, RegExp>> = {
  'a play, an outlet, an account': /\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z]{2,4}-[0-9A-Z]{6,})\b/g,
  'a receipt': /\bR-[0-9A-F]{6}-\d{6}\b/g,
  'a one-time code': /\b\d{8}\b/g,
  'a code of enrolment': /\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b/g,
  'a seal, a hash': /\b[0-9a-f]{16,64}\b/g,
  'a date': /\b\d{4}-\d\d-\d\d(?:[T ]\d\d[:-]\d\d(?:[:-]\d\d)?(?:\.\d+)?Z?)?\b/g,
  'a time of day': /\b\d\d:\d\d:\d\d\b/g,
  'what a coin’s pulse is': /\b\d+-\d+\/\d+\b/g,
  'how long it took': /\b\d+(?:\.\d+)?(?: to \d+(?:\.\d+)?)? (?:ms|s)\b/g,
  'how loud it was': /-?\b\d+(?:\.\d+)? dB(?:FS)?\b/g,
  'who sets the clock': /set by the network|plausible, though no network sets it/g,
  'a number of bytes': /\b\d+ bytes\b/g,
  'a number of records': /\b\d+(?= records that)/g,
};

/** A line as it is compared: what differs by a rule stands as the rule's name; blanks at the end do not count. */
export function normalised(text: string): string {
  return Object.entries(RULES)
    .reduce((line, [name, pattern]) => line.replace(pattern, `<${name}>`), text)
    .trimEnd();
}

/** A line that was broken at 80 columns is one line again: where it broke depends on its figures. */
export function unfolded(lines: readonly string[]): readonly string[] {
  return lines.reduce<string[]>((whole, line) => {
    if (/^ {10,}\S/.test(line) && whole.length > 0) whole.push(`${whole.pop()} ${line.trimStart()}`);
    else whole.push(line);
    return whole;
  }, []);
}

/** What stands in the runbook for what this box has: `typed` goes from one to the other, and so does what is learned from what is seen. */
export class Stand {
  readonly #pairs = new Map<string, string>();

  put(inRunbook: string, here: string): void {
    if (inRunbook !== here) this.#pairs.set(inRunbook, here);
  }

  /** Two lines that are alike: what a rule names in both of them is the same thing. */
  learn(inRunbook: string, here: string): void {
    for (const pattern of Object.values(RULES)) {
      const [theirs, ours] = [inRunbook.match(pattern) ?? [], here.match(pattern) ?? []];
      theirs.forEach((name, index) => {
        this.put(name, ours[index] ?? name);
      });
    }
  }

  here(inRunbook: string): string {
    return [...this.#pairs].reduce((text, [theirs, ours]) => text.replaceAll(theirs, ours), inRunbook);
  }

  inRunbook(here: string): string {
    return [...this.#pairs].reduce((text, [theirs, ours]) => text.replaceAll(ours, theirs), here);
  }
}
