import { sha256Hex } from './crypto/digest.ts';
import { readIfThere, writeDurably } from './durable-file.ts';

interface Copy {
  readonly path: string;
  readonly number: number;
  readonly text: string;
}

/**
 * Writes a text that a boot hangs on into two files, one after the other, each whole and synced with its folder before the next is
 * touched: a power cut or a rotten block spoils one at most. Throws what the file system throws.
 */
export function writeTwoCopies(path: string, text: string): void {
  const copies = readCopies(path);
  const number = Math.max(0, ...copies.map((copy) => copy.number)) + 1;
  // The better copy is overwritten last.
  const keep = copies.reduce<Copy | null>((best, copy) => (best === null || copy.number > best.number ? copy : best), null);
  const order = pathsOf(path).sort((left, right) => Number(left === keep?.path) - Number(right === keep?.path));
  for (const file of order) writeDurably(file, `${headOf(number, text)}\n${text}`);
}

/** @returns the newest copy that is whole, or null where there is none */
export function readTwoCopies(path: string): string | null {
  const copies = readCopies(path);
  return copies.sort((left, right) => right.number - left.number)[0]?.text ?? null;
}

function pathsOf(path: string): readonly [string, string] & string[] {
  return [`${path}.a`, `${path}.b`];
}

function readCopies(path: string): Copy[] {
  return pathsOf(path).flatMap((file) => {
    const copy = readCopy(file);
    return copy === null ? [] : [copy];
  });
}

function readCopy(path: string): Copy | null {
  const whole = readIfThere(path) ?? '';
  const end = whole.indexOf('\n');
  const text = whole.slice(end + 1);
  const number = Number(/^copy (\d{1,9}) /.exec(whole)?.[1] ?? Number.NaN);
  return end > 0 && Number.isSafeInteger(number) && whole.slice(0, end) === headOf(number, text) ? { path, number, text } : null;
}

function headOf(number: number, text: string): string {
  return `copy ${number} ${sha256Hex(`${number} ${text}`)}`;
}
