import { BlockList, isIP } from 'node:net';

/** What was chosen of the box's network; what is not named here stays with the machine's own configuration. */
export interface NetworkChoice {
  /** Null: the Wi-Fi card where there is one to be used, else every cable. */
  readonly interface: string | null;
  /** `ADDRESS/BITS`; null: as the network says (DHCP). */
  readonly address: string | null;
  readonly gateway: string | null;
  /** Empty: as the network says. */
  readonly dns: readonly string[];
  readonly wifi: WifiChoice | null;
}

export interface WifiChoice {
  readonly interface: string;
  /** Its name, 1 to 32 bytes of UTF-8 (IEEE 802.11). */
  readonly network: string;
  /** 8 to 63 characters, or the key itself as 64 hexadecimal digits; null: an open network. Never shown, never logged. */
  readonly passphrase: string | null;
  /** Two letters, ISO 3166; null: what every country allows. */
  readonly country: string | null;
}

export const NETWORK_OPTIONS = {
  'net-interface': { type: 'string' },
  'net-address': { type: 'string' },
  'net-gateway': { type: 'string' },
  'net-dns': { type: 'string' },
  'wifi-network': { type: 'string' },
  'wifi-passphrase': { type: 'string' },
  'wifi-country': { type: 'string' },
  proxy: { type: 'string' },
} as const;

export type NetworkOption = keyof typeof NETWORK_OPTIONS;
export type NetworkValues = { readonly [Name in NetworkOption]?: string | undefined };

/** No dash and no dot: it becomes a part of a file's and a unit's name. */
const INTERFACE = /^[a-z][a-z0-9]{0,14}$/;
const PASSPHRASE = /^[ -~]{8,63}$/;
const KEY = /^[0-9a-fA-F]{64}$/;
const NAME_BYTES_MAX = 32;
const SERVERS_MAX = 4;
const CONTROL = /\p{Cc}/u;

/**
 * Reads the options `net-` and `wifi-`. Throws with words that say what was wrong, and never with a passphrase.
 * @returns null where none was chosen: the machine's own configuration stays in force
 */
export function readNetworkChoice(values: NetworkValues): NetworkChoice | null {
  const names = Object.keys(NETWORK_OPTIONS) as NetworkOption[];
  for (const name of names)
    if (CONTROL.test(values[name] ?? '') || values[name] !== values[name]?.trim()) throw new Error(`--${name} is one line without blanks around it.`);
  if (!names.some((name) => name !== 'proxy' && values[name] !== undefined)) return null;
  const card = values['net-interface'] ?? null;
  if (card !== null && !INTERFACE.test(card)) throw new Error(`--net-interface is one as show net lists them, such as eth0; not ${JSON.stringify(card)}.`);
  const address = readAddress(values['net-address']);
  const wifi = readWifi(values, card ?? 'wlan0');
  return { interface: card, address, gateway: readGateway(values['net-gateway'], address), dns: readServers(values['net-dns']), wifi };
}

/** For all who only show it. */
export function withoutPassphrase(choice: NetworkChoice | null): NetworkChoice | null {
  return choice?.wifi ? { ...choice, wifi: { ...choice.wifi, passphrase: choice.wifi.passphrase === null ? null : '[withheld]' } } : choice;
}

/** Throws with words, and never with the password in the address. @returns null: none */
export function readProxy(text: string | undefined): URL | null {
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 'http:' || url.hostname === '' || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new Error('--proxy is http://HOST:PORT, with USER:PASSWORD@ before HOST if it asks for one.');
  return url;
}

function readAddress(text: string | undefined): string | null {
  if (text === undefined || text === 'dhcp') return null;
  const [address = '', bits = ''] = text.split('/');
  const family = isIP(address);
  const longest = family === 4 ? 32 : 128;
  if (family === 0 || !/^[1-9]\d{0,2}$/.test(bits) || Number(bits) > longest || text.split('/').length > 2 || address.includes('%'))
    throw new Error(`--net-address is dhcp, or an address and the bits of its network, such as 192.168.1.20/24; not ${JSON.stringify(text)}.`);
  return text;
}

function readGateway(text: string | undefined, address: string | null): string | null {
  if (text === undefined) return null;
  if (address === null) throw new Error('--net-gateway goes with a --net-address of its own: with DHCP the network names its gateway.');
  const [own = '', bits = ''] = address.split('/');
  const family = isIP(own) === 4 ? 'ipv4' : 'ipv6';
  const near = new BlockList();
  near.addSubnet(own, Number(bits), family);
  if (family === 'ipv6') near.addSubnet('fe80::', 10, 'ipv6');
  if (isIP(text) !== isIP(own) || text.includes('%') || !near.check(text, family) || text === own)
    throw new Error(`--net-gateway is another machine in the network of ${address}; not ${JSON.stringify(text)}.`);
  return text;
}

function readServers(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const servers = text.split(',').map((server) => server.trim());
  if (servers.length > SERVERS_MAX || servers.some((server) => isIP(server) === 0 || server.includes('%')))
    throw new Error(`--net-dns is up to ${SERVERS_MAX} addresses, such as 192.168.1.1,9.9.9.9; not ${JSON.stringify(text)}.`);
  return servers;
}

function readWifi(values: NetworkValues, card: string): WifiChoice | null {
  const { 'wifi-network': network, 'wifi-passphrase': passphrase = null, 'wifi-country': country = null } = values;
  if (network === undefined) {
    if (passphrase !== null || country !== null) throw new Error('--wifi-network is needed beside --wifi-passphrase and --wifi-country.');
    return null;
  }
  if (network === '' || Buffer.byteLength(network) > NAME_BYTES_MAX) throw new Error(`--wifi-network has 1 to ${NAME_BYTES_MAX} bytes.`);
  if (passphrase !== null && !PASSPHRASE.test(passphrase) && !KEY.test(passphrase))
    throw new Error('--wifi-passphrase has 8 to 63 letters, digits and signs, or is the key as 64 hexadecimal digits.');
  if (country !== null && !/^[A-Z]{2}$/.test(country)) throw new Error(`--wifi-country is two capital letters, such as DE; not ${JSON.stringify(country)}.`);
  return { interface: card, network, passphrase, country };
}
