// npm run deb: the Debian packages of box and headend, each with the Node it runs on. Needs dpkg-deb, and no root.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mpvArguments } from '../device/media/mpv-process.ts';
import { builtPage } from '../device/screen/page-build.ts';
import { BOX_ENVIRONMENT, BOX_NODE_FLAGS } from '../src/cli/box-runtime.ts';
import { bundlePrograms } from '../src/cli/bundle.ts';
import { projectRoot } from '../src/platform/project-root.ts';
import { scriptOptions } from '../test/script-options.ts';
import { nodeOf } from './node-of.ts';
import { copyModules } from './package-modules.ts';

export const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof ARCHITECTURES;
export type PackageName = 'ackbox-box' | 'ackbox-headend';

const NAMES: readonly PackageName[] = ['ackbox-box', 'ackbox-headend'];
/** What each package brings besides its programs: our file, where it goes, and its mode. */
const FILES: Readonly<Record<PackageName, readonly (readonly [from: string, to: string, mode: number])[]>> = {
  'ackbox-box': [
    ['box/ackbox-box.service', 'usr/lib/systemd/system/ackbox-box.service', 0o644],
    ['box/ackbox-network.service', 'usr/lib/systemd/system/ackbox-network.service', 0o644],
    ['box/ackbox-network.path', 'usr/lib/systemd/system/ackbox-network.path', 0o644],
    ['box/ackbox-wifi@.service', 'usr/lib/systemd/system/ackbox-wifi@.service', 0o644],
    ['box/ackbox-player.service', 'usr/lib/systemd/system/ackbox-player.service', 0o644],
    ['box/ackbox-kiosk.service', 'usr/lib/systemd/system/ackbox-kiosk.service', 0o644],
    ['box/60-ackbox.rules', 'usr/lib/udev/rules.d/60-ackbox.rules', 0o644],
    ['box/sysusers.conf', 'usr/lib/sysusers.d/ackbox-box.conf', 0o644],
    ['box/box.conf', 'etc/ackbox/box.conf', 0o644],
    ['box/fstab.sample', 'usr/share/doc/ackbox-box/fstab.sample', 0o644],
    ['box/ackbox-player', 'usr/lib/ackbox-box/bin/ackbox-player', 0o755],
    ['box/after-box', 'usr/lib/ackbox-box/bin/after-box', 0o755],
  ],
  'ackbox-headend': [
    ['headend/ackbox-headend.service', 'usr/lib/systemd/system/ackbox-headend.service', 0o644],
    ['headend/ackbox-sender.service', 'usr/lib/systemd/system/ackbox-sender.service', 0o644],
    ['headend/sysusers.conf', 'usr/lib/sysusers.d/ackbox-headend.conf', 0o644],
    ['headend/headend.conf', 'etc/ackbox/headend.conf', 0o644],
  ],
};

/** @returns the path of each package, below `into`, one folder an architecture */
export async function buildPackages(into: string, architectures: readonly Architecture[], names = NAMES): Promise<readonly string[]> {
  const programs = dirname((await bundlePrograms()).box);
  const page = await builtPage();
  const built: string[] = [];
  for (const architecture of architectures) {
    for (const name of names) built.push(buildPackage({ name, architecture, programs, page, into: join(into, architecture) }));
  }
  return built;
}

interface Plan {
  readonly name: PackageName;
  readonly architecture: Architecture;
  readonly programs: string;
  /** The script of the screen's page. */
  readonly page: string;
  readonly into: string;
}

