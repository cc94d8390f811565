// npm run cec: the box and a television on a real kernel's CEC line, in a virtual machine.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { projectRoot } from '../../src/platform/project-root.ts';
import { cecFiles, debianKernel, kernelModules, nodeForArm64 } from '../gpio/arm64-files.ts';
import { GpioMachine } from '../gpio/gpio-machine.ts';
import { Initramfs } from '../gpio/initramfs.ts';
import { scriptOptions } from '../script-options.ts';

const HELP = `The box's HDMI-CEC on a real kernel's CEC line (its test driver vivid), with cec-ctl at the box's end and cec-follower as the
television, in a qemu guest. Frames are compared with those of the standard.

usage: npm run cec

Exit codes: 0 all as it should be, 1 not, 2 wrong usage.
`;
const CACHE = join(projectRoot, 'node_modules', '.cache', 'ackbox-gpio');
const NODE_VERSION = '24.21.0';
const SOURCES = ['device/television/cec-bus', 'device/television/cec-tool', 'device/television/television', 'src/platform/system-clock', 'src/ports/clock'];
/** In the order in which they need each other. */
const DRIVERS = [
  ...['rc/rc-core', 'cec/core/cec', 'mc/mc', 'v4l2-core/videodev', 'v4l2-core/v4l2-dv-timings'],
  ...['videobuf2/videobuf2-common', 'videobuf2/videobuf2-memops', 'videobuf2/videobuf2-v4l2', 'videobuf2/videobuf2-vmalloc', 'videobuf2/videobuf2-dma-contig'],
  ...['v4l2-tpg/v4l2-tpg', 'vivid/vivid'],
];
const STARTED_MS = 600_000;
const INIT = `#!/usr/bin/busybox sh
/usr/bin/busybox mkdir -p /usr/sbin
for tool in mount stty sleep insmod; do /usr/bin/busybox ln -s busybox /usr/bin/$tool; done
export PATH=/usr/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
stty -onlcr -echo </dev/console
for driver in /drivers/*.ko; do insmod $driver; done
/opt/node /app/test/cec/guest.ts
echo "GONE $?"
sleep 1000
`;
/** What the guest has to see, and the frames in the order in which the line has to carry them: header (from, to), opcode, operands. */
const SEEN = ['no device: false null', 'nobody there: 1.0.0.0 false null', 'asleep: standby', 'plays: on', 'takes volume: true', 'slept: standby'];
const FRAMES = ['40 36', '40 04', '4f 82 10 00', '40 44 41', '40 45', '40 44 43', '40 45', '4f 85', '40 36'];

function image(path: string): void {
  const needed = (name: string): boolean => /(^|\/)bin\/(cec-\w+|dash|busybox)$|\.so(\.|$)/.test(name) && !/gconv|audit/.test(name);
  const initramfs = new Initramfs();
  for (const folder of ['dev', 'proc', 'sys', 'tmp', 'opt']) initramfs.folder(folder);
  initramfs.tree(cecFiles(CACHE), needed);
  for (const folder of ['bin', 'sbin', 'lib']) initramfs.link(folder, `usr/${folder}`);
  initramfs.link('usr/bin/sh', 'dash').link('usr/lib/ld-linux-aarch64.so.1', 'aarch64-linux-gnu/ld-linux-aarch64.so.1');
  initramfs
    .file('opt/node', readFileSync(nodeForArm64(CACHE, NODE_VERSION)))
    .file('init', INIT)
    .file('app/package.json', '{"type":"module"}');
  for (const [index, path] of kernelModules(CACHE, DRIVERS).entries())
    initramfs.file(`drivers/${String(index).padStart(2, '0')}-${basename(path)}`, readFileSync(path));
  initramfs.file('app/test/cec/guest.ts', readFileSync(join(import.meta.dirname, 'guest.ts')));
  for (const name of SOURCES) initramfs.file(`app/${name}.ts`, readFileSync(join(projectRoot, `${name}.ts`)));
  writeFileSync(path, gzipSync(initramfs.pack(), { level: 1 }));
}

/** @returns what was wrong, in words */
async function prove(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-cec-'));
  image(join(folder, 'initramfs'));
  const machine = new GpioMachine(folder, [
    ...['-nic', 'none', '-kernel', debianKernel(CACHE), '-initrd', join(folder, 'initramfs')],
    ...['-append', 'console=ttyAMA0 quiet panic=-1 nokaslr kpti=off mitigations=off'],
  ]);
  try {
    await machine.until('the end of the guest', () => /^(GONE|ENDED)/m.test(machine.said()), STARTED_MS);
    return judge(machine.said());
  } finally {
    await machine.stop();
    rmSync(folder, { recursive: true });
  }
}

function judge(said: string): readonly string[] {
  const wrong = SEEN.filter((line) => !said.includes(`SEEN ${line}\n`)).map((line) => `not seen: ${line}`);
  const frames = [...said.matchAll(/Raw: ((?:0x[0-9a-f]{2} )+)\(/g)].map(([, bytes = '']) => bytes.replaceAll('0x', '').trim());
  let next = 0;
  for (const frame of frames) if (frame === FRAMES[next]) next += 1;
  if (next < FRAMES.length) wrong.push(`the line carried ${FRAMES.slice(0, next).join(', ') || 'nothing'}, and then not ${FRAMES[next]}`);
  if (wrong.length > 0) process.stderr.write(said.slice(-8_000));
  return wrong;
}

scriptOptions(HELP, {});
mkdirSync(CACHE, { recursive: true });
const started = performance.now();
const wrong = await prove().catch((thrown: unknown) => [thrown instanceof Error ? thrown.message : String(thrown)]);
const seconds = ((performance.now() - started) / 1_000).toFixed(0);
console.log(
  wrong.length === 0
    ? `PASS on and to our input, volume and mute, asleep again; nobody there, and no device: answers (${seconds} s)`
    : `FAIL ${wrong.join('; ')} (${seconds} s)`,
);
process.exit(wrong.length === 0 ? 0 : 1);
