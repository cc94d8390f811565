// npm run deb:prove: installs the packages of this machine's architecture in a clean Debian and boots it in a container: the services
// must come up as users without rights, a box must be enrolled, and the watchdogs must end what hangs.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/platform/system-clock.ts';
import { sleep } from '../src/ports/clock.ts';
import { buildPackages } from './build-packages.ts';

const HELP = `Installs ackbox-box and ackbox-headend with apt in a clean Debian, boots it with systemd-nspawn, and tries what a technician would.
A line for each proof: PASS or FAIL, what, and what was seen. As root; some five minutes, 1 GB of disk.

usage: npm run deb:prove -- [--json]

Exit codes: 0 all passed, 1 one failed (the rest is not tried), 2 wrong usage.
`;
const SUITE = 'bookworm';
const UNITS = ['ackbox-player', 'ackbox-box', 'ackbox-sender', 'ackbox-headend'];
const WAIT_MS = 90_000;

const json = readJsonWish();
const folder = mkdtempSync(join(tmpdir(), 'ackbox-install-'));
const root = join(folder, 'root');
const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

function readJsonWish(): boolean {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    if (process.getuid?.() !== 0) throw new Error('This makes a Debian and boots it: run it as root.');
    return values.json;
  } catch (thrown) {
    process.stderr.write(`deb:prove: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exit(2);
  }
}

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

/** @returns what was seen */
async function installClean(packages: readonly string[]): Promise<string> {
  run('mmdebstrap', '--quiet', '--variant=minbase', '--include=systemd', SUITE, root, 'http://deb.debian.org/debian');
  copyFileSync('/etc/resolv.conf', join(root, 'etc', 'resolv.conf'));
  writeFileSync(join(root, 'etc', 'machine-id'), '');
  for (const path of packages) copyFileSync(path, join(root, 'root', basename(path)));
  inRoot(
    'mount -t proc proc /proc; cd /root; apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends ./ackbox*.deb > /dev/null',
  );
  return packages.map((path) => basename(path)).join(', ');
}

async function unitsUnderstood(): Promise<string> {
  inRoot(`systemd-analyze verify --man=no ${UNITS.map((unit) => `/usr/lib/systemd/system/${unit}.service`).join(' ')}`);
  return UNITS.join(', ');
}

/** Each runs, as a user who is not root, holds no capability, and can gain none. */
async function withoutRights(pid: string): Promise<string> {
  const seen: string[] = [];
  for (const unit of UNITS) {
    await until(`${unit} active`, () => (inMachine(pid, 'systemctl', 'is-active', unit)?.trim() === 'active' ? true : null));
    const status = inMachine(pid, 'sh', '-c', `cat /proc/$(systemctl show -p MainPID --value ${unit})/status`) ?? '';
    const [uid, capabilities, sealed] = [/^Uid:\t(\d+)/m, /^CapBnd:\t(\w+)/m, /^NoNewPrivs:\t(\d)/m].map((field) => field.exec(status)?.[1]);
    const user = inMachine(pid, 'getent', 'passwd', uid ?? '')?.split(':')[0];
    const rights = `user ${user}, capabilities ${capabilities}, no new privileges ${sealed}`;
    if (user === undefined || user === 'root' || Number.parseInt(capabilities ?? '1', 16) !== 0 || sealed !== '1') throw new Error(`${unit}: ${rights}`);
    seen.push(`${unit} as ${user}`);
  }
  return `${seen.join(', ')}; none with a capability`;
}

/** What the service may write to, it says by trying: its own folder, and nothing else of the disk. */
async function writesOnlyItsData(pid: string): Promise<string> {
  for (const unit of UNITS) {
    const folder = unit === 'ackbox-headend' || unit === 'ackbox-sender' ? '/var/lib/ackbox/headend' : '/var/lib/ackbox/box';
    const mounts = inMachine(pid, 'sh', '-c', `cat /proc/$(systemctl show -p MainPID --value ${unit})/mountinfo`) ?? '';
    const writable = mounts
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, , , , at = '', options = '']) => /^rw(,|$)/.test(options) && !/^\/(dev|proc|run|sys|tmp|var\/tmp)(\/|$)/.test(at))
      .map(([, , , , at = '']) => at);
    if (writable.join() !== folder) throw new Error(`${unit} may write to ${writable.join(', ') || 'nothing'}, not only to ${folder}`);
  }
  return 'each its own folder below /var/lib/ackbox; the rest of the disk is read-only to it';
}

async function enrolledAndSells(pid: string): Promise<string> {
  const code = await until(
    'the code of the box',
    () => /"code":"([A-Z0-9-]+)"/.exec(inMachine(pid, 'journalctl', '-u', 'ackbox-box', '-o', 'cat') ?? '')?.[1] ?? null,
  );
  await until('the enrolment', () => inMachine(pid, 'ackbox', 'box', 'enrol', code));
  return await until('a box that sells', () => (status(pid, 'ackbox-box').includes('Sells.') ? 'its status: Sells.' : null));
}

async function watchdogBarks(pid: string, unit: string): Promise<string> {
  const before = status(pid, unit);
  if (!before.includes('NRestarts=0')) throw new Error(`${unit} had restarted before: ${before}`);
  inMachine(pid, 'sh', '-c', `kill -STOP $(systemctl show -p MainPID --value ${unit})`);
  const started = performance.now();
  const statusText = /StatusText=(.*)/.exec(before)?.[1] ?? '';
  await until(`the bark for ${unit}`, () => (/NRestarts=1/.test(status(pid, unit)) && status(pid, unit).includes(statusText) ? true : null));
  return `stopped by hand, up again ${Math.round((performance.now() - started) / 1_000)} s later: ${statusText}`;
}

function status(pid: string, unit: string): string {
  return inMachine(pid, 'systemctl', 'show', '-p', 'NRestarts,StatusText', unit) ?? '';
}

/** Boots the root in a container. @returns the id of its systemd, as seen here */
async function boot(): Promise<{ readonly pid: string; stop(): void }> {
  const machine = spawn('systemd-nspawn', ['-D', root, '--register=no', '--keep-unit', '--private-network', '--console=pipe', '--boot'], {
    stdio: 'ignore',
    env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '0' },
  });
  const stop = (): void => void machine.kill('SIGKILL');
  const find = (): string | null => /(\d+) systemd$/m.exec(run('sh', '-c', `ps -o pid=,comm= --ppid ${machine.pid ?? 0} || true`))?.[1] ?? null;
  try {
    return { pid: await until('systemd', find), stop };
  } catch (thrown) {
    stop();
    throw thrown;
  }
}

let failed = false;
async function prove(what: string, proof: () => Promise<string>): Promise<void> {
  if (failed) return;
  const started = performance.now();
  const seen = await proof().catch((thrown: unknown) => {
    failed = true;
    return thrown instanceof Error ? thrown.message : String(thrown);
  });
  const seconds = Math.round((performance.now() - started) / 1_000);
  const result = failed ? 'FAIL' : 'PASS';
  console.log(json ? JSON.stringify({ event: 'proof', what, result, seen, seconds }) : `${result} ${what}: ${seen} (${seconds} s)`);
}

let stopMachine = (): void => {};
try {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  await prove('apt installs both packages in a clean Debian', async () => installClean(await buildPackages(join(folder, 'dist'), [architecture])));
  await prove('systemd understands the units', unitsUnderstood);
  let pid = '';
  await prove('the installed Debian boots', async () => {
    const machine = await boot();
    stopMachine = machine.stop;
    pid = machine.pid;
    return 'in a container (systemd-nspawn)';
  });
  await prove('the services run without rights', () => withoutRights(pid));
  await prove('the services write to their data only', () => writesOnlyItsData(pid));
  await prove('a box is enrolled by its code and sells', () => enrolledAndSells(pid));
  for (const unit of ['ackbox-box', 'ackbox-headend', 'ackbox-sender']) {
    await prove(`${unit} that hangs is started again by its watchdog`, () => watchdogBarks(pid, unit));
  }
} finally {
  stopMachine();
  await sleep(systemClock, 2_000);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(failed ? 1 : 0);