function buildPackage({ name, architecture, programs, page, into }: Plan): string {
  const tree = join(into, `${name}.tree`);
  rmSync(tree, { recursive: true, force: true });
  const home = join(tree, 'usr', 'lib', name);
  mkdirSync(join(home, 'bin'), { recursive: true });
  cpSync(nodeOf(ARCHITECTURES[architecture]), join(home, 'bin', 'node'));
  cpSync(programs, join(home, 'programs'), { recursive: true });
  cpSync(join(projectRoot, 'migrations'), join(home, 'migrations'), { recursive: true });
  cpSync(join(projectRoot, 'device', 'screen'), join(home, 'device', 'screen'), { recursive: true, filter: (path) => !/\.tsx?$|tsconfig/.test(path) });
  cpSync(page, join(home, 'device', 'screen', 'page.js'));
  copyModules(join(home, 'node_modules'), ARCHITECTURES[architecture]);
  put(join(home, 'bin', 'ackbox'), filled('debian/ackbox', name, architecture), 0o755);
  for (const [from, to, mode] of FILES[name]) put(join(tree, to), filled(from, name, architecture), mode);
  put(join(tree, 'usr', 'share', 'doc', name, 'copyright'), readFileSync(join(projectRoot, 'LICENSE'), 'utf8'), 0o644);
  for (const script of ['postinst', 'prerm', 'postrm']) put(join(tree, 'DEBIAN', script), filled(`debian/${script}`, name, architecture), 0o755);
  put(join(tree, 'DEBIAN', 'conffiles'), `/etc/ackbox/${name.slice('ackbox-'.length)}.conf\n`, 0o644);
  const control = `${filled(`${name.slice('ackbox-'.length)}/control`, name, architecture)}Installed-Size: ${installedKilobytes(tree)}\n`;
  put(join(tree, 'DEBIAN', 'control'), control, 0o644);
  const path = join(into, `${name}_${version()}_${architecture}.deb`);
  // gzip: an old dpkg reads it too, and it takes seconds where xz takes minutes.
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z6', '--build', tree, path], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(tree, { recursive: true });
  return path;
}

/** One of our files, with what only the code knows put in. */
function filled(path: string, name: PackageName, architecture: Architecture): string {
  const known: Readonly<Record<string, string>> = {
    PACKAGE: name,
    SHORT: name.slice('ackbox-'.length),
    PRIORITY: name === 'ackbox-headend' ? '20' : '10',
    UNITS:
      name === 'ackbox-box'
        ? 'ackbox-player.service ackbox-box.service ackbox-network.path ackbox-network.service'
        : 'ackbox-sender.service ackbox-headend.service',
    VERSION: version(),
    ARCHITECTURE: architecture,
    NODE_FLAGS: BOX_NODE_FLAGS.join(' '),
    ENVIRONMENT: Object.entries(BOX_ENVIRONMENT)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
    PLAYER_ARGUMENTS: mpvArguments('player.sock', []).join(' '),
  };
  return readFileSync(join(import.meta.dirname, path), 'utf8').replaceAll(/@([A-Z_]+)@/g, (_, key: string) => {
    const value = known[key];
    if (value === undefined) throw new Error(`deploy/${path} asks for @${key}@, which nobody knows.`);
    return value;
  });
}

function put(path: string, text: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

function version(): string {
  return String((JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: unknown }).version);
}

function installedKilobytes(tree: string): string {
  return execFileSync('du', ['-sk', '--apparent-size', tree], { encoding: 'utf8' }).split('\t')[0] ?? '0';
}

const HELP = `Builds the Debian packages of box and headend, each with the Node it runs on. Needs dpkg-deb, and no root.

usage: npm run deb -- [--into DIR] [--architecture amd64,arm64] [--json]

  --into DIR           where they go, one folder an architecture (default: dist in the checkout)
  --architecture LIST  amd64, arm64, or both with a comma between (default: both)
  --json               one JSON object a package: path and bytes

Exit codes: 0 built, 1 failed, 2 wrong usage.
`;

if (import.meta.main) {
  const all = Object.keys(ARCHITECTURES) as Architecture[];
  const { into, architecture, json } = scriptOptions(HELP, { into: join(projectRoot, 'dist'), architecture: all.join(), json: false });
  const wanted = all.filter((name) => architecture.split(',').includes(name));
  if (wanted.length === 0) {
    process.stderr.write(`--architecture takes ${all.join(' or ')}, or both with a comma between, not ${JSON.stringify(architecture)}.\n`);
    process.exit(2);
  }
  for (const path of await buildPackages(into, wanted)) {
    const { size } = statSync(path);
    process.stdout.write(json ? `${JSON.stringify({ path, bytes: size })}\n` : `${path}  ${(size / 1e6).toFixed(1)} MB\n`);
  }
}
