import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readBoxConfig } from '../../../../device/box-config.ts';
import { type NetworkValues, readNetworkChoice, readProxy } from '../../../../device/network/network-choice.ts';
import { networkFiles } from '../../../../device/network/network-files.ts';

const HEAD = '# By ackbox-network.service, from what was committed at the box; the next commit writes it again.';

function files(values: NetworkValues) {
  const choice = readNetworkChoice(values);
  return choice === null ? null : networkFiles(choice);
}

describe('the files for the network programs', () => {
  test('a static address on one cable', () => {
    expect(files({ 'net-interface': 'eth0', 'net-address': '192.168.1.20/24', 'net-gateway': '192.168.1.1', 'net-dns': '192.168.1.1,2001:db8::53' })).toEqual([
      {
        path: 'systemd/network/05-ackbox.network',
        mode: 0o644,
        text: `${HEAD}
[Match]
Name=eth0

[Network]
DHCP=no
Address=192.168.1.20/24
Gateway=192.168.1.1
DNS=192.168.1.1
DNS=2001:db8::53

[DHCPv4]
UseDNS=no

[DHCPv6]
UseDNS=no

[IPv6AcceptRA]
UseDNS=no
`,
      },
    ]);
  });

  test('every cable by DHCP', () => {
    expect(files({ 'net-address': 'dhcp' })?.[0]?.text).toBe(`${HEAD}\n[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\n`);
  });

  test('Wi-Fi: the passphrase stands in a file of root alone, and the name can not end its line', () => {
    const [addresses, wifi] = files({ 'wifi-network': 'Café "Bar" }', 'wifi-passphrase': 'a "quoted" # one', 'wifi-country': 'DE' }) ?? [];
    expect(addresses?.text).toBe(`${HEAD}\n[Match]\nName=wlan0\n\n[Network]\nDHCP=yes\nIgnoreCarrierLoss=5s\n`);
    expect(wifi).toEqual({
      path: 'ackbox-network/wlan0.conf',
      mode: 0o600,
      text: `${HEAD}
update_config=0
country=DE
network={
  ssid=436166c3a920224261722220 7d
  scan_ssid=1
  key_mgmt=WPA-PSK SAE
  ieee80211w=1
  psk="a "quoted" # one"
}
`.replace('20 7d', '207d'),
    });
  });

  test('Wi-Fi with a key, and open Wi-Fi on another card', () => {
    const key = 'ab'.repeat(32);
    expect(files({ 'wifi-network': 'B', 'wifi-passphrase': key })?.[1]?.text).toContain(`  key_mgmt=WPA-PSK\n  psk=${key}\n`);
    const open = files({ 'wifi-network': 'B', 'net-interface': 'wlp2s0' })?.[1];
    expect(open?.path).toBe('ackbox-network/wlp2s0.conf');
    expect(open?.text).toContain('  key_mgmt=NONE\n}');
  });

  test('nothing chosen is nothing written; a proxy alone is no network', () => {
    expect(files({})).toBeNull();
    expect(files({ proxy: 'http://proxy.example:3128' })).toBeNull();
  });

  test.each<[NetworkValues, RegExp]>([
    [{ 'net-interface': '../etc/passwd' }, /net-interface/],
    [{ 'net-interface': 'eth0\n[Match]' }, /one line/],
    [{ 'net-address': '192.168.1.20' }, /net-address/],
    [{ 'net-address': '192.168.1.20/33' }, /net-address/],
    [{ 'net-address': '192.168.1.20/24\nGateway=6.6.6.6' }, /one line/],
    [{ 'net-address': 'fe80::1%eth0/64' }, /net-address/],
    [{ 'net-gateway': '192.168.1.1' }, /DHCP/],
    [{ 'net-address': '192.168.1.20/24', 'net-gateway': '192.168.2.1' }, /net-gateway/],
    [{ 'net-address': '192.168.1.20/24', 'net-gateway': '192.168.1.20' }, /another machine/],
    [{ 'net-address': '192.168.1.20/24', 'net-gateway': '2001:db8::1' }, /net-gateway/],
    [{ 'net-dns': 'dns.example' }, /net-dns/],
    [{ 'net-dns': '1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4,5.5.5.5' }, /net-dns/],
    [{ 'wifi-network': 'x'.repeat(33) }, /wifi-network/],
    [{ 'wifi-network': 'Bar\n}\nnetwork={' }, /one line/],
    [{ 'wifi-passphrase': 'long enough' }, /wifi-network is needed/],
    [{ 'wifi-network': 'Bar', 'wifi-country': 'de' }, /wifi-country/],
  ])('%j is refused in words', (values, words) => {
    expect(() => readNetworkChoice(values)).toThrow(words);
  });

  test.each(['tooshort'.slice(1), 'umlaut-ü-inside', `two\nlines-of-it`, ' blanks-around ', 'x'.repeat(65)])(
    'a passphrase that no access point takes is refused, and not repeated: %j',
    (passphrase) => {
      const refusal = (): unknown => readNetworkChoice({ 'wifi-network': 'Bar', 'wifi-passphrase': passphrase });
      expect(refusal).toThrow(/wifi-passphrase/);
      expect(refusal).not.toThrow(passphrase.trim());
    },
  );

  test('the renderer itself writes no line that was smuggled into a choice', () => {
    const choice = { interface: 'eth0', address: '192.0.2.7/24\nKind=evil', gateway: null, dns: [], wifi: null };
    expect(() => networkFiles(choice)).toThrow('line of its own');
    expect(() =>
      networkFiles({ ...choice, address: null, wifi: { interface: 'wlan0', network: 'a', passphrase: 'good\n}\nnetwork={', country: null } }),
    ).toThrow('line of its own');
  });
});

describe('what the box itself takes of it', () => {
  const box = (...options: readonly string[]) => readBoxConfig(['--data', '/nowhere', '--headend', 'https://h.example', ...options]);

  test('it holds no passphrase', () => {
    const config = box('--wifi-network=Bar', '--wifi-passphrase=open sesame');
    expect(config.network?.wifi).toEqual({ interface: 'wlan0', network: 'Bar', passphrase: '[withheld]', country: null });
    expect(inspect(config, { depth: null })).not.toContain('sesame');
  });

  test.each(['https://proxy.example', 'proxy.example:3128', 'http://proxy.example/path', 'http://u:hush@proxy.example/?x', 'socks5://h:1'])(
    'a proxy is an address of HTTP: %s is refused, and its password not repeated',
    (text) => {
      expect(() => readProxy(text)).toThrow('--proxy is http://HOST:PORT');
      expect(() => readProxy(text)).not.toThrow('hush');
    },
  );
});
