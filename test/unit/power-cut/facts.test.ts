import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Lost, lost, NOTHING, readDisk } from '../../power-cut/facts.ts';

const folder = mkdtempSync(join(tmpdir(), 'ackbox-facts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a disk without a file system is a loss of the box; a disk that this machine cannot copy is none', () => {
  const image = join(folder, 'image');
  writeFileSync(image, Buffer.alloc(1_048_576));
  expect(() => readDisk(image, join(folder, 'book'))).toThrow(Lost);
  let thrown: unknown;
  try {
    readDisk(join(folder, 'nowhere'), join(folder, 'book'));
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'ENOENT' });
  expect(thrown).not.toBeInstanceOf(Lost);
});

test('names all that a box lacks, and nothing that it has beyond', () => {
  const said = { coins: 3, records: 9, receipts: ['a', 'b'], paidPlays: ['a', 'b', 'c'] };
  expect(lost(said, { ...said, coins: 4 })).toEqual([]);
  expect(lost(said, NOTHING)).toEqual(['3 coins', '9 records', '2 receipts', '3 paid plays']);
});
