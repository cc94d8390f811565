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
  // machine-clock.ts defines the statechart's setTimeout on our clock.
  const clocks = ['src/platform/system-clock.ts', 'device/session/machine-clock.ts'];
  // The page runs in a browser, which has no other clock.
  const allowed = (path: string): boolean => clocks.includes(path) || path.startsWith('src/cli/') || path.startsWith('device/screen/page/');
  expect(naming(['src', 'device'], /\bsetTimeout\(|\bsetInterval\(|Math\.random/, allowed)).toEqual([]);
});

test('money is never a float', () => {
  expect(naming(['src/domain'], /parseFloat|toFixed/)).toEqual([]);
});
