import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildPackages } from '../../deploy/build-packages.ts';
import { debianMirror } from '../../deploy/debian-mirror.ts';
import { builtPage } from '../../device/screen/page-build.ts';
import { bundlePrograms } from '../../src/cli/bundle.ts';
import { projectRoot } from '../../src/platform/project-root.ts';
import { debianKernel } from '../gpio/arm64-files.ts';

/** FULL is what the program says; NORMAL is there to show that the test would notice. */
export type Synchronous = 'FULL' | 'NORMAL';

/** What a machine boots: Debian's kernel, a small first root that loads its drivers, and the read-only root with our package. */
export interface Image {
  readonly kernel: string;
  readonly initrd: string;
  readonly root: string;
  /** User and group of the box in it. */
  readonly owner: readonly [number, number];
}

/** What our package depends on and recommends for its board, what installs it, and what {@link startScript} calls. */
const PROGRAMS = [
  ...['mpv', 'socat', 'systemd', 'libstdc++6', 'gpiod'],
  ...['base-files', 'base-passwd', 'bash', 'coreutils', 'dash', 'diffutils', 'dpkg', 'grep', 'libc-bin', 'sed', 'tar'],
  ...['busybox-static', 'e2fsprogs', 'mount', 'util-linux'],
];
/** Folders that Debian's alternatives would link from. */
const MORE_LIBRARIES = ['blas', 'lapack'].map((name) => `/usr/lib/aarch64-linux-gnu/${name}\n`).join('');
/** A word for the kernel's command line: the box is started once, and when it ends the machine ends in order. */
export const ONCE = 'ackbox.once';
const START = '/usr/lib/ackbox-box/bin/start-machine';
/** In the order in which they need each other. */
const DRIVERS = [
  ...['lib/crc16', 'crypto/crc32c_generic', 'fs/mbcache', 'fs/jbd2/jbd2', 'fs/ext4/ext4'],
  ...['drivers/virtio/virtio_pci_legacy_dev', 'drivers/virtio/virtio_pci_modern_dev', 'drivers/virtio/virtio_pci', 'drivers/block/virtio_blk'],
  ...['net/core/failover', 'drivers/net/net_failover', 'drivers/net/virtio_net'],
];
const FIRST_ROOT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for driver in /drivers/*.ko; do insmod $driver; done
ifconfig lo 127.0.0.1 up; ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up; route add default gw 10.0.2.2
mount -t ext4 -o ro /dev/vda /root
mount --move /dev /root/dev; mount --move /proc /root/proc; mount --move /sys /root/sys
exec switch_root /root ${START}
`;
const MADE_OF = ['deploy', 'migrations', 'device/screen', 'package-lock.json', 'src/cli/box-runtime.ts', 'test/power-cut/image.ts'];
const ROOT_MEGABYTES = 1_500;

/** Makes the image, or takes the Debian part of an earlier one. Needs root, qemu-user-static and a minute the first time. */
export async function makeImage(folder: string, synchronous: Synchronous): Promise<Image> {
  const debian = join(folder, 'debian');
  if (!existsSync(debian)) await makeDebian(debian);
  const kernel = debianKernel(join(folder, '..', 'ackbox-gpio'));
  const image = { kernel, initrd: join(folder, 'first.gz'), root: join(folder, `root-${synchronous}.ext4`) };
  const [seal, sealed] = [await sealOfPackage(), `${image.root}.seal`];
  if (existsSync(sealed) && readFileSync(sealed, 'utf8') === seal) return { ...image, owner: ownerIn(debian) };
  rmSync(sealed, { force: true });
  const [ofBox = ''] = await buildPackages(join(folder, 'dist'), ['arm64'], ['ackbox-box']);
  copyFileSync(ofBox, join(debian, 'root', 'box.deb'));
  // What it depends on lies there, unknown to dpkg; `npm run deb:prove` installs it beside packages that dpkg knows.
  inDebian(debian, 'dpkg -i --force-depends --force-confmiss --force-confnew /root/box.deb; rm /root/box.deb');
  setUp(debian);
  setSynchronous(debian, synchronous);
  makeFirstRoot(debian, join(dirname(kernel), '..', 'lib', 'modules'), join(folder, 'first'), image.initrd);
  makeDisk(image.root, debian, ROOT_MEGABYTES);
  writeFileSync(sealed, seal);
  return { ...image, owner: ownerIn(debian) };
}

/** What the package is made of, and how the image is made of it. */
async function sealOfPackage(): Promise<string> {
  const parts = [dirname((await bundlePrograms()).box), await builtPage(), ...MADE_OF.map((name) => join(projectRoot, name))];
  const files = parts.flatMap((part) =>
    statSync(part).isFile()
      ? [part]
      : readdirSync(part, { withFileTypes: true, recursive: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])),
  );
  const seal = createHash('sha256');
  for (const file of files.sort()) seal.update(`${file}\n`).update(readFileSync(file));
  return seal.digest('hex');
}

/** An ext4 file system in a file, with what lies in a folder. */
export function makeDisk(path: string, from: string, megabytes: number): void {
  rmSync(path, { force: true });
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', from, path, `${megabytes}M`], { stdio: 'ignore' });
}

/**
 * Debian's packages, unpacked and not configured: their scripts take an emulated processor ten minutes, and what they do that a box
 * needs are the users of base-passwd and the cache of the linker. Our own package is installed in it in full ({@link makeImage}).
 */
