import { createReadStream } from 'node:fs';
import { limits } from '../limits.ts';

const NEWLINE = 10;
const READ_BYTES = 262_144;

/**
 * The lines of a file, some thousand at a time; `-` reads standard input. A line above `limits.usageLineBytes` comes as null.
 * Memory: one read and one line.
 */
export async function* readLines(path: string): AsyncGenerator<readonly (string | null)[]> {
  const input = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: READ_BYTES });
  let rest: Buffer = Buffer.alloc(0);
  let tooLong = false;
  for await (const chunk of input) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    const lines: (string | null)[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE, from); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      lines.push(tooLong || end - from > limits.usageLineBytes ? null : bytes.toString('utf8', from, end));
      tooLong = false;
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > limits.usageLineBytes) {
      tooLong = true;
      rest = rest.subarray(0, 0);
    }
    yield lines;
  }
  if (tooLong) yield [null];
  else if (rest.length > 0) yield [rest.toString('utf8')];
}
