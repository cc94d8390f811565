import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { projectRoot } from '../../src/platform/project-root.ts';

/** In an installed package, which brings neither the sources nor what builds them. */
const SHIPPED = join(projectRoot, 'device', 'screen', 'page.js');
const SOURCES = ['device/screen/page', 'device/texts', 'src/units'];

/**
 * The script of the screen's page as a browser takes it, made of `device/screen/page` whenever a source changed (some 60 ms). A start
 * of the house makes it before the box is up.
 * @returns its path
 */
export async function builtPage(): Promise<string> {
  if (existsSync(SHIPPED)) return SHIPPED;
  const file = join(projectRoot, 'node_modules', '.cache', 'ackbox-page', `${await sourceState()}.js`);
  if (!existsSync(file)) await buildInto(file);
  return file;
}

async function sourceState(): Promise<string> {
  const listed = await Promise.all(SOURCES.map((folder) => readdir(join(projectRoot, folder), { recursive: true, withFileTypes: true })));
  const files = listed.flat().filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name));
  const paths = [...files.map((entry) => join(entry.parentPath, entry.name)), join(projectRoot, 'package-lock.json')].sort();
  const states = await Promise.all(paths.map(async (path) => ({ path, ...(await stat(path)) })));
  return sha256Hex(states.map(({ path, size, mtimeMs }) => `${path} ${size} ${mtimeMs}`).join('\n')).slice(0, 16);
}

async function buildInto(file: string): Promise<void> {
  // Loaded only where something changed; its own process ends at once.
  const { build, stop } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: ['device/screen/page/main.tsx'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'chrome109',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    write: false,
    logLevel: 'error',
  });
  await stop();
  const part = `${file}.${process.pid}`;
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(part, outputFiles[0]?.contents ?? new Uint8Array());
  await rename(part, file).catch(() => rm(part, { force: true }));
}
