import type { Position } from '../../domain/rating/compiled-model.ts';
import { limits } from '../../limits.ts';
import type { FindingCode } from './finding.ts';

/** A fault that ends the reading: what follows it means nothing any more. */
export interface SourceFault {
  readonly offset: number;
  readonly code: FindingCode;
  readonly rule: string;
  readonly message: string;
}

/** The characters of one document, and where its lines begin. */
export class SourceText {
  readonly text: string;
  #lineStarts: readonly number[] | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** Line and column of an offset, both from 1. Lines end at LF, CR LF or CR. */
  positionOf(offset: number): Position {
    this.#lineStarts ??= startsOfLines(this.text);
    const starts = this.#lineStarts;
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The text of a line, for showing it with a caret below. */
  lineText(line: number): string {
    this.#lineStarts ??= startsOfLines(this.text);
    const rest = this.text.slice(this.#lineStarts[line - 1] ?? this.text.length, this.#lineStarts[line]);
    return rest.replace(/[\r\n]+$/, '');
  }
}

function startsOfLines(text: string): readonly number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return starts;
}

export interface DecodedSource {
  readonly source: SourceText;
  readonly fault: SourceFault | null;
}

/** What XML 1.0 forbids in any document (XML 1.0, 2.2, Char), and halves of characters. */
const FORBIDDEN = /(?![\t\n\r\x7F-\x9F])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;
const TOO_LARGE = `the document has more than the ${limits.pricingModelBytes} bytes that a pricing model may have; it was not read`;
const SAVE_AS = 'save the document as UTF-8';

/**
 * Bytes to characters: UTF-8 only, bounded before anything is parsed. Where there is a fault, the text goes up to it.
 * Departure: XML lets UTF-16 through; a pricing model that reads differently to different readers is a risk without a use.
 */
export function decodeSource(bytes: Uint8Array): DecodedSource {
  if (bytes.length > limits.pricingModelBytes) return refuse('', 'too-large', TOO_LARGE);
  const [first = 0, second = 0] = bytes;
  const sixteen = (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe) || (bytes.length > 1 && (first === 0 || second === 0));
  if (sixteen) return refuse('', 'encoding', `this looks like UTF-16 or UTF-32; ${SAVE_AS}`);
  try {
    return checkCharacters(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    const [sound = ''] = new TextDecoder('utf-8').decode(bytes).split('\uFFFD', 1);
    return refuse(sound, 'encoding', `here begin bytes that are not UTF-8; ${SAVE_AS}`);
  }
}

/** The same for text that was decoded elsewhere, as in JSON. */
export function checkSource(text: string): DecodedSource {
  return text.length > limits.pricingModelBytes ? refuse('', 'too-large', TOO_LARGE) : checkCharacters(text.replace(/^\uFEFF/, ''));
}

function checkCharacters(text: string): DecodedSource {
  const found = FORBIDDEN.exec(text);
  if (found === null) return { source: new SourceText(text), fault: null };
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const message = `the character U+${code} is not allowed in XML; take it out`;
  return { source: new SourceText(text), fault: { offset: found.index, code: 'control-character', rule: 'XML', message } };
}

function refuse(text: string, code: FindingCode, message: string): DecodedSource {
  return { source: new SourceText(text), fault: { offset: text.length, code, rule: 'XML', message } };
}
