import { storageCode } from '../../platform/sqlite-fault.ts';

export type HeadendBookCode = 'book-damaged' | 'book-locked' | 'book-newer' | 'storage-full' | 'storage-failed';

const WORDS: Readonly<Record<HeadendBookCode, string>> = {
  'book-damaged':
    'The headend book is damaged. Stop the headend, restore headend.db from a backup, or move it aside by hand; a new book is only begun where no file is.',
  'book-locked': 'Another program holds the headend book. Close it (a second headend, a database browser, a backup), then start again.',
  'book-newer': 'The headend book was written by another version of the program.',
  'storage-full': 'The disk of the headend is full. Free some space; boxes keep their records and send them again.',
  'storage-failed': 'The disk of the headend cannot be read or written. Check permissions, mount and cable.',
};

/** An operating error of the headend's book. Nothing was written when it is thrown, and the same call may be made again. */
export class HeadendBookError extends Error {
  override readonly name = 'HeadendBookError';
  readonly code: HeadendBookCode;

  constructor(code: HeadendBookCode, detail: string) {
    super(detail === '' ? WORDS[code] : `${WORDS[code]} (${detail})`);
    this.code = code;
  }
}

/** Gives what SQLite threw its closed code; anything else, a broken invariant, passes unchanged. */
export function asHeadendBookError(thrown: unknown): unknown {
  const code = storageCode(thrown);
  if (code === null || !(thrown instanceof Error)) return thrown;
  if (code === 'storage-damaged') return new HeadendBookError('book-damaged', thrown.message);
  if (code === 'storage-locked') return new HeadendBookError('book-locked', thrown.message);
  return new HeadendBookError(code, thrown.message);
}
