// npm run deb:prove: installs the packages of this machine's architecture in a clean Debian and boots it: the services must come up
// as users without rights, a box must be enrolled, and the watchdog must end one that hangs. As root; some four minutes, 1 GB of disk.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { systemClock } from '../src/platform/system-clock.ts';
import { sleep } from '../src/ports/clock.ts';
import { buildPackages } from './build-packages.ts';

const SUITE = 'bookworm';
const UNITS = ['ackbox-player', 'ackbox-box', 'ackbox-headend'];
const WAIT_MS = 90_000;

const folder = mkdtempSync(join(tmpdir(), 'ackbox-install-'));
const root = join(folder, 'root');
const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Outside the clean root nothing of the installation is seen: mounts and processes are its own. */
function inRoot(script: string): string {
  return run('unshare', '-m', '-p', '-f', '--mount-proc', 'chroot', root, 'sh', '-ec', script);
}

async function until<Answer>(what: string, ask: () => Answer | null): Promise<Answer> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const answer = ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${WAIT_MS / 1_000} s`);
    await sleep(systemClock, 500);
  }
}

/** Runs a line in the booted machine. @returns its output, or null where it failed */
function inMachine(pid: string, ...line: readonly string[]): string | null {
  try {
    return execFileSync('nsenter', ['-t', pid, '-m', '-u', '-i', '-n', '-p', ...line], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
  } catch {
    return null;
  }
}

function installClean(packages: readonly string[]): void {
  run('mmdebstrap', '--quiet', '--variant=minbase', '--include=systemd', SUITE, root, 'http://deb.debian.org/debian');
  copyFileSync('/etc/resolv.conf', join(root, 'etc', 'resolv.conf'));
  writeFileSync(join(root, 'etc', 'machine-id'), '');
  for (const path of packages) copyFileSync(path, join(root, 'root', basename(path)));
  inRoot(
    'mount -t proc proc /proc; cd /root; apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends ./ackbox*.deb > /dev/null',
  );
  const units = UNITS.map((unit) => `/usr/lib/systemd/system/${unit}.service`).join(' ');
  inRoot(`systemd-analyze verify --man=no ${units}`);
  console.log('installed with apt in a clean root; systemd accepts the units');
}

async function proveServices(pid: string): Promise<void> {
  for (const unit of UNITS) await until(`${unit} active`, () => (inMachine(pid, 'systemctl', 'is-active', unit)?.trim() === 'active' ? true : null));
  for (const unit of UNITS) {
    const user =
      inMachine(pid, 'sh', '-c', `ps -o user= -p $(systemctl show -p MainPID --value ${unit})`)?.trim() ??
      inMachine(pid, 'systemctl', 'show', '-p', 'User', '--value', unit)?.trim();
    if (user === 'root' || user === undefined || user === '') throw new Error(`${unit} runs as ${user}`);
    console.log(`${unit} runs as ${user}`);
  }
  const code = await until(
    'the code of the box',
    () => /"code":"([A-Z0-9-]+)"/.exec(inMachine(pid, 'journalctl', '-u', 'ackbox-box', '-o', 'cat') ?? '')?.[1] ?? null,
  );
  await until('the enrolment', () => inMachine(pid, 'ackbox', 'box', 'enrol', code));
  await until('a box that sells', () => (status(pid).includes('Sells.') ? true : null));
  console.log('the box was enrolled and sells');
}

async function proveWatchdog(pid: string): Promise<void> {
  const before = status(pid);
  inMachine(pid, 'sh', '-c', 'kill -STOP $(systemctl show -p MainPID --value ackbox-box)');
  await until('the bark of the watchdog', () => (/NRestarts=[1-9]/.test(status(pid)) && status(pid).includes('Sells.') ? true : null));
  if (before.includes('NRestarts=1')) throw new Error('the box had restarted before');
  console.log('a box that hung was started again by the watchdog, and sells');
}

function status(pid: string): string {
  return inMachine(pid, 'systemctl', 'show', '-p', 'NRestarts,StatusText', 'ackbox-box') ?? '';
}

try {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  installClean(await buildPackages(join(folder, 'dist'), [architecture]));
  const machine = spawn('systemd-nspawn', ['-D', root, '--register=no', '--keep-unit', '--private-network', '--console=pipe', '--boot'], {
    stdio: 'ignore',
    env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '0' },
  });
  try {
    const pid = await until('systemd', () => /(\d+) systemd$/m.exec(run('sh', '-c', `ps -o pid=,comm= --ppid ${machine.pid ?? 0} || true`))?.[1] ?? null);
    await proveServices(pid);
    await proveWatchdog(pid);
  } finally {
    machine.kill('SIGKILL');
  }
} finally {
  await sleep(systemClock, 2_000);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
