import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = 'kept-';
/** What acceptors remember of coins: told again to a new book, it would be credit that nobody paid. */
const ACCEPTOR_MEMORY = /-(?:acceptor|validator)\.json$/;

/**
 * Moves the closed book, the cash journal and the memory of acceptors into a dated folder beside them: the next start makes a new book.
 * Nothing is deleted. The order makes every interruption harmless: without its memory an acceptor begins a new epoch, without a journal
 * the old book opens as it was, and the book goes last.
 * @returns the folder's name, or null where the book was not closed cleanly: then nothing was moved
 */
export function keepBookAside(folder: string, wallMs: number): string | null {
  if (existsSync(join(folder, 'box.db-wal'))) return null;
  const name = freeName(folder, `${KEPT}${new Date(wallMs).toISOString().slice(0, 19).replaceAll(':', '-')}`);
  mkdirSync(join(folder, name), { mode: 0o700 });
  for (const file of [...readdirSync(folder).filter((entry) => ACCEPTOR_MEMORY.test(entry)), 'cash-journal.bin', 'box.db']) {
    if (!existsSync(join(folder, file))) continue;
    renameSync(join(folder, file), join(folder, name, file));
    for (const directory of [join(folder, name), folder]) syncFolder(directory);
  }
  return name;
}

/** The folder of the newest book that was kept aside; null where that never happened. */
export function lastKeptAside(folder: string): string | null {
  return (
    readdirSync(folder)
      .filter((entry) => entry.startsWith(KEPT))
      .sort()
      .at(-1) ?? null
  );
}

function freeName(folder: string, name: string): string {
  let free = name;
  for (let copy = 1; existsSync(join(folder, free)); copy += 1) free = `${name}.${copy}`;
  return free;
}

function syncFolder(folder: string): void {
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
