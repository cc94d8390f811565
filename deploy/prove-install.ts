// npm run deb:prove: installs the packages of this machine's architecture in a clean Debian and boots it in a container whose root is
// read-only: the services must come up as users without rights, a box must be enrolled, and the watchdogs must end what hangs.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/platform/system-clock.ts';
import { sleep } from '../src/ports/clock.ts';
import { buildPackages } from './build-packages.ts';
import { debianMirror } from './debian-mirror.ts';

const HELP = `Installs ackbox-box and ackbox-headend with apt in a clean Debian, boots it with systemd-nspawn, and tries what a technician would.
A line for each proof: PASS or FAIL, what, and what was seen. As root; some five minutes, 1 GB of disk.

usage: npm run deb:prove -- [--json]

Exit codes: 0 all passed, 1 one failed (the rest is not tried), 2 wrong usage.
`;
const SUITE = 'bookworm';
const UNITS = ['ackbox-player', 'ackbox-box', 'ackbox-sender', 'ackbox-headend'];
const WAIT_MS = 90_000;
/** The one partition that is written to, and what of its options in fstab.sample a bind mount can have. */
const DATA = '/var/lib/ackbox';
const DATA_OPTIONS = ['nodev', 'nosuid', 'noexec', 'noatime'];

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
  run('mmdebstrap', '--quiet', '--variant=minbase', '--include=systemd', SUITE, root, debianMirror());
  copyFileSync('/etc/resolv.conf', join(root, 'etc', 'resolv.conf'));
  writeFileSync(join(root, 'etc', 'machine-id'), '');
  // A root that is thrown away need not reach the disk file by file.
  writeFileSync(join(root, 'etc', 'dpkg', 'dpkg.cfg.d', 'ackbox-prove'), 'force-unsafe-io\n');
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

/** Read-only but for the data; each service has a /tmp that no other program sees. */
async function rootIsReadOnly(pid: string): Promise<string> {
  for (const path of ['/usr', '/etc', '/var/lib', '/opt']) {
    if (inMachine(pid, 'touch', `${path}/written`) !== null) throw new Error(`root may write to ${path}`);
  }
  if (inMachine(pid, 'touch', `${DATA}/written`) === null) throw new Error(`${DATA} cannot be written to`);
  for (const unit of UNITS) {
    const mounts = inMachine(pid, 'sh', '-c', `cat /proc/$(systemctl show -p MainPID --value ${unit})/mountinfo`) ?? '';
    // What lies above hides what is below.
    const ofTmp = mounts.split('\n').findLast((line) => line.split(' ')[4] === '/tmp');
    if (!ofTmp?.includes(`/systemd-private-`) || !ofTmp.includes(`-${unit}.service-`)) throw new Error(`${unit} has no /tmp of its own: ${ofTmp ?? 'none'}`);
  }
  return `as fstab.sample says: only ${DATA} takes a write, also from root; each service has its own /tmp`;
}

/** The sender's process outlives a restart and a kill of the registry, and goes with it when that is stopped. */
async function senderStays(pid: string): Promise<string> {
  const sender = mainPid(pid, 'ackbox-sender');
  for (const deed of [
    ['restart', 'ackbox-headend'],
    ['kill', '--signal=KILL', 'ackbox-headend'],
  ]) {
    const registry = mainPid(pid, 'ackbox-headend');
    inMachine(pid, 'systemctl', ...deed);
    await until('the registry', () => {
      const serves = status(pid, 'ackbox-headend').includes('Serves') && mainPid(pid, 'ackbox-headend') !== registry;
      return serves && inMachine(pid, 'systemctl', 'is-active', 'ackbox-headend') !== null ? true : null;
    });
    if (mainPid(pid, 'ackbox-sender') !== sender) throw new Error(`the sender did not outlive systemctl ${deed.join(' ')}`);
  }
  inMachine(pid, 'systemctl', 'stop', 'ackbox-headend');
  await until('the end of the sender', () => (mainPid(pid, 'ackbox-sender') === '0' ? true : null));
  inMachine(pid, 'systemctl', 'start', 'ackbox-headend');
  await until('the sender', () => (status(pid, 'ackbox-sender').includes('Sends.') ? true : null));
  await until('a box that sells again', () => (status(pid, 'ackbox-box').includes('Sells.') ? true : null));
  return `process ${sender} stayed over a restart and a kill of the headend, went when that was stopped, and came back with it`;
}

