import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { networkCommands } from '../../../../device/commands/network-commands.ts';
import { readNetworkChoice, withoutPassphrase } from '../../../../device/network/network-choice.ts';
import { readNetworkState } from '../../../../device/network/network-state.ts';
import { sampleView } from '../../../fakes/sample-view.ts';

const root = mkdtempSync(join(tmpdir(), 'ackbox-network-'));
/** As a Pi with Wi-Fi has them. */
const FILES: Readonly<Record<string, string>> = {
  'sys/class/net/lo/operstate': 'unknown\n',
  'sys/class/net/eth0/operstate': 'down\n',
  'sys/class/net/wlan0/operstate': 'up\n',
  'sys/class/net/wlan0/statistics/rx_bytes': '12345678\n',
  'sys/class/net/wlan0/statistics/tx_bytes': '90000\n',
  'proc/net/wireless': `Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   58.  -52.  -256        0      0      0      0      0        0
`,
  'proc/net/route': `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t700\t00000000\t0\t0\t0
wlan0\t00000000\tFE01A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0
`,
  'proc/net/ipv6_route': `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe80000000000000000000000000beef 00000400 00000001 00000000 00000003    wlan0
${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200       lo
`,
  'etc/resolv.conf': 'nameserver 127.0.0.53\n',
  'run/systemd/resolve/resolv.conf': '# of the network\nnameserver 192.168.1.254\nnameserver 9.9.9.9\n',
};
const address = { cidr: '192.168.1.77/24', address: '192.168.1.77', netmask: '', mac: '', internal: false, family: 'IPv4' as const };
const pi = () => readNetworkState(root, { wlan0: [address] });

beforeAll(() => {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('is read from the files of the kernel', () => {
  expect(pi()).toEqual({
    interfaces: [
      { name: 'eth0', state: 'down', addresses: [], signalDbm: null, bytesIn: 0, bytesOut: 0 },
      { name: 'wlan0', state: 'up', addresses: ['192.168.1.77/24'], signalDbm: -52, bytesIn: 12_345_678, bytesOut: 90_000 },
    ],
    gateways: ['192.168.1.254 by wlan0', '192.168.1.1 by eth0', 'fe80::beef by wlan0'],
    dns: ['192.168.1.254', '9.9.9.9'],
  });
  expect(readNetworkState(join(root, 'nothing'), {})).toEqual({ interfaces: [], gateways: [], dns: [] });
});

async function shown(values: Parameters<typeof readNetworkChoice>[0]) {
  const network = { chosen: withoutPassphrase(readNetworkChoice(values)), proxy: 'proxy.example:3128', read: pi };
  return await networkCommands[0]?.run({ network, box: { view: () => sampleView } } as never, {});
}

test('show net says what was chosen, what the kernel has, and where they differ', async () => {
  const outcome = await shown({
    'net-address': '192.168.1.20/24',
    'net-gateway': '192.168.1.3',
    'net-dns': '9.9.9.9',
    'wifi-network': 'Bar',
    'wifi-passphrase': 'hush hush',
  });
  expect(outcome?.text).toBe(`chosen     Wi-Fi "Bar" by wlan0, 192.168.1.20/24 behind 192.168.1.3, DNS 9.9.9.9
proxy      proxy.example:3128
headend    ${sampleView.connectivity}
eth0       down, 0.0 MB in, 0.0 out
wlan0      up, -52 dBm (good), 192.168.1.77/24, 12.3 MB in, 0.1 out
gateway    192.168.1.254 by wlan0, 192.168.1.1 by eth0, fe80::beef by wlan0
DNS        192.168.1.254, 9.9.9.9
differs    nothing has 192.168.1.20/24
differs    192.168.1.3 is not the gateway`);
  expect(JSON.stringify(outcome)).not.toContain('hush');
});

test('show net names a card that is not there', async () => {
  expect((await shown({ 'net-interface': 'eth7' }))?.text).toContain('\ndiffers    there is no eth7');
  expect((await shown({}))?.text).not.toContain('differs');
});
