import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { ForgetfulDisk } from '../../power-cut/forgetful-disk.ts';

const SECTOR = 512;
const sectors = (count: number, value: number): Buffer => Buffer.alloc(count * SECTOR, value);

let folder: string;
let disk: ForgetfulDisk;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-disk-'));
  writeFileSync(join(folder, 'image'), sectors(64, 1));
  disk = ForgetfulDisk.of(join(folder, 'image'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function medium(): Buffer {
  disk.save(join(folder, 'image'));
  return readFileSync(join(folder, 'image'));
}

describe('a disk with a volatile cache', () => {
  test('reads what was written, also where only part of it is in the cache', () => {
    disk.write(SECTOR + 100, Buffer.from('between'));
    expect(disk.read(SECTOR + 98, 11)).toEqual(Buffer.from('\u0001\u0001between\u0001\u0001'));
    expect(disk.read(0, 3 * SECTOR).length).toBe(3 * SECTOR);
  });

  test('has nothing on its medium before a flush, and all of it after', () => {
    disk.write(0, sectors(8, 2));
    expect(medium()).toEqual(sectors(64, 1));
    disk.flush();
    expect(medium()).toEqual(Buffer.concat([sectors(8, 2), sectors(56, 1)]));
    expect(disk.atRisk).toBe(0);
  });

  test('is cut as it was when it was forked, whatever happens to the other one later', () => {
    disk.write(0, sectors(4, 2));
    const fork = disk.fork();
    disk.write(0, sectors(4, 3));
    disk.flush();
    expect([fork.atRisk, fork.read(0, SECTOR)]).toEqual([4, sectors(1, 2)]);
    expect(fork.cut(() => 0)).toEqual({ lost: 4, atRisk: 4 });
    expect(fork.read(0, SECTOR)).toEqual(sectors(1, 1));
    fork.write(0, sectors(4, 4));
    fork.flush();
    expect(medium()).toEqual(Buffer.concat([sectors(4, 3), sectors(60, 1)]));
  });

  test('keeps at a cut all that was flushed, and of the rest whole sectors of any version', () => {
    const random = new SeededRandom(7);
    const seen = new Set<number>();
    for (let round = 0; round < 40; round++) {
      disk.write(0, sectors(64, 1));
      disk.flush();
      disk.write(0, sectors(32, 2));
      disk.write(0, sectors(32, 3));
      const { lost, atRisk } = disk.cut(() => random.fraction());
      const kept = medium();
      expect(kept.subarray(32 * SECTOR)).toEqual(sectors(32, 1));
      const values = Array.from({ length: 32 }, (_, sector) => kept.subarray(sector * SECTOR, (sector + 1) * SECTOR));
      for (const sector of values) expect(new Set(sector).size).toBe(1);
      for (const [value = 0] of values) seen.add(value);
      expect({ lost, atRisk }).toEqual({ lost: values.filter(([value]) => value !== 3).length, atRisk: 32 });
    }
    expect([...seen].sort()).toEqual([1, 2, 3]);
  });
});