/** All three at once: each has its own 30 s. */
async function watchdogsBark(pid: string, units: readonly string[]): Promise<string> {
  const before = units.map((unit) => ({ unit, restarts: restartsOf(pid, unit), text: /StatusText=(.*)/.exec(status(pid, unit))?.[1] ?? '' }));
  for (const { unit } of before) inMachine(pid, 'systemctl', 'kill', '--kill-who=main', '--signal=STOP', unit);
  const started = performance.now();
  const seen: string[] = [];
  for (const { unit, restarts, text } of before) {
    await until(`the bark for ${unit}`, () => (restartsOf(pid, unit) === restarts + 1 && status(pid, unit).includes(`StatusText=${text}`) ? true : null));
    seen.push(`${unit} (${text}) within ${Math.round((performance.now() - started) / 1_000)} s`);
  }
  const journal = inMachine(pid, 'journalctl', '-o', 'cat', '--no-pager') ?? '';
  const barks = journal.match(/Watchdog timeout/g)?.length ?? 0;
  if (barks < units.length) throw new Error(`${barks} barks in the journal for ${units.length} services`);
  return `stopped by hand, up again: ${seen.join(', ')}`;
}

function restartsOf(pid: string, unit: string): number {
  return Number(/NRestarts=(\d+)/.exec(status(pid, unit))?.[1] ?? Number.NaN);
}

function mainPid(pid: string, unit: string): string {
  return inMachine(pid, 'systemctl', 'show', '-p', 'MainPID', '--value', unit)?.trim() ?? '';
}

function status(pid: string, unit: string): string {
  return inMachine(pid, 'systemctl', 'show', '-p', 'NRestarts,StatusText', unit) ?? '';
}

/** What fstab.sample asks for, as nspawn is told it: memory for what is temporary, and our data folder for the data partition. */
function mountsOfFstab(): { readonly memory: readonly string[]; readonly dataOptions: string } {
  const lines = readFileSync(join(root, 'usr', 'share', 'doc', 'ackbox-box', 'fstab.sample'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));
  const optionsOf = (path: string): string => lines.find(([, at]) => at === path)?.[3] ?? '';
  if (!optionsOf('/').split(',').includes('ro')) throw new Error('fstab.sample has no read-only root');
  const options = optionsOf(DATA).split(',');
  return {
    memory: lines.filter(([device]) => device === 'tmpfs').map(([, at = '', , wishes = '']) => `--tmpfs=${at}:${wishes}`),
    dataOptions: ['remount', 'bind', ...DATA_OPTIONS.filter((option) => options.includes(option))].join(','),
  };
}

/** Boots the root in a container. @returns the id of its systemd, as seen here */
async function boot(): Promise<{ readonly pid: string; stop(): void }> {
  const data = join(folder, 'data');
  mkdirSync(data);
  mkdirSync(join(root, DATA), { recursive: true });
  const { memory, dataOptions } = mountsOfFstab();
  const container = ['-D', root, '--read-only', ...memory, `--bind=${data}:${DATA}`, '--register=no', '--keep-unit', '--private-network'];
  // Mounts of its own, which end with it.
  const script = `mount --bind "$0" "$0"; mount -o ${dataOptions} "$0"; exec systemd-nspawn "$@"`;
  const machine = spawn('unshare', ['-m', 'sh', '-ec', script, data, ...container, '--console=pipe', '--boot'], {
    stdio: 'ignore',
    env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '0' },
  });
  const find = (): string | null => /(\d+) systemd$/m.exec(run('sh', '-c', `ps -o pid=,comm= --ppid ${machine.pid ?? 0} || true`))?.[1] ?? null;
  // Its first process takes all others of it along; nspawn alone would leave them running.
  const stop = (): void => {
    const first = find();
    if (first !== null) process.kill(Number(first), 'SIGKILL');
    machine.kill('SIGKILL');
  };
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
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopMachine();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(1);
  });
}
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
  await prove('the root is read-only', () => rootIsReadOnly(pid));
  await prove('a box is enrolled by its code and sells', () => enrolledAndSells(pid));
  await prove('the sender outlives its registry', () => senderStays(pid));
  await prove('what hangs is started again by its watchdog', () => watchdogsBark(pid, ['ackbox-box', 'ackbox-headend', 'ackbox-sender']));
} finally {
  stopMachine();
  await sleep(systemClock, 2_000);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(failed ? 1 : 0);
