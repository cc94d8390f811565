import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What systemd does for a `systemctl start`, with the real systemd-networkd; every other wish is only noted. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >> /run/asked
[ "$*" = "start systemd-networkd.service" ] || exit 0
runs() { busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus NameHasOwner s org.freedesktop.network1 | grep -q true; }
runs && exit 0
setsid /lib/systemd/systemd-networkd > /run/networkd.log 2>&1 < /dev/null &
for i in $(seq 200); do runs && exit 0; sleep 0.05; done
exit 1
`;
const SET_UP = `set -e
mount -t tmpfs none /run
# Read-only: networkd then waits for no udev.
mount -t sysfs -o ro none /sys
mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp /run/dbus /run/fake
chown -R systemd-network:systemd-network /run/systemd/netif
cat "$0.systemctl" > /run/fake/systemctl
chmod 755 /run/fake/systemctl
ip link add veth0 type veth peer name far
ip link set far up
ip link set lo up
dbus-daemon --system --nopidfile --fork 2> /dev/null
echo ready
exec cat
`;

/** A machine's network of its own, with one cable (veth0), a message bus, and the real networkd. Needs the rights of root. */
export class NetworkNamespace {
  readonly #holder: ChildProcess;
  readonly #folder: string;

  private constructor(holder: ChildProcess, folder: string) {
    this.#holder = holder;
    this.#folder = folder;
  }

  /** False where this user may not have one: then nothing here can be shown honestly. */
  static possible(): boolean {
    return spawnSync('unshare', ['-n', '-m', '-p', '-f', 'mount', '-t', 'sysfs', '-o', 'ro', 'none', '/sys'], { stdio: 'ignore' }).status === 0;
  }

  static async open(): Promise<NetworkNamespace> {
    const folder = mkdtempSync(join(tmpdir(), 'ackbox-namespace-'));
    const script = join(folder, 'set-up');
    writeFileSync(script, SET_UP);
    writeFileSync(`${script}.systemctl`, SYSTEMCTL);
    // All that is started inside ends with it.
    const holder = spawn('unshare', ['-n', '-m', '-p', '-f', '--kill-child', '--mount-proc', 'sh', script], { stdio: ['pipe', 'pipe', 'pipe'] });
    let troubles = '';
    holder.stderr?.on('data', (text) => {
      troubles += String(text);
    });
    await new Promise<void>((resolve, reject) => {
      holder.stdout?.once('data', () => resolve());
      holder.once('exit', () => reject(new Error(`no network namespace: ${troubles}`)));
    });
    return new NetworkNamespace(holder, folder);
  }

  /** @returns what it printed. Throws where it fails. */
  run(program: string, ...args: readonly string[]): string {
    const init = execFileSync('ps', ['-o', 'pid=', '--ppid', String(this.#holder.pid)], { encoding: 'utf8' }).trim();
    return execFileSync('nsenter', ['-t', init, '-n', '-m', '-p', 'env', `PATH=/run/fake:${process.env.PATH}`, program, ...args], {
      encoding: 'utf8',
      timeout: 30_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** IPv4, with bits. */
  addresses(): readonly string[] {
    const cards = JSON.parse(this.run('ip', '-json', '-4', 'address', 'show', 'dev', 'veth0')) as { addr_info: { local: string; prefixlen: number }[] }[];
    return cards.flatMap(({ addr_info }) => addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`));
  }

  close(): void {
    this.#holder.removeAllListeners('exit');
    this.#holder.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
