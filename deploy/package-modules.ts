import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { EXTERNAL } from '../src/cli/bundle.ts';
import { projectRoot } from '../src/platform/project-root.ts';

/** Needed to make bundles, not to run them. */
const NOT_SHIPPED = ['esbuild'];
/** Sources of native parts, which come built. */
const SOURCES = ['better-sqlite3/deps', 'better-sqlite3/src', 'node-addon-api', '@serialport/bindings-cpp/src', 'koffi/vendor', 'koffi/lib', 'koffi/doc'];

interface Dependencies {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** Copies the packages that the bundles leave outside, with all they need themselves, and of native parts only those of this architecture. */
export function copyModules(into: string, architecture: 'x64' | 'arm64'): void {
  const modules = join(projectRoot, 'node_modules');
  for (const folder of runtimeModules(modules, architecture)) {
    const name = relative(modules, folder);
    mkdirSync(dirname(join(into, name)), { recursive: true });
    cpSync(folder, join(into, name), { recursive: true, dereference: true, filter: (path) => isShipped(relative(modules, path), architecture) });
  }
}

/** Folders of packages, found as Node would: beside whoever asks, else further up. */
function runtimeModules(modules: string, architecture: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string, asker: string): void => {
    const folder = findModule(name, asker, modules);
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Dependencies;
    // What npm installs for its own machine only is missing in a package for another one, whose programs then do without it.
    const optional = Object.keys(optionalDependencies).filter((needed) => needed.endsWith(`-linux-${architecture}`) && existsSync(join(modules, needed)));
    for (const needed of [...Object.keys(dependencies), ...optional]) visit(needed, folder);
  };
  for (const name of EXTERNAL.filter((external) => !NOT_SHIPPED.includes(external))) visit(name, modules);
  return found;
}

/** Throws where npm has not installed it: half a package must not be built. */
function findModule(name: string, asker: string, modules: string): string {
  for (let folder = asker; folder.startsWith(modules); folder = dirname(folder)) {
    const candidate = join(basename(folder) === 'node_modules' ? folder : join(folder, 'node_modules'), name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  throw new Error(`${name}, which ${asker} needs, is not installed; run npm install.`);
}

function isShipped(path: string, architecture: 'x64' | 'arm64'): boolean {
  if (SOURCES.some((source) => path === source || path.includes(`${source}/`))) return false;
  if (/\.(d\.ts|map|md|cc|h|gyp)$/.test(path) || /\/(test|tests|eg|docs|\.github)(\/|$)/.test(path)) return false;
  if (/(^|\/)musl_/.test(path)) return false;
  const prebuild = /\/prebuilds\/([^/]+)/.exec(path)?.[1];
  if (prebuild === undefined) return true;
  return prebuild.replace(/\.node$/, '') === `linux-${architecture}` && !path.endsWith('.musl.node');
}
