import { expect, test } from 'vitest';
import { readTrace } from '../../crash-lab/trace.ts';

const hex = (text: string): string => [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
const FILE = hex('/data/box.db');

test('reads a write that another thread interrupted in the trace, and refuses one that has no answer', () => {
  const begun = `7 pwrite64(24<${FILE}>, "${hex('coin')}", 4, 512 <unfinished ...>`;
  expect(readTrace([begun, `8 write(9<${hex('/elsewhere')}>, "a", 1) = 1`, '7 <... pwrite64 resumed>)  = 4'].join('\n'), '/data')).toEqual([
    { kind: 'write', path: '/data/box.db', offset: 512, bytes: Buffer.from('coin') },
  ]);
  expect(() => readTrace(`${begun}\n7 <... pwrite64 resumed>) = -1 ENOSPC`, '/data')).toThrow(/without an answer/);
});
