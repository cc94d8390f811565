import { statfsSync } from 'node:fs';
import { limits } from '../../src/limits.ts';
import type { DiskSpace, StorageState } from './book-options.ts';

/** Free space as this process may use it (what `df` shows). */
export function readDiskSpace(folder: string): DiskSpace {
  const facts = statfsSync(folder);
  const usedBytes = (facts.blocks - facts.bfree) * facts.bsize;
  const freeBytes = facts.bavail * facts.bsize;
  return { totalBytes: usedBytes + freeBytes, usedBytes, freeBytes };
}

/**
 * At 90 % used the box stops selling; what is owed is settled in the reserve (ruling 30).
 *
 * Departure: with more than `limits.diskReserveMaxBytes` free the box sells on, because a tenth of a large disk shared with
 * other programs is no shortage. On a 32 GB card this is exactly the 90 % rule.
 */
export function judgeStorage(space: DiskSpace): StorageState {
  const usedPerMille = space.totalBytes === 0 ? 1_000 : Math.floor((space.usedBytes * 1_000) / space.totalBytes);
  const low = usedPerMille >= 1_000 - limits.diskReservePerMille && space.freeBytes < limits.diskReserveMaxBytes;
  return { usedPerMille, freeBytes: space.freeBytes, low };
}
