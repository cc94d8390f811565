import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const PORTS = ['src/ports', 'src/headend/stores', 'device/stores'];

const sources = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));

/** Whoever brings another adapter must find what it has to keep. */
test('every port of a store is named by a promise of its contract suite', () => {
  const ports = PORTS.flatMap(sources).flatMap((text) =>
    [...text.matchAll(/export interface (\w*(?<!To)Store|(?!Opened)\w*Book)\b/g)].map(([, name]) => name ?? ''),
  );
  expect(ports.length).toBeGreaterThan(40);
  const promises = sources('test/contract').join('\n');
  expect(ports.filter((name) => !new RegExp(`\\b${name}\\b`).test(promises))).toEqual([]);
});
