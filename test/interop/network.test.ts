import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeBootOptions } from '../../device/boot-config.ts';
import { commitBootOptions, confirmBootOptions, startBootTrial } from '../../device/boot-trial.ts';
import { readNetworkChoice } from '../../device/network/network-choice.ts';
import { networkFiles } from '../../device/network/network-files.ts';
import { NetworkNamespace } from '../fakes/network-namespace.ts';

const CLI = join(import.meta.dirname, '../../src/cli');
/** The subcommand alone: the whole command takes seconds to load from its sources. */
const ALONE = `const { applyNetwork } = await import('${join(CLI, 'box-network.ts')}');
process.exitCode = await applyNetwork(process.argv.slice(1), '', { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) });`;
const STATIC = { 'net-address': '192.0.2.20/24', 'net-gateway': '192.0.2.1', 'net-dns': '192.0.2.53', 'net-interface': 'veth0' };

describe.skipIf(!NetworkNamespace.possible())('the network of the machine, by the real networkd', () => {
  const data = mkdtempSync(join(tmpdir(), 'ackbox-network-'));
  let machine: NetworkNamespace;
  const apply = (): string => machine.run(process.execPath, '--input-type=module', '-e', ALONE, '--', '--data', data);
  const route = (): string => machine.run('ip', 'route', 'show', 'default').trim();

  beforeAll(async () => {
    machine = await NetworkNamespace.open();
    // What the image brings.
    machine.run('sh', '-c', "printf '[Match]\\nName=veth0\\n[Network]\\nAddress=198.51.100.8/24\\n' > /run/systemd/network/80-image.network");
    machine.run('systemctl', 'start', 'systemd-networkd.service');
  });
  afterAll(() => {
    machine.close();
    rmSync(data, { recursive: true, force: true });
  });

  test('nothing chosen touches nothing', async () => {
    await expect.poll(() => machine.addresses()).toEqual(['198.51.100.8/24']);
    expect(apply()).toBe('No network is chosen: the machine keeps its own.\n');
    expect(machine.run('cat', '/run/asked').trim()).toBe('start systemd-networkd.service');
  });

  test('what is committed is in force at once; a trial that nobody confirms gives the network of before back', async () => {
    commitBootOptions(data, new Map(Object.entries(STATIC)), 5);
    expect(apply()).toBe('The network is as chosen, newly.\n');
    // The old address is gone, not beside it.
    await expect.poll(() => machine.addresses()).toEqual(['192.0.2.20/24']);
    await expect.poll(route).toMatch(/^default via 192\.0\.2\.1 dev veth0/);
    expect(machine.run('sh', '-c', 'cat /run/systemd/netif/links/*')).toContain('\nDNS=192.0.2.53\n');
    expect(apply()).toBe('The network is as chosen.\n');
    // The box that tries the options starts, dies unconfirmed, and starts again.
    expect(startBootTrial(data)).toBe(false);
    expect(startBootTrial(data)).toBe(true);
    apply();
    await expect.poll(() => machine.addresses()).toEqual(['198.51.100.8/24']);
    expect(route()).toBe('');
  });

  test('a trial that was confirmed stays, and is taken back by another commit', async () => {
    commitBootOptions(data, new Map(Object.entries(STATIC)), 5);
    confirmBootOptions(data);
    expect(startBootTrial(data)).toBe(false);
    apply();
    await expect.poll(() => machine.addresses()).toEqual(['192.0.2.20/24']);
    writeBootOptions(
      data,
      new Map([
        ['net-interface', 'veth0'],
        ['net-address', '192.0.2.30/24'],
      ]),
    );
    apply();
    await expect.poll(() => machine.addresses()).toEqual(['192.0.2.30/24']);
    writeBootOptions(data, new Map());
    apply();
    await expect.poll(() => machine.addresses()).toEqual(['198.51.100.8/24']);
  });

  test('Wi-Fi starts with a file that only root reads, and goes with its choice', () => {
    writeBootOptions(
      data,
      new Map([
        ['wifi-network', 'Bar'],
        ['wifi-passphrase', 'hush hush'],
      ]),
    );
    expect(apply()).not.toContain('hush');
    expect(machine.run('stat', '-c', '%a %U', '/run/ackbox-network/wlan0.conf')).toBe('600 root\n');
    expect(machine.run('tail', '-n2', '/run/asked')).toBe('stop ackbox-wifi@*.service\n--no-block start ackbox-wifi@wlan0.service\n');
    writeBootOptions(data, new Map());
    apply();
    expect(machine.run('ls', '/run/ackbox-network')).toBe('');
  });

  test('options that are none, as a hand in the file may write them, change nothing and are said', () => {
    writeBootOptions(data, new Map([['net-address', '10.0.0.1/99']]));
    expect(() => machine.run(process.execPath, join(CLI, 'ackbox.ts'), 'box', 'network', '--data', data)).toThrow(/--net-address is dhcp/);
    expect(machine.addresses()).toEqual(['198.51.100.8/24']);
  });

  test.each([
    ['Café "Bar" #1', 'a "quoted" # one \\x41'],
    [' }', 'x'.repeat(63)],
  ])('wpa_supplicant reads back what was chosen: %j', (network, passphrase) => {
    // Blanks around a name cannot be typed, but other cards have such names.
    const choice = readNetworkChoice({ 'wifi-network': network.trim(), 'wifi-passphrase': passphrase });
    const text = choice === null ? '' : (networkFiles(choice)[1]?.text ?? '');
    const file = join(data, 'wifi.conf');
    writeFileSync(file, text);
    // Ends at once, for want of the card, after it has read the file; -K shows what it read.
    const { stdout } = spawnSync('wpa_supplicant', ['-Dwired', '-dd', '-K', '-i', 'nosuchcard', '-c', file], { encoding: 'utf8', timeout: 20_000 });
    const read = (name: string): string => dumped(stdout.split('\n'), name);
    expect({ network: read('ssid'), passphrase: read('PSK (ASCII passphrase)') }, stdout).toEqual({ network: network.trim(), passphrase });
    expect(stdout).not.toMatch(/unknown|[Ff]ailed to parse|Invalid/);
  });
});

/** A dump of wpa_supplicant: a heading, then rows of up to 16 bytes in hexadecimal, each with its letters behind. */
function dumped(lines: readonly string[], name: string): string {
  const at = lines.findIndex((line) => line.startsWith(`${name} - hexdump_ascii`));
  const bytes = Number(/len=(\d+)/.exec(lines[at] ?? '')?.[1] ?? 0);
  const rows = lines.slice(at + 1, at + 1 + Math.ceil(bytes / 16)).map((row) => row.slice(5, 5 + 16 * 3).replaceAll(' ', ''));
  return Buffer.from(rows.join(''), 'hex').toString();
}
