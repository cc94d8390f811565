/**
 * Text in the columns of a terminal: a letter of East Asia or an emoji takes two, a combining mark none. Control characters of a
 * title or message never reach the terminal.
 */
const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^[\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|\ufe0f/u;
const ASCII = /^[ -~]*$/;
const NO_COLUMN = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

function columnsOfLetter(letter: string): number {
  if (NO_COLUMN.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

/** How many columns a line takes. */
export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of letters.segment(text)) columns += columnsOfLetter(segment);
  return columns;
}

/** Without control characters. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** Lines of at most `columns`, broken between words, and within a word only where it is longer than a line. No word is lost. */
export function wrap(text: string, columns: number): readonly string[] {
  const words = printable(text)
    .split(' ')
    .filter((word) => word !== '');
  return flow(words, columns, ' ');
}

/** Whole items beside each other while they fit, `gap` between them; then the next line. */
export function flow(items: readonly string[], columns: number, gap = '   '): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of items.flatMap((item) => pieces(printable(item), columns))) {
    const longer = line === '' ? part : `${line}${gap}${part}`;
    if (columnsOf(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = part;
    }
  }
  return line === '' ? lines : [...lines, line];
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

function pieces(word: string, columns: number): readonly string[] {
  if (columnsOf(word) <= columns) return [word];
  if (word.includes(' ')) return wrap(word, columns);
  const cut: string[] = [];
  let piece = '';
  for (const { segment } of letters.segment(word)) {
    if (columnsOf(piece) + columnsOfLetter(segment) > columns) {
      cut.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...cut, piece];
}
