import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseBackground } from '../../../../src/domain/queue/background-choice.ts';

const first = (): number => 0;

test.each([
  [[], [], null],
  [['a'], ['a', 'a'], 'a'],
  [['a', 'b'], ['a'], 'b'],
  [['a', 'b'], ['a', 'b'], 'b'],
  [['a', 'b', 'c'], ['gone', 'a', 'c', 'b'], 'b'],
])('of %j after %j comes %s', (works, heard, expected) => {
  expect(chooseBackground(works, heard, first)).toBe(expected);
});

test('every work is heard once before any is heard again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (count, picks) => {
      const works = Array.from({ length: count }, (_, index) => `w${index}`);
      const heard: string[] = [];
      for (const pick of picks) heard.unshift(chooseBackground(works, heard, (below) => pick % below) ?? '');
      for (let start = 0; start + count <= heard.length; start += 1) expect(new Set(heard.slice(start, start + count)).size).toBe(count);
    }),
  );
});
