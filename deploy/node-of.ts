import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../src/platform/project-root.ts';

/** The Node of an architecture: the one npm installed, or its package from the registry, kept beside the other caches. */
export function nodeOf(architecture: 'x64' | 'arm64'): string {
  const name = `node-linux-${architecture}`;
  const installed = join(projectRoot, 'node_modules', name, 'bin', 'node');
  if (existsSync(installed)) return installed;
  const version = (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { optionalDependencies: Record<string, string> })
    .optionalDependencies[name];
  const folder = join(projectRoot, 'node_modules', '.cache', 'ackbox-node', `${name}-${version}`);
  if (!existsSync(folder)) download(`${name}@${version}`, folder);
  return join(folder, 'package', 'bin', 'node');
}

function download(what: string, folder: string): void {
  const part = `${folder}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  execFileSync('npm', ['pack', '--silent', what], { cwd: part, stdio: ['ignore', 'ignore', 'inherit'] });
  const [archive = ''] = readdirSync(part);
  execFileSync('tar', ['-xzf', archive, 'package/bin/node', 'package/LICENSE'], { cwd: part });
  rmSync(join(part, archive));
  renameSync(part, folder);
}
