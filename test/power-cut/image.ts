import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackages } from '../../deploy/build-packages.ts';

/** What a machine boots: Debian's kernel, a small first root that loads its drivers, and the read-only root with our package. */
export interface Image {
  readonly kernel: string;
  readonly initrd: string;
  readonly root: string;
  /** User and group of the box in it. */
  readonly owner: readonly [number, number];
}

const DEBIAN = 'http://deb.debian.org/debian';
const PROGRAMS = ['systemd', 'systemd-sysv', 'udev', 'kmod', 'mpv', 'socat', 'gpiod', 'libstdc++6', 'e2fsprogs', 'busybox-static', 'linux-image-arm64'];
/** In the order in which they need each other. */
const DRIVERS = [
  ...['lib/crc16', 'crypto/crc32c_generic', 'fs/mbcache', 'fs/jbd2/jbd2', 'fs/ext4/ext4'],
  ...['drivers/virtio/virtio_pci_legacy_dev', 'drivers/virtio/virtio_pci_modern_dev', 'drivers/virtio/virtio_pci', 'drivers/block/virtio_blk'],
  ...['net/core/failover', 'drivers/net/net_failover', 'drivers/net/virtio_net'],
];
/** Of a machine that is alone and short-lived. */
const NOT_NEEDED = [
  ...['systemd-networkd', 'systemd-timesyncd', 'systemd-logind', 'getty-static', 'serial-getty@ttyAMA0', 'systemd-user-sessions'].map(
    (name) => `${name}.service`,
  ),
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer', 'fstrim.timer', 'systemd-tmpfiles-clean.timer'],
];
const FIRST_ROOT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for driver in /drivers/*.ko; do insmod $driver; done
ifconfig lo 127.0.0.1 up; ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up; route add default gw 10.0.2.2
mount -t ext4 -o ro /dev/vda /root
mount --move /dev /root/dev; umount /proc; umount /sys
exec switch_root /root /lib/systemd/systemd
`;
const ROOT_MEGABYTES = 2_000;

/** Makes the image, or takes the Debian part of an earlier one. Needs root, qemu-user-static and some ten minutes the first time. */
export async function makeImage(folder: string, headendUrl: string, synchronous: 'FULL' | 'NORMAL'): Promise<Image> {
  const debian = join(folder, 'debian');
  if (!existsSync(join(debian, 'etc'))) makeDebian(debian);
  const [ofBox = ''] = await buildPackages(join(folder, 'dist'), ['arm64'], ['ackbox-box']);
  copyFileSync(ofBox, join(debian, 'root', 'box.deb'));
  inDebian(debian, 'dpkg -i --force-confmiss --force-confnew /root/box.deb; rm /root/box.deb');
  setUp(debian, headendUrl);
  setSynchronous(debian, synchronous);
  const boot = join(debian, 'boot');
  const kernel = join(boot, readdirSync(boot).find((name) => name.startsWith('vmlinuz')) ?? '');
  const image = { kernel, initrd: join(folder, 'first.gz'), root: join(folder, `root-${synchronous}.ext4`), owner: ownerIn(debian) };
  makeFirstRoot(debian, join(folder, 'first'), image.initrd);
  makeDisk(image.root, debian, ROOT_MEGABYTES);
  return image;
}

/** An ext4 file system in a file, with what lies in a folder. */
export function makeDisk(path: string, from: string, megabytes: number): void {
  rmSync(path, { force: true });
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', from, path, `${megabytes}M`], { stdio: 'ignore' });
}

function makeDebian(debian: string): void {
  registerEmulator();
  mkdirSync(join(debian, '..'), { recursive: true });
  execFileSync('mmdebstrap', ['--quiet', '--arch=arm64', '--variant=minbase', `--include=${PROGRAMS.join(',')}`, 'bookworm', debian, DEBIAN], {
    stdio: 'inherit',
  });
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
  execFileSync('unshare', ['-m', '-p', '-f', '--mount-proc', 'chroot', debian, 'sh', '-ec', `mount -t proc proc /proc; ${script}`], { stdio: 'ignore' });
}

function setUp(debian: string, headendUrl: string): void {
  const options = ['profile=jukebox', 'transport=tcp', 'screen-host=0.0.0.0', 'screen-port=8480', 'board=qemu-virt', 'panel-coins=100'];
  writeFileSync(join(debian, 'etc', 'ackbox', 'box.conf'), [`headend=${headendUrl}`, ...options, ''].join('\n'));
  // The sample of the package, with the disks of this machine.
  const sample = readFileSync(join(debian, 'usr', 'share', 'doc', 'ackbox-box', 'fstab.sample'), 'utf8');
  writeFileSync(join(debian, 'etc', 'fstab'), sample.replace('/dev/disk/by-label/root', '/dev/vda').replace('/dev/disk/by-label/data', '/dev/vdb'));
  writeFileSync(join(debian, 'etc', 'machine-id'), '');
  mkdirSync(join(debian, 'var', 'lib', 'ackbox'), { recursive: true });
  // An emulated processor is some thirty times slower than a board's: its event loop is late by no fault of the box.
  const patience = join(debian, 'etc', 'systemd', 'system', 'ackbox-box.service.d');
  mkdirSync(patience, { recursive: true });
  writeFileSync(join(patience, 'emulated.conf'), '[Service]\nWatchdogSec=600\nTimeoutStartSec=1200\n');
  for (const unit of NOT_NEEDED) {
    rmSync(join(debian, 'etc', 'systemd', 'system', unit), { force: true });
    symlinkSync('/dev/null', join(debian, 'etc', 'systemd', 'system', unit));
  }
}

/** FULL is what the program says; NORMAL is there to show that the test would notice. */
function setSynchronous(debian: string, synchronous: 'FULL' | 'NORMAL'): void {
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

function makeFirstRoot(debian: string, folder: string, into: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['bin', 'drivers', 'proc', 'sys', 'dev', 'root']) mkdirSync(join(folder, name), { recursive: true });
  cpSync(join(debian, 'bin', 'busybox'), join(folder, 'bin', 'busybox'));
  const modules = join(debian, 'lib', 'modules');
  const [version = ''] = readdirSync(modules);
  for (const [index, driver] of DRIVERS.entries()) {
    copyFileSync(join(modules, version, 'kernel', `${driver}.ko`), join(folder, 'drivers', `${String(index).padStart(2, '0')}.ko`));
  }
  writeFileSync(join(folder, 'init'), FIRST_ROOT);
  chmodSync(join(folder, 'init'), 0o755);
  execFileSync('sh', ['-c', 'cd "$0" && find . | cpio -o -H newc --quiet | gzip -1 > "$1"', folder, into]);
}
