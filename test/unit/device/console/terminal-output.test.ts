import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, TerminalOutput } from '../../../../device/console/terminal-output.ts';

describe('80 columns', () => {
  test('lines are broken at blanks, and go on below the column they stand in', () => {
    const line = `${'show selling'.padEnd(34)}why the box takes no coins and sells nothing, or that it does`;
    expect(fold([line])).toEqual([`${'show selling'.padEnd(34)}why the box takes no coins and sells nothing,`, `${' '.repeat(34)}or that it does`]);
    expect(fold(['short'])).toEqual(['short']);
  });

  test('whatever is said fits, and nothing of it is lost but blanks', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.integer({ min: 20, max: 120 }), (line, columns) => {
        const folded = fold([line], columns);
        expect(Math.max(...folded.map((one) => one.length))).toBeLessThanOrEqual(columns);
        expect(folded.join('').replace(/\s/g, '')).toBe(line.replace(/\s/g, ''));
      }),
    );
  });
});

describe('a dumb terminal', () => {
  test('gets text and line ends only: an edited line stands again below', () => {
    const line = new PassThrough();
    const output = new TerminalOutput(line);
    output.dumb = true;
    for (const text of ['\u001b[1G', '\u001b[0J', 'ackbox> ', '\u001b[9G', 'shw', '\u001b[1G', '\u001b[0J', 'ackbox> sh', '\u001b[11G']) output.write(text);
    output.print(['answer']);
    expect(String(line.read())).toBe('ackbox> shw\r\nackbox> shanswer\r\n');
  });
});
