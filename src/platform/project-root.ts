import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds migrations/ and the screen's pages, from the sources as from a bundle of them. */
export const projectRoot = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'migrations', 'device'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('The folder migrations/ of Ackbox was not found above this program; install it again.');
  return findRoot(parent);
}
