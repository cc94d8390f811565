#!/usr/bin/env node
// The one file that any Node can run: it brings what is missing (npm packages, system programs), then goes on in the Node 24
// that the packages contain. Plain JavaScript for that reason. Everything it says goes to standard error.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');

/** Debian package of each program, by the subcommand that cannot do without it. */
const PROGRAMS = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  mpv: 'mpv',
  chromium: 'chromium',
  socat: 'socat',
  tshark: 'tshark',
  'gst-launch-1.0': 'gstreamer1.0-tools',
  'avr-gcc': 'gcc-avr',
  snmpwalk: 'snmp',
  rx: 'lrzsz',
  'systemd-analyze': 'systemd',
  'systemd-nspawn': 'systemd-container',
  'qemu-system-aarch64': 'qemu-system-arm',
  'qemu-aarch64-static': 'qemu-user-static',
  debugfs: 'e2fsprogs',
  ip: 'iproute2',
  arecord: 'alsa-utils',
  wpa_supplicant: 'wpasupplicant',
  'dbus-daemon': 'dbus',
};
const LIBRARIES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const GST_PLUGINS = `${LIBRARIES}/gstreamer-1.0`;
/** What is no program, found by its file: a real recording that the tests play, the C library of the panel board, a clock that jumps. */
const FILES = {
  'gst-base': { package: 'gstreamer1.0-plugins-base', path: `${GST_PLUGINS}/libgstopus.so` },
  'gst-good': { package: 'gstreamer1.0-plugins-good', path: `${GST_PLUGINS}/libgstrtsp.so` },
  libfaketime: { package: 'libfaketime', path: `${LIBRARIES}/faketime/libfaketimeMT.so.1` },
  libsodium: { package: 'libsodium23', path: `${LIBRARIES}/libsodium.so.23` },
  'avr-libc': { package: 'avr-libc', path: '/usr/lib/avr/include/avr/io.h' },
  recording: { package: 'fretsonfire-songs-sectoid', path: '/usr/share/games/fretsonfire/data/songs/sectoid/Metal madness/guitar.ogg' },
  film: { package: 'forensics-samples-files', path: '/usr/share/forensics-samples/original-files/movie2/movie-hello.mp4' },
};
const NEEDS = { start: ['ffmpeg', 'ffprobe', 'mpv'], ingest: ['ffmpeg', 'ffprobe'] };

function say(text) {
  process.stderr.write(`${text}\n`);
}

function stop(text) {
  say(`ackbox: ${text}`);
  process.exit(1);
}

function lockFingerprint() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function packagesReady(marker) {
  return existsSync(marker) && readFileSync(marker, 'utf8') === lockFingerprint();
}

function installPackages() {
  const marker = join(modules, '.ackbox-packages');
  if (packagesReady(marker)) return;
  say('setting up 1/2: npm packages (about 270 MB, once) ...');
  const started = Date.now();
  // No install scripts: every native part comes prebuilt inside its package. Not `npm ci`: it refuses a lock without the optional packages of every other platform, and not every registry has them all.
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const result = spawnSync(command, [...first, 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0)
    stop('the npm packages could not be installed. Check the network and that this folder can be written, then run the same command again.');
  writeFileSync(marker, lockFingerprint());
  say(`setting up 1/2: npm packages are there (${((Date.now() - started) / 1000).toFixed(0)} s)`);
}

function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, program)));
}

function installPrograms(wanted) {
  const isThere = (wish) => (FILES[wish] ? existsSync(FILES[wish].path) : onPath(wish));
  const missing = [...new Set(wanted.filter((wish) => !isThere(wish)).map((wish) => FILES[wish]?.package ?? PROGRAMS[wish] ?? wish))];
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) stop(`missing programs: ${missing.join(', ')}. Install them with:\n  sudo ${line}`);
  say(`setting up 2/2: system programs ${missing.join(', ')} ...`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => spawnSync('apt-get', line.split(' ').slice(1), { env: environment, stdio: ['ignore', 'ignore', 2] }).status === 0;
  const update = () => spawnSync('apt-get', ['update', '-qq'], { env: environment, stdio: ['ignore', 'ignore', 2] });
  if (existsSync('/var/lib/apt/lists') && install()) return;
  update();
  if (!install()) stop(`could not install ${missing.join(', ')}. Try by hand:\n  apt-get update && ${line}`);
}

/** The Node 24 of the packages, or this one where it is new enough (other systems bring their own). */
function modernNode() {
  const brought = join(modules, `node-linux-${process.arch}`, 'bin', 'node');
  if (existsSync(brought)) return brought;
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  return stop(`Node ${process.versions.node} is too old and none for ${process.platform}-${process.arch} came with the packages. Install Node 24.`);
}

function plan(argv) {
  const needs = [];
  const rest = [...argv];
  if (rest[0] === '--with') {
    rest.shift();
    needs.push(...(rest.shift() ?? '').split(','));
  }
  // Who brings all that a start needs is prepared for it too; a start itself is on its way sooner without.
  if (rest[0] === '--then-node') return { needs, script: rest.slice(1), warm: NEEDS.start.every((program) => needs.includes(program)) };
  needs.push(...(NEEDS[rest[0]] ?? []));
  if (rest[0] === 'start' && rest.includes('--console')) needs.push('socat');
  const asksHelp = rest.includes('--help') || rest.includes('-h');
  return { needs: asksHelp ? [] : needs, script: [join(root, 'src', 'cli', 'ackbox.ts'), ...rest], warm: false };
}

const startedAtMs = Date.now();
if (Number(process.versions.node.split('.')[0]) < 20) stop(`Node ${process.versions.node} is too old even to begin with; Node 20 or newer is needed.`);
const { needs, script, warm } = plan(process.argv.slice(2));
installPackages();
installPrograms(needs);
const cache = join(modules, '.cache', 'ackbox-compile');
mkdirSync(cache, { recursive: true });
const environment = { ...process.env, NODE_COMPILE_CACHE: cache, ACKBOX_STARTED_AT_MS: String(startedAtMs), NODE_NO_WARNINGS: '1' };
if (warm) spawnSync(modernNode(), [join(root, 'src', 'cli', 'warm-up.ts')], { env: environment, stdio: ['ignore', 'ignore', 2], timeout: 90_000 });
const child = spawn(modernNode(), script, { stdio: 'inherit', env: environment });
// A terminal sends Ctrl-C to the child as well: here it only must not end the parent first.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => stop(`could not start Node: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
