import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { builtPage } from '../../device/screen/page-build.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import { projectRoot } from '../platform/project-root.ts';
import { isBundled } from './program-script.ts';

export interface Programs {
  readonly box: string;
  readonly headend: string;
  readonly sender: string;
  /** The command itself, for what runs beside them. */
  readonly ackbox: string;
}

/** Packages with native parts, or loaded late: they stay where npm put them. */
export const EXTERNAL = ['better-sqlite3', 'serialport', 'johnny-five', 'firmata-io', 'libxml2-wasm', 'koffi', 'esbuild'];

const SHARED = {
  absWorkingDir: projectRoot,
  outdir: 'bundle',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: [...EXTERNAL],
  // Packages in CommonJS ask for Node's own modules by require.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  write: false,
  logLevel: 'error',
  // A process keeps the text of its program in memory, and twice as much of it where one comment holds a letter beyond ASCII.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'external',
  // So that a trace still says where.
  lineLimit: 240,
} as const satisfies BuildOptions;

/**
 * The programs as plain JavaScript, as a device runs them: a third less memory than from the sources, and a faster start.
 * Made again whenever a source changed (some 300 ms), under a name of its own, so that two at a time do not meet. An installed package
 * holds them ready.
 */
export async function bundlePrograms(): Promise<Programs> {
  if (isBundled) return programsIn(import.meta.dirname);
  const folder = join(projectRoot, 'node_modules', '.cache', 'ackbox-programs', await sourceState());
  if (!existsSync(folder)) {
    await bundleInto(folder);
    // After it, not beside it: the page ends the builder that both use.
    await builtPage();
  }
  return programsIn(folder);
}

function programsIn(folder: string): Programs {
  return { box: join(folder, 'box.mjs'), headend: join(folder, 'headend.mjs'), sender: join(folder, 'sender.mjs'), ackbox: join(folder, 'ackbox.mjs') };
}

/** Changes whenever a source or a package does: names, sizes and times of all of them. */
async function sourceState(): Promise<string> {
  const listed = await Promise.all(['src', 'device'].map((folder) => readdir(join(projectRoot, folder), { recursive: true, withFileTypes: true })));
  const files = listed.flat().filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name));
  const paths = [...files.map((entry) => join(entry.parentPath, entry.name)), join(projectRoot, 'package-lock.json')].sort();
  const states = await Promise.all(paths.map(async (path) => ({ path, ...(await stat(path)) })));
  return sha256Hex(states.map(({ path, size, mtimeMs }) => `${path} ${size} ${mtimeMs}`).join('\n')).slice(0, 16);
}

async function bundleInto(folder: string): Promise<void> {
  // Loaded only where something changed.
  const { build } = await import('esbuild');
  const [box, others] = await Promise.all([
    build({ ...SHARED, entryPoints: { box: 'device/main.ts', 'book-worker': 'device/stores/book-worker.ts' }, alias: { undici: './src/cli/undici-core.mjs' } }),
    build({
      ...SHARED,
      entryPoints: {
        headend: 'src/headend/main.ts',
        sender: 'src/headend/sender/main.ts',
        'commit-worker': 'src/headend/sender/commit-worker.ts',
        ackbox: 'src/cli/ackbox.ts',
      },
      alias: { '@peculiar/x509': './node_modules/@peculiar/x509/build/x509.es.js' },
    }),
  ]);
  await writeWhole(folder, [...box.outputFiles, ...others.outputFiles]);
}

async function writeWhole(folder: string, files: readonly { readonly path: string; readonly contents: Uint8Array }[]): Promise<void> {
  const part = `${folder}.${process.pid}`;
  await mkdir(part, { recursive: true });
  await Promise.all(files.map((file) => writeFile(join(part, basename(file.path)), file.contents)));
  await rename(part, folder).catch(() => rm(part, { recursive: true, force: true }));
}
