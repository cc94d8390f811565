import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readIfThere } from '../../src/platform/durable-file.ts';
import { asBookError, BookError } from './book-error.ts';

/** Keeps the data folder for one running box. */
export interface InstanceGuard {
  release(): void;
}

/**
 * Locks the folder with a lock of the operating system (an exclusive SQLite transaction on a file of its own): it goes with the
 * process, however that ends, so there is no stale lock to guess about. `box.lock` says in words who holds it.
 * Throws `already-running`.
 */
export function guardInstance(folder: string): InstanceGuard {
  const lockPath = join(folder, 'box.lock');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = new Database(join(folder, 'box.guard'), { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (thrown) {
      lock.close();
      throw isBusy(thrown) ? alreadyRunning(folder, lockPath) : thrown;
    }
    noteHolder(lockPath);
    return {
      release() {
        rmSync(lockPath, { force: true });
        lock.close();
      },
    };
  } catch (thrown) {
    throw asBookError(thrown);
  }
}

/** For people only: a full disk does not keep the box from starting. */
function noteHolder(lockPath: string): void {
  try {
    writeFileSync(lockPath, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // Then the words of a second box do not name the process.
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY');
}

function alreadyRunning(folder: string, lockPath: string): BookError {
  const pid = readIfThere(lockPath)?.trim() || 'unknown';
  return new BookError('already-running', `A box already runs on ${folder} (process ${pid}): stop it, or start this one with another data folder.`);
}
