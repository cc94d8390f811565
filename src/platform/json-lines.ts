import { createReadStream } from 'node:fs';
import { limits } from '../limits.ts';

const NEWLINE = 10;
const READ_BYTES = 262_144;

/**
 * The lines of a file, some thousand at a time; `-` reads standard input. A line above `lineBytes` comes as null.
 * Memory: one read and one line.
 */
export async function* readLines(path: string, lineBytes: number = limits.usageLineBytes): AsyncGenerator<readonly (string | null)[]> {
  const input = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: READ_BYTES });
  // The line that has begun: its pieces, none once it is too long, and how much of it was read.
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let first = true;
  for await (const chunk of input) {
    const bytes = first ? withoutMark(chunk as Buffer) : (chunk as Buffer);
    first = false;
    const lines: (string | null)[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const tooLong = begunBytes + end - from > lineBytes;
      lines.push(tooLong ? null : begunBytes === 0 ? bytes.toString('utf8', from, end) : textOf([...begun, bytes.subarray(from, end)]));
      begun = [];
      begunBytes = 0;
      from = end + 1;
    }
    begunBytes += bytes.length - from;
    if (begunBytes > lineBytes) begun = [];
    else if (from < bytes.length) begun.push(bytes.subarray(from));
    yield lines;
  }
  if (begunBytes > 0) yield [begunBytes > lineBytes ? null : textOf(begun)];
}

/** Some editors begin a file with a mark of its encoding. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function textOf(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).toString('utf8');
}
