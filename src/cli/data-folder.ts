import { join } from 'node:path';
import { projectRoot } from '../platform/project-root.ts';

/** Where `npm start` keeps its headend and its box, unless --data says otherwise: `.ackbox` in the checkout. */
export function defaultDataFolder(): string {
  return process.env.ACKBOX_DATA ?? join(projectRoot, '.ackbox');
}
