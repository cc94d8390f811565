import { expect, test } from 'vitest';
import { sourceFiles } from './source-tree.ts';

const sizes = sourceFiles('src', 'device')
  .map((file) => ({ path: file.path, lines: file.lines }))
  .sort((left, right) => left.lines - right.lines);

function quantile(share: number): number {
  return sizes[Math.floor((sizes.length - 1) * share)]?.lines ?? 0;
}

test('no file is longer than 400 lines', () => {
  expect(sizes.filter((file) => file.lines > 400)).toEqual([]);
});

test('half of the files have at most 120 lines, nine of ten at most 250', () => {
  expect(quantile(0.5)).toBeLessThanOrEqual(120);
  expect(quantile(0.9)).toBeLessThanOrEqual(250);
});

test('no drawers and no barrels', () => {
  const drawers = sizes.filter((file) => /(^|\/)(index|utils?|helpers?|common|misc|shared)(\.ts$|\/)/.test(file.path));
  expect(drawers).toEqual([]);
});
