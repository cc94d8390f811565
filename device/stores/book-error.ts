/** Why the book refused or failed. Closed; each message says what to do. */
export const BOOK_ERROR_CODES = [
  'already-running',
  'book-busy',
  'book-closed',
  'book-damaged',
  'charge-above-hold',
  'coin-invalid',
  'epoch-behind',
  'grant-ceiling',
  'guest-unknown',
  'key-reused',
  'nothing-to-refund',
  'play-unknown',
  'record-too-large',
  'session-unknown',
  'statement-missing',
  'storage-failed',
  'storage-full',
  'storage-low',
  'storage-read-only',
  'storage-too-new',
] as const;
export type BookErrorCode = (typeof BOOK_ERROR_CODES)[number];

/**
 * An operating error of the book. It travels as a rejected promise, because it crosses a worker thread; nothing is half done
 * when it arrives, and the same call with the same key may be made again.
 */
export class BookError extends Error {
  override readonly name = 'BookError';
  readonly code: BookErrorCode;

  constructor(code: BookErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const BY_SQLITE: readonly (readonly [prefix: string, code: BookErrorCode, message: string])[] = [
  ['SQLITE_FULL', 'storage-full', 'The disk of the box is full: free some space in the data folder, then try again.'],
  ['SQLITE_BUSY', 'book-busy', 'Another program holds the book: close it (a database browser, a backup), then try again.'],
  ['SQLITE_LOCKED', 'book-busy', 'Another program holds the book: close it (a database browser, a backup), then try again.'],
  // The shared memory of the journal is a file too.
  ['SQLITE_IOERR_SHMSIZE', 'storage-full', 'The disk of the box is full: free some space in the data folder, then try again.'],
  ['SQLITE_IOERR', 'storage-failed', 'The disk of the box failed to read or write: check it (dmesg), replace it if this comes again.'],
  ['SQLITE_CORRUPT', 'book-damaged', 'The book is damaged: restart the box; it moves the damaged file aside and rebuilds from the cash journal.'],
  ['SQLITE_NOTADB', 'book-damaged', 'The book is damaged: restart the box; it moves the damaged file aside and rebuilds from the cash journal.'],
  ['SQLITE_READONLY', 'storage-read-only', 'The data folder cannot be written: give the box write permission, or remount it writable.'],
  ['SQLITE_CANTOPEN', 'storage-read-only', 'The data folder cannot be opened: check that it exists and that the box may write there.'],
  ['ENOSPC', 'storage-full', 'The disk of the box is full: free some space in the data folder, then try again.'],
  ['EROFS', 'storage-read-only', 'The data folder is mounted read-only: remount it writable.'],
  ['EACCES', 'storage-read-only', 'The data folder cannot be written: give the box write permission.'],
  ['EIO', 'storage-failed', 'The disk of the box failed to read or write: check it (dmesg), replace it if this comes again.'],
];

/** Turns what SQLite or the file system threw into a BookError; anything else (a broken invariant) passes unchanged. */
export function asBookError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown instanceof BookError) return thrown;
  const raw = String(thrown.code);
  const match = BY_SQLITE.find(([prefix]) => raw.startsWith(prefix));
  return match === undefined ? thrown : new BookError(match[1], `${match[2]} (${raw})`);
}
