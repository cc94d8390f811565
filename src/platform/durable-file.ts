import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Keys, tokens and identities: readable by their owner only. */
export const PRIVATE_MODE = 0o600;

/**
 * Writes a whole file so that after any power cut either the old or the new one is there: temporary file, fsync, rename, fsync of
 * the folder. The folder is made (0700) where it is missing. Throws what the file system throws.
 */
export function writeDurably(path: string, contents: string | Uint8Array, mode: number = PRIVATE_MODE): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.new`;
  const file = openSync(temporary, 'w', mode);
  try {
    const bytes = Buffer.from(contents);
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** The text of a file, or null where there is none. Any other failure throws: "unreadable" is not "absent". */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
