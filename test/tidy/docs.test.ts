import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshDocuments } from '../../.ci/write-docs.ts';
import { ROOT } from './source-tree.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function section(title: string): string {
  const rest = read('ARCHITECTURE.md').split(`\n## ${title}\n`)[1] ?? '';
  return rest.split('\n## ')[0] ?? '';
}

function tablesOf(side: string): readonly string[] {
  const folder = `migrations/${side}`;
  const sql = readdirSync(join(ROOT, folder)).map((name) => read(`${folder}/${name}`));
  // A table that was made anew under another name until it took the old one's.
  const passing = new Set(sql.flatMap((text) => [...text.matchAll(/ALTER TABLE (\w+) RENAME TO/g)].map((match) => match[1])));
  return sql.flatMap((text) => [...text.matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1] ?? '')).filter((table) => !passing.has(table));
}

test('generated parts are as npm run docs writes them', () => {
  for (const [path, fresh] of Object.entries(freshDocuments()))
    expect(existsSync(join(ROOT, path)) ? read(path) : '', `${path} is stale: npm run docs`).toBe(fresh);
});

test('the one-minute answers name files and symbols that are there', () => {
  const answers = section('Four one-minute answers');
  // `path.ts` or `symbol` in `path.ts`
  const paths = [...answers.matchAll(/`([\w./-]+\.(?:ts|sql))`/g)].map((match) => match[1] ?? '');
  expect(paths.length).toBeGreaterThan(11);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const symbols = [...answers.matchAll(/`(\w+)` in `([\w./-]+\.ts)`/g)];
  expect(symbols.length).toBeGreaterThan(11);
  expect(symbols.filter(([, symbol = '', path = '']) => !new RegExp(`\\b${symbol}\\b`).test(read(path))).map(([whole]) => whole)).toEqual([]);
});

test('every path of a flow is there', () => {
  const paths = ['The way of a packet', 'The way of a press', 'The way of a record'].flatMap((title) =>
    [...section(title).matchAll(/`([\w./-]+\.(?:ts|sql|js))`/g)].map((match) => match[1] ?? ''),
  );
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

describe.each(['device', 'headend'])('tables of the %s', (side) => {
  test('each has exactly one owner, and no other is named', () => {
    const rows = [...section('Table owners').matchAll(new RegExp(`^\\| ${side} \\| \`(\\w+)\` \\| \`([\\w./-]+)\``, 'gm'))];
    expect(rows.map((row) => row[1]).sort()).toEqual([...tablesOf(side)].sort());
    expect(rows.filter((row) => !existsSync(join(ROOT, row[2] ?? ''))).map((row) => row[0])).toEqual([]);
  });
});

test('links of the README lead somewhere', () => {
  const readme = read('README.md');
  const titles = [...readme.matchAll(/^#+ (.*)$/gm)].map((match) => `#${(match[1] ?? '').toLowerCase().replaceAll(' ', '-')}`);
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !link.startsWith('http'));
  expect(links.filter((link) => (link.startsWith('#') ? !titles.includes(link) : !existsSync(join(ROOT, link))))).toEqual([]);
});
