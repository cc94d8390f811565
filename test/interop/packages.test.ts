import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackages } from '../../deploy/build-packages.ts';
import { copyModules } from '../../deploy/package-modules.ts';

/** Field e_machine of an ELF header: x86-64 and AArch64. */
const MACHINES = { x64: 0x3e, arm64: 0xb7 } as const;
const NOBODY = 65_534;
const HERE = process.arch === 'arm64' ? 'arm64' : 'amd64';

const scratch = mkdtempSync(join(tmpdir(), 'ackbox-packages-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function nativeParts(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.node'));
}

describe('the modules of a package', () => {
  test.each(['x64', 'arm64'] as const)('bring the native parts of %s, built, and no other', (architecture) => {
    const into = join(scratch, architecture);
    copyModules(into, architecture);
    const parts = nativeParts(into);
    const names = parts.map((path) => path.split(/\/(?:prebuilds|linux_[^/]+)\//)[0]).sort();
    // npm installs koffi's native part for the machine it runs on; a headend without it is slower and works.
    const here = architecture === process.arch ? [`@koromix/koffi-linux-${architecture}`] : [];
    expect(names).toEqual([...here, '@serialport/bindings-cpp', 'better-sqlite3']);
    for (const path of parts) expect(readFileSync(join(into, path)).readUInt16LE(18)).toBe(MACHINES[architecture]);
  });
});

/** What systemd-analyze thinks a service could do to its machine if it were taken over: 0 nothing, 100 everything. */
function exposureTenths(unit: string): number {
  const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [, whole, tenth] = /Overall exposure level for \S+: (\d+)\.(\d)/.exec(said) ?? [];
  return Number(`${whole}${tenth}`);
}

describe('the units of the headend', () => {
  const units = ['ackbox-headend.service', 'ackbox-sender.service'];

  test.each(units)('%s has few rights: an exposure of at most 20 tenths, of a hundred', (unit) => {
    expect(exposureTenths(join(import.meta.dirname, '../../deploy/headend', unit))).toBeLessThanOrEqual(20);
  });

  test('are understood by systemd, and the sender comes before the registry that looks for it', () => {
    const placed = units.map((unit) => {
      const text = readFileSync(join(import.meta.dirname, '../../deploy/headend', unit), 'utf8');
      writeFileSync(join(scratch, unit), text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      return join(scratch, unit);
    });
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...placed], { encoding: 'utf8' });
    expect({ status, ours: stderr.split('\n').filter((words) => words.includes('ackbox')) }).toEqual({ status: 0, ours: [] });
    const [headend = '', sender = ''] = placed.map((path) => readFileSync(path, 'utf8'));
    expect(headend).toMatch(/^Wants=ackbox-sender\.service$/m);
    expect(headend).toMatch(/^After=ackbox-sender\.service /m);
    expect(headend).toMatch(/ --sender apart$/m);
    // Pulled in by the headend, also while that one starts again; nothing keeps it up when the headend is stopped.
    expect(sender).toMatch(/^StopWhenUnneeded=yes$/m);
    const folderOf = (text: string): string | undefined => /--data (\S+)/.exec(text)?.[1];
    expect(folderOf(sender)).toBe(folderOf(headend));
  });
});

describe('the package of the box', () => {
  const tree = join(scratch, 'tree');
  const data = join(scratch, 'data');
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const [path = ''] = await buildPackages(join(scratch, 'dist'), [HERE], ['ackbox-box']);
    execFileSync('dpkg-deb', ['-x', path, tree]);
    // Any user may look into it, and only one may write to the data.
    for (const folder of [scratch, tree]) chmodSync(folder, 0o755);
    mkdirSync(data);
    if (process.getuid?.() === 0) chownSync(data, NOBODY, NOBODY);
  }, 240_000);
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  /** As the service, of no rights; systemd itself is not needed. */
  function startUnit(unit: string, environment: Readonly<Record<string, string>>): ChildProcess {
    const line = /^ExecStart=(.*)$/m.exec(readFileSync(join(tree, 'usr/lib/systemd/system', unit), 'utf8'))?.[1] ?? '';
    const placed = line.replaceAll('/usr/lib/ackbox-box', join(tree, 'usr/lib/ackbox-box')).replaceAll('/var/lib/ackbox/box', data);
    const [program = '', ...args] = placed.replace('/etc/ackbox/box.conf', join(tree, 'etc/ackbox/box.conf')).split(' ');
    const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const child = spawn(program, args, { cwd: data, stdio: 'ignore', env: { PATH: process.env.PATH, ...environment }, ...user });
    children.push(child);
    return child;
  }

  test('has units that systemd understands', () => {
    const units = ['ackbox-box.service', 'ackbox-player.service', 'ackbox-network.service', 'ackbox-network.path', 'ackbox-wifi@.service'].map((unit) => {
      const placed = readFileSync(join(tree, 'usr/lib/systemd/system', unit), 'utf8').replaceAll('=/usr/lib', `=${tree}/usr/lib`);
      writeFileSync(join(scratch, unit), placed);
      return join(scratch, unit);
    });
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
    // Units of this machine may have faults of their own.
    expect({ status, ours: stderr.split('\n').filter((words) => words.includes('ackbox')) }).toEqual({ status: 0, ours: [] });
  });

  test.each([
    ['ackbox-box.service', 25],
    ['ackbox-player.service', 20],
    ['ackbox-network.service', 20],
    ['ackbox-wifi@.service', 30],
  ])('has a unit %s of few rights: an exposure of at most %i tenths, of a hundred', (unit, tenthsMax) => {
    expect(exposureTenths(join(tree, 'usr/lib/systemd/system', unit))).toBeLessThanOrEqual(tenthsMax);
  });

  test('leaves no placeholder behind, and keeps what a person set up in /etc', () => {
    expect(existsSync(join(tree, 'usr/lib/ackbox-box/device/screen/page.js'))).toBe(true);
    const texts = ['etc/ackbox/box.conf', 'usr/lib/ackbox-box/bin/ackbox', 'usr/lib/ackbox-box/bin/ackbox-player', 'usr/lib/systemd/system/ackbox-box.service'];
    for (const text of texts) expect(readFileSync(join(tree, text), 'utf8')).not.toMatch(/@[A-Z_]+@/);
    expect(statSync(join(tree, 'usr/lib/ackbox-box/bin/node')).mode & 0o111).not.toBe(0);
  });

  test('starts as nobody, tells systemd so, and feeds its watchdog; its player outlives it', { timeout: 60_000 }, async () => {
    const socket = join(scratch, 'notify');
    const listener = spawn('socat', ['-u', `UNIX-RECV:${socket},mode=666`, 'STDOUT'], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(listener);
    let heard = '';
    const until = (word: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (word.test(heard)) resolve();
        };
        listener.stdout?.on('data', look);
        look();
      });
    listener.stdout?.on('data', (bytes) => {
      heard += String(bytes);
    });
    const player = startUnit('ackbox-player.service', {});
    const compiled = join(data, 'compiled');
    const box = startUnit('ackbox-box.service', { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000', NODE_COMPILE_CACHE: compiled });
    await until(/READY=1\nSTATUS=The headend at https:\/\/127\.0\.0\.1:8443 /);
    await until(/WATCHDOG=1(.|\n)*WATCHDOG=1/);
    expect(statSync(join(data, 'box.lock')).uid).toBe(process.getuid?.() === 0 ? NOBODY : process.getuid?.());
    // Kept while it runs: a plug that is pulled gives no notice.
    await expect.poll(() => (existsSync(compiled) ? readdirSync(compiled, { recursive: true }).length : 0), { timeout: 30_000 }).toBeGreaterThan(3);
    const ended = new Promise((resolve) => box.once('exit', resolve));
    box.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(player.exitCode).toBeNull();
    expect(existsSync(join(data, 'player', 'player.sock'))).toBe(true);
  });
});
