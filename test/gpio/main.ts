import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { scriptOptions } from '../script-options.ts';
import { debianFiles, debianKernel, nodeForArm64, type ToolsVersion } from './arm64-files.ts';
import { GpioMachine } from './gpio-machine.ts';
import { Initramfs } from './initramfs.ts';

const HELP = `The box's GPIO back-end on a real kernel's real GPIO chip, with libgpiod's tools of both generations, in a qemu guest.

usage: npm run gpio

Exit codes: 0 both pass, 1 one does not, 2 wrong usage.
`;
const ROOT = join(import.meta.dirname, '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'ackbox-gpio');
const NODE_VERSION = '24.21.0';
const SOURCES = ['gpio-tools', 'gpiod-pins', 'held-line', 'pins', 'wiring'];
const INPUTS = [0, 1, 4, 5];
const COIN = 5;
const PULSES = 30;

const INIT = `#!/usr/bin/busybox sh
/usr/bin/busybox mkdir -p /usr/sbin
for tool in mount stty sleep; do /usr/bin/busybox ln -s busybox /usr/bin/$tool; done
export PATH=/usr/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
stty -onlcr -echo </dev/console
/opt/node /app/test/gpio/guest.ts
echo "ENDED $?"
sleep 1000
`;

function image(version: ToolsVersion, path: string): void {
  const needed = (name: string): boolean => /(^|\/)bin\/(gpio\w+|dash|busybox)$|\.so(\.|$)/.test(name) && !/gconv|audit/.test(name);
  const initramfs = new Initramfs();
  for (const folder of ['dev', 'proc', 'sys', 'tmp', 'opt']) initramfs.folder(folder);
  initramfs.tree(debianFiles(CACHE, version), needed);
  for (const folder of ['bin', 'sbin', 'lib']) initramfs.link(folder, `usr/${folder}`);
  initramfs.link('usr/bin/sh', 'dash').link('usr/lib/ld-linux-aarch64.so.1', 'aarch64-linux-gnu/ld-linux-aarch64.so.1');
  initramfs
    .file('opt/node', readFileSync(nodeForArm64(CACHE, NODE_VERSION)))
    .file('init', INIT)
    .file('app/package.json', '{"type":"module"}');
  initramfs.file('app/test/gpio/guest.ts', readFileSync(join(import.meta.dirname, 'guest.ts')));
  for (const name of SOURCES) initramfs.file(`app/device/boards/${name}.ts`, readFileSync(join(ROOT, 'device', 'boards', `${name}.ts`)));
  writeFileSync(path, gzipSync(initramfs.pack(), { level: 1 }));
}

/** @returns what was wrong, in words */
async function prove(version: ToolsVersion): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-gpio-'));
  const initramfs = join(folder, 'initramfs');
  image(version, initramfs);
  const machine = new GpioMachine(folder, ['-nic', 'none', '-kernel', debianKernel(CACHE), '-initrd', initramfs, '-append', 'console=ttyAMA0 quiet panic=-1']);
  try {
    await machine.attach(folder, INPUTS);
    await machine.until('the back-end', () => machine.said().includes('READY'), 240_000);
    for (let edge = 1; edge <= 2 * PULSES; edge++) {
      await machine.set(COIN, edge % 2 === 0);
      // One after the other: an emulated processor on a busy machine sees two changes as one, or none.
      await machine.until(`edge ${edge}`, () => edges(machine).length >= edge);
    }
    for (const [high, change] of [
      [false, '6 raise'],
      [true, '6 lower'],
      [false, '6 raise'],
    ] as const) {
      const before = machine.outputs.length;
      await machine.set(1, high);
      await machine.until(change, () => machine.outputs.slice(before).includes(change));
    }
    const before = machine.outputs.length;
    await machine.set(4, false);
    await machine.until('the end of a killed box', () => machine.said().includes('ENDED 137'));
    await machine.until('a low line after it', () => machine.outputs.slice(before).includes('6 lower'));
    return judge(edges(machine));
  } finally {
    machine.stop();
    rmSync(folder, { recursive: true });
  }
}

interface SeenEdge {
  readonly high: boolean;
  readonly atMs: number;
}

function edges(machine: GpioMachine): readonly SeenEdge[] {
  return [...machine.said().matchAll(/^EDGE (\d+) ([01]) (\d+)/gm)]
    .filter(([, pin]) => Number(pin) === COIN)
    .map(([, , high, atNs]) => ({ high: high === '1', atMs: Number(atNs) / 1e6 }));
}

function judge(seen: readonly SeenEdge[]): readonly string[] {
  const wrong: string[] = [];
  if (seen.length !== 2 * PULSES) wrong.push(`${seen.length} edges of ${2 * PULSES}`);
  if (seen.some(({ high }, index) => high !== (index % 2 === 1))) wrong.push('edges out of order');
  if (seen.some(({ atMs }, index) => atMs <= (seen[index - 1]?.atMs ?? 0))) wrong.push('times that do not grow');
  return wrong;
}

scriptOptions(HELP, {});
mkdirSync(CACHE, { recursive: true });
let failed = false;
for (const version of [1, 2] as const) {
  const started = performance.now();
  const wrong = await prove(version).catch((thrown: unknown) => [thrown instanceof Error ? thrown.message : String(thrown)]);
  failed ||= wrong.length > 0;
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  const well = `${PULSES} pulses seen edge by edge; a line driven, let go, and low after the box was killed`;
  console.log(`libgpiod ${version}: ${wrong.length === 0 ? `PASS ${well}` : `FAIL ${wrong.join('; ')}`} (${seconds} s)`);
}
process.exit(failed ? 1 : 0);
