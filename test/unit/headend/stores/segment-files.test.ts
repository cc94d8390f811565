import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SegmentFiles } from '../../../../src/headend/stores/segment-files.ts';

let root = '';
let store: SegmentFiles;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ackbox-segments-'));
  store = new SegmentFiles(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const bytes = Uint8Array.of(1, 2, 3);
const name = createHash('sha256').update(bytes).digest('hex');
const path = (): string => join(root, name.slice(0, 2), name.slice(2, 4), name);
const files = (): readonly string[] => readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));

test('names a segment by its hash, two folders deep, and gives it back', async () => {
  expect(await store.put(bytes)).toBe(name);
  expect(await store.has(name)).toBe(true);
  expect(new Uint8Array(await new SegmentFiles(root).get(name))).toEqual(bytes);
  expect(files()).toEqual([name]);
});

test('the same segment put many times at once is one file, and no temporary one stays', async () => {
  expect(new Set(await Promise.all(Array.from({ length: 20 }, () => store.put(bytes))))).toEqual(new Set([name]));
  expect(files()).toEqual([name]);
});

test('a damaged segment is refused by name, and healed by putting it again', async () => {
  await store.put(bytes);
  writeFileSync(path(), 'something else');
  await expect(store.get(name)).rejects.toThrow(`${name} is damaged`);
  await store.put(bytes);
  expect(new Uint8Array(await store.get(name))).toEqual(bytes);
});

test('a missing segment is refused by name; removing it twice is no error', async () => {
  await store.put(bytes);
  await store.remove(name);
  await store.remove(name);
  expect(await store.has(name)).toBe(false);
  await expect(store.get(name)).rejects.toThrow(name);
});

test('a name that is no hash never reaches the file system', async () => {
  await expect(store.get('../../../etc/passwd')).rejects.toThrow('named by its SHA-256');
});
