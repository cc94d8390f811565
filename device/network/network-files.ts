import type { NetworkChoice, WifiChoice } from './network-choice.ts';

/** A file for the system's network programs. */
export interface NetworkFile {
  /** Below /run. */
  readonly path: string;
  readonly text: string;
  readonly mode: 0o600 | 0o644;
}

/** Ahead of what the image brings: the first that fits an interface is taken. Source: systemd.network(5) */
export const NETWORK_PATH = 'systemd/network/05-ackbox.network';
export const WIFI_FOLDER = 'ackbox-network';
const HEAD = '# By ackbox-network.service, from what was committed at the box; the next commit writes it again.';

/**
 * What systemd-networkd and wpa_supplicant read, from what was chosen. A pure function; throws where a value would begin a line of its own,
 * which `readNetworkChoice` lets nobody choose.
 */
export function networkFiles(choice: NetworkChoice): readonly NetworkFile[] {
  const addresses: NetworkFile = { path: NETWORK_PATH, text: networkText(choice), mode: 0o644 };
  if (choice.wifi === null) return [addresses];
  return [addresses, { path: `${WIFI_FOLDER}/${choice.wifi.interface}.conf`, text: wifiText(choice.wifi), mode: 0o600 }];
}

function networkText({ interface: card, address, gateway, dns, wifi }: NetworkChoice): string {
  const own = dns.length > 0;
  return [
    HEAD,
    '[Match]',
    line('Name', wifi?.interface ?? card ?? 'en* eth*'),
    '',
    '[Network]',
    ...(address === null ? [line('DHCP', 'yes')] : [line('DHCP', 'no'), line('Address', address)]),
    ...(gateway === null ? [] : [line('Gateway', gateway)]),
    ...dns.map((server) => line('DNS', server)),
    // An access point that is left for the next one costs no address.
    ...(wifi === null ? [] : [line('IgnoreCarrierLoss', '5s')]),
    ...(own ? ['', '[DHCPv4]', line('UseDNS', 'no'), '', '[DHCPv6]', line('UseDNS', 'no'), '', '[IPv6AcceptRA]', line('UseDNS', 'no')] : []),
    '',
  ].join('\n');
}

function wifiText({ network, passphrase, country }: WifiChoice): string {
  const key = passphrase !== null && passphrase.length === 64;
  return [
    HEAD,
    'update_config=0',
    ...(country === null ? [] : [line('country', country)]),
    'network={',
    // In hexadecimal, so that no name ends it. Source: wpa_supplicant.conf
    `  ${line('ssid', Buffer.from(network).toString('hex'))}`,
    '  scan_ssid=1',
    ...(passphrase === null ? ['  key_mgmt=NONE'] : []),
    // WPA3 where the card can; it needs the passphrase itself.
    ...(passphrase !== null && !key ? ['  key_mgmt=WPA-PSK SAE', '  ieee80211w=1', `  ${line('psk', `"${passphrase}"`)}`] : []),
    ...(key ? ['  key_mgmt=WPA-PSK', `  ${line('psk', passphrase)}`] : []),
    '}',
    '',
  ].join('\n');
}

function line(name: string, value: string): string {
  if (/\p{Cc}|[\u2028\u2029]/u.test(value)) throw new Error(`${name} would begin a line of its own.`);
  return `${name}=${value}`;
}
