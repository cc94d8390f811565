import { expect, test } from 'vitest';
import { sourceFiles } from './source-tree.ts';

const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/[^\n]*/g, '');

function naming(folders: readonly string[], words: RegExp, except: (path: string) => boolean = () => false): readonly string[] {
  return sourceFiles(...folders)
    .filter((file) => !except(file.path) && words.test(code(file.text)))
    .map((file) => file.path);
}

test('domain/ and wire/ read no clock and no randomness, and wait for nothing', () => {
  expect(
    naming(['src/domain', 'src/wire', 'src/units'], /\bDate\.now|new Date\(\)|Math\.random|performance\.|process\.|\basync\b|\bawait\b|setTimeout|setInterval/),
  ).toEqual([]);
});

test('time is read and awaited only behind the clock port', () => {
  // The command line shows things to a person in real time; everything else can be simulated.
  const allowed = (path: string): boolean =>
    path === 'src/platform/system-clock.ts' || path.startsWith('src/cli/') || path.startsWith('src/headend/catalogue/');
  expect(naming(['src', 'device'], /\bsetTimeout\(|\bsetInterval\(|Math\.random/, allowed)).toEqual([]);
});

test('money is never a float', () => {
  expect(naming(['src/domain'], /parseFloat|toFixed/)).toEqual([]);
});
