import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a program into one file, as the device's image does; the native module stays where it is. @returns the file's path */
export async function bundle(source: string, folder: string, name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [new URL(`../../${source}`, import.meta.url).pathname],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    outfile,
    plugins: [{ name: 'native', setup: ({ onResolve }) => onResolve({ filter: /^better-sqlite3$/ }, () => ({ path: NATIVE, external: true })) }],
    logLevel: 'error',
  });
  return outfile;
}

const NATIVE = new URL('../../node_modules/better-sqlite3/lib/index.js', import.meta.url).href;
