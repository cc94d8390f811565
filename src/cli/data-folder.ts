import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../platform/project-root.ts';

/** Where `npm start` keeps its headend and its box, unless --data says otherwise: `.ackbox` in the checkout. */
export function defaultDataFolder(): string {
  return process.env.ACKBOX_DATA ?? join(projectRoot, '.ackbox');
}

/**
 * The book of the headend whose folder --data names; the folder of the whole house will do as well. Without one, that of `npm start`.
 * @returns the path whether or not there is a book
 */
export function headendBookPath(data: string | undefined): string {
  const folder = data ?? defaultDataFolder();
  const inHouse = join(folder, 'headend', 'headend.db');
  return data === undefined || existsSync(inHouse) ? inHouse : join(folder, 'headend.db');
}
