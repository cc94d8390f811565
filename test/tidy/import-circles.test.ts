import { expect, test } from 'vitest';
import { type SourceFile, sourceFiles } from './source-tree.ts';

/** One circle, as the files one passes until the first comes again; null where the imports below `start` lead to an end. */
function circleFrom(start: string, files: ReadonlyMap<string, SourceFile>, ended: Set<string>): readonly string[] | null {
  const way: string[] = [];
  const enter = (path: string): readonly string[] | null => {
    const met = way.indexOf(path);
    if (met >= 0) {
      for (const passed of way) ended.add(passed);
      return [...way.slice(met), path];
    }
    if (ended.has(path)) return null;
    way.push(path);
    for (const imported of files.get(path)?.imports ?? []) {
      const circle = files.has(imported) ? enter(imported) : null;
      if (circle !== null) return circle;
    }
    way.pop();
    ended.add(path);
    return null;
  };
  return enter(start);
}

function circles(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const ended = new Set<string>();
  return files.map((file) => circleFrom(file.path, byPath, ended)?.join(' -> ') ?? '').filter((circle) => circle !== '');
}

const file = (path: string, ...imports: readonly string[]): SourceFile => ({ path, imports, text: '', lines: 0 });

test('no file comes back to itself along its imports, types included', () => {
  expect(circles(sourceFiles('src', 'device', 'test'))).toEqual([]);
});

test('a circle is named by the files it passes', () => {
  expect(circles([file('a.ts', 'b.ts'), file('b.ts', 'c.ts'), file('c.ts', 'b.ts')])[0]).toBe('b.ts -> c.ts -> b.ts');
  expect(circles([file('a.ts', 'b.ts', 'c.ts'), file('b.ts', 'c.ts'), file('c.ts', 'node:fs')])).toEqual([]);
});
