import Database from 'better-sqlite3';

/**
 * What a SQLite exception means for those who asked:
 * - `storage-full`    the disk has no room (or a quota is used up): free space, then ask again; nothing was written
 * - `storage-locked`  another program holds the file: ask again shortly, or stop the other program
 * - `storage-damaged` the file is not a sound database: restore it, nothing may be written over it
 * - `storage-failed`  the disk refuses reads or writes (I/O error, read-only)
 */
export type StorageCode = 'storage-full' | 'storage-locked' | 'storage-damaged' | 'storage-failed';

/** @returns the closed code of an exception of SQLite, or null where it is something else (a bug, a broken constraint) */
export function storageCode(error: unknown): StorageCode | null {
  if (!(error instanceof Database.SqliteError)) return null;
  const code = error.code;
  if (code === 'SQLITE_FULL') return 'storage-full';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'storage-locked';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'storage-damaged';
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') {
    return 'storage-failed';
  }
  return null;
}
