import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

export interface FolderGuard {
  release(): void;
}

const NAMES = { headend: 'Another headend', sender: 'A sender' } as const;

/**
 * Keeps a data folder for one running headend, and one running sender: an exclusive SQLite transaction on a file of its own, which the operating system
 * ends with the process, however that ends. An ingest works beside them; a second one of them does not.
 */
export function guardFolder(folder: string, who: keyof typeof NAMES = 'headend'): Result<FolderGuard, Fault<'already-running' | 'folder-unusable'>> {
  let lock: Database.Database | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new Database(join(folder, `${who}.guard`), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    const held = lock;
    return ok({ release: () => void held.close() });
  } catch (thrown) {
    lock?.close();
    if (thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY'))
      return fault('already-running', `${NAMES[who]} already runs on ${folder}; stop it, or start this one with another --data folder.`);
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return fault(
      'folder-unusable',
      `The data folder ${folder} cannot be used (${reason}); check that it can be read and written, and that the disk is not full.`,
    );
  }
}
