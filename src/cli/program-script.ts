import { join } from 'node:path';
import { projectRoot } from '../platform/project-root.ts';

const SOURCES = { box: ['device', 'main.ts'], headend: ['src', 'headend', 'main.ts'], sender: ['src', 'headend', 'sender', 'main.ts'] } as const;

/** True where this is a bundle: of a Debian package, or of `npm start`. */
export const isBundled = !import.meta.url.endsWith('.ts');

/** The script of one of our programs: its source, or the file beside this one where this is a bundle. */
export function programScript(name: keyof typeof SOURCES): string {
  return isBundled ? join(import.meta.dirname, `${name}.mjs`) : join(projectRoot, ...SOURCES[name]);
}