async function makeDebian(debian: string): Promise<void> {
  registerEmulator();
  // An earlier one that was stopped half way is no Debian.
  const part = `${debian}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(dirname(part), { recursive: true });
  await promisify(execFile)('mmdebstrap', [
    '--quiet',
    '--arch=arm64',
    '--variant=extract',
    `--include=${PROGRAMS.join(',')}`,
    'bookworm',
    part,
    debianMirror(),
  ]);
  for (const name of ['passwd', 'group']) copyFileSync(join(part, 'usr', 'share', 'base-passwd', `${name}.master`), join(part, 'etc', name));
  writeFileSync(join(part, 'etc', 'ld.so.conf.d', 'alternatives.conf'), MORE_LIBRARIES);
  inDebian(part, 'ldconfig');
  renameSync(part, debian);
}

/** Lets this machine run programs of an arm64 Debian while it is set up. */
function registerEmulator(): void {
  const folder = '/proc/sys/fs/binfmt_misc';
  if (!existsSync(join(folder, 'register'))) execFileSync('mount', ['-t', 'binfmt_misc', 'none', folder]);
  if (existsSync(join(folder, 'qemu-aarch64'))) return;
  const magic = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00';
  const mask = '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff';
  writeFileSync(join(folder, 'register'), `:qemu-aarch64:M::${magic}:${mask}:/usr/bin/qemu-aarch64-static:OCF`);
}

function inDebian(debian: string, script: string): void {
  const inside = `export PATH=/usr/sbin:/usr/bin:/sbin:/bin; mount -t proc proc /proc; ${script}`;
  execFileSync('unshare', ['-m', '-p', '-f', '--mount-proc', 'chroot', debian, 'sh', '-ec', inside], { stdio: 'ignore' });
}

function setUp(debian: string): void {
  const options = ['profile=jukebox', 'transport=tcp', 'screen-host=0.0.0.0', 'screen-port=8480', 'board=qemu-virt', 'panel-coins=100', 'first-boot=skip'];
  writeFileSync(join(debian, 'etc', 'ackbox', 'box.conf'), [...options, ''].join('\n'));
  // The sample of the package, with the disks of this machine.
  const sample = readFileSync(join(debian, 'usr', 'share', 'doc', 'ackbox-box', 'fstab.sample'), 'utf8');
  writeFileSync(join(debian, 'etc', 'fstab'), sample.replace('/dev/disk/by-label/root', '/dev/vda').replace('/dev/disk/by-label/data', '/dev/vdb'));
  mkdirSync(join(debian, 'var', 'lib', 'ackbox'), { recursive: true });
  writeFileSync(join(debian, START), startScript(debian), { mode: 0o755 });
}

/**
 * What systemd does for the box, without systemd, whose start takes an emulated processor minutes: the disks of fstab, the lines of
 * the GPIO chip for the group of the box, and the two services by the command, environment and user of their units, again when they end.
 */
function startScript(debian: string): string {
  const service = (unit: string): string => {
    const text = readFileSync(join(debian, 'usr', 'lib', 'systemd', 'system', unit), 'utf8');
    const field = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
    const rights = `setpriv --reuid=${field('User')} --regid=${field('Group')} --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all`;
    return `while :; do ${rights} env ${field('Environment')} ${field('ExecStart')}; echo "${unit} ended $?"; [ -z "$once" ] || break; sleep 1; done`;
  };
  return `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /dev/pts; mount -t tmpfs run /run; mount -t devpts -o ptmxmode=666 pts /dev/pts
fsck.ext4 -p /dev/vdb
mount -a
once=$(grep -o ${ONCE} /proc/cmdline)
mkdir -p -m 700 /var/lib/ackbox/box; chown ackbox:ackbox /var/lib/ackbox/box; cd /var/lib/ackbox/box
chgrp ackbox /dev/gpiochip*; chmod 660 /dev/gpiochip*
(${service('ackbox-player.service')}) &
${service('ackbox-box.service')}
sync
poweroff -f
`;
}

function setSynchronous(debian: string, synchronous: Synchronous): void {
  const programs = join(debian, 'usr', 'lib', 'ackbox-box', 'programs');
  const holding = readdirSync(programs)
    .map((name) => join(programs, name))
    .filter((path) => readFileSync(path, 'utf8').includes('synchronous = FULL'));
  if (holding.length === 0) throw new Error('no program of the package says synchronous = FULL any more');
  for (const path of holding) writeFileSync(path, readFileSync(path, 'utf8').replaceAll('synchronous = FULL', `synchronous = ${synchronous}`));
}

function ownerIn(debian: string): readonly [number, number] {
  const match = /^ackbox:[^:]*:(\d+):(\d+):/m.exec(readFileSync(join(debian, 'etc', 'passwd'), 'utf8'));
  if (match === null) throw new Error('the package made no user ackbox');
  return [Number(match[1]), Number(match[2])];
}

function makeFirstRoot(debian: string, modules: string, folder: string, into: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['bin', 'drivers', 'proc', 'sys', 'dev', 'root']) mkdirSync(join(folder, name), { recursive: true });
  cpSync(join(debian, 'bin', 'busybox'), join(folder, 'bin', 'busybox'));
  const [version = ''] = readdirSync(modules);
  for (const [index, driver] of DRIVERS.entries()) {
    copyFileSync(join(modules, version, 'kernel', `${driver}.ko`), join(folder, 'drivers', `${String(index).padStart(2, '0')}.ko`));
  }
  writeFileSync(join(folder, 'init'), FIRST_ROOT);
  chmodSync(join(folder, 'init'), 0o755);
  execFileSync('sh', ['-c', 'cd "$0" && find . | cpio -o -H newc --quiet | gzip -1 > "$1"', folder, into]);
}
