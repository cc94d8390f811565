import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { sha256Hex } from '../platform/crypto/digest.ts';
import { projectRoot } from '../platform/project-root.ts';

export interface Programs {
  readonly box: string;
  readonly headend: string;
}

/** Packages with native parts, loaded late, or minding the order of their modules: they stay where npm put them. */
const EXTERNAL = ['better-sqlite3', 'serialport', 'johnny-five', 'firmata-io', '@peculiar/x509', 'reflect-metadata'];

/**
 * The two programs as plain JavaScript, as a device runs them: a third less memory than from the sources, and a faster start.
 * Made again whenever a source changed (some 100 ms), under a name of its own, so that two at a time do not meet.
 */
export async function bundlePrograms(): Promise<Programs> {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: { box: 'device/main.ts', 'book-worker': 'device/stores/book-worker.ts', headend: 'src/headend/main.ts' },
    outdir: 'bundle',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    external: EXTERNAL,
    // Packages in CommonJS ask for Node's own modules by require.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    write: false,
    logLevel: 'error',
  });
  const name = sha256Hex(outputFiles.map((file) => file.hash).join()).slice(0, 16);
  const folder = join(projectRoot, 'node_modules', '.cache', 'ackbox-programs', name);
  if (!existsSync(folder)) await writeWhole(folder, outputFiles);
  return { box: join(folder, 'box.mjs'), headend: join(folder, 'headend.mjs') };
}

async function writeWhole(folder: string, files: readonly { readonly path: string; readonly contents: Uint8Array }[]): Promise<void> {
  const part = `${folder}.${process.pid}`;
  await mkdir(part, { recursive: true });
  await Promise.all(files.map((file) => writeFile(join(part, basename(file.path)), file.contents)));
  await rename(part, folder).catch(() => rm(part, { recursive: true, force: true }));
}
