import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

export interface InterfaceState {
  readonly name: string;
  /** The kernel's word: up, down, dormant (Wi-Fi that looks for its network), unknown. */
  readonly state: string;
  /** With the bits of their networks. */
  readonly addresses: readonly string[];
  /** dBm; null: no Wi-Fi card, or no access point. */
  readonly signalDbm: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface NetworkState {
  readonly interfaces: readonly InterfaceState[];
  /** `ADDRESS by INTERFACE`, the one that the kernel prefers first. */
  readonly gateways: readonly string[];
  readonly dns: readonly string[];
}

/** What systemd-resolved was told, before what programs are told of it. */
const RESOLVERS = ['run/systemd/resolve/resolv.conf', 'etc/resolv.conf'];

/**
 * What the kernel really has, by its files: no program is run, no right is needed.
 * @param root of /proc, /sys, /run and /etc
 */
export function readNetworkState(root = '/', addresses = networkInterfaces()): NetworkState {
  const signals = readSignals(textOf(join(root, 'proc/net/wireless')));
  const names = listed(join(root, 'sys/class/net')).filter((name) => name !== 'lo');
  const interfaces = names.map((name) => {
    const fact = (file: string): string => textOf(join(root, 'sys/class/net', name, file)).trim();
    return {
      name,
      state: fact('operstate') || 'unknown',
      addresses: (addresses[name] ?? []).map(({ cidr, address }) => cidr ?? address),
      signalDbm: signals.get(name) ?? null,
      bytesIn: Number(fact('statistics/rx_bytes')),
      bytesOut: Number(fact('statistics/tx_bytes')),
    };
  });
  const gateways = [...readRoutes(textOf(join(root, 'proc/net/route'))), ...readRoutes6(textOf(join(root, 'proc/net/ipv6_route')))];
  const resolver = RESOLVERS.map((file) => textOf(join(root, file))).find((text) => text !== '') ?? '';
  return { interfaces, gateways, dns: [...resolver.matchAll(/^nameserver\s+(\S+)/gm)].map(([, server = '']) => server) };
}

/** Two lines of headings, then `wlan0: 0000   58.  -52.  -256 ...`: status, link, level. */
function readSignals(text: string): ReadonlyMap<string, number> {
  const rows = [...text.matchAll(/^\s*(\w+):\s+\S+\s+\S+\s+(-?\d+)\.?\s/gm)];
  // -256: the card has no measurement.
  return new Map(rows.map(([, name = '', level = '']) => [name, Number(level)] as const).filter(([, level]) => level < 0 && level > -256));
}

/** Columns: interface, destination, gateway (the bytes of the address from the last on), flags, .., metric. Source: Linux, fib_route_seq_show */
function readRoutes(text: string): readonly string[] {
  const rows = text
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([, destination, gateway, , , , , mask]) => destination === '00000000' && mask === '00000000' && /^[0-9A-F]{8}$/.test(gateway ?? ''));
  const metric = (row: readonly string[]): number => Number(row[6]);
  return rows.sort((left, right) => metric(left) - metric(right)).map(([name = '', , gateway = '']) => `${fromLittleEndian(gateway)} by ${name}`);
}

function fromLittleEndian(hex: string): string {
  return [...Buffer.from(hex, 'hex')].reverse().join('.');
}

/** Columns: destination, its bits, source, its bits, next hop, metric, .., interface. Source: Linux, rt6_info_route */
function readRoutes6(text: string): readonly string[] {
  return text
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([destination, bits, , , hop, , , , , name]) => /^0{32}$/.test(destination ?? '') && bits === '00' && !/^0{32}$/.test(hop ?? '') && name !== 'lo')
    .map(([, , , , hop = '', , , , , name = '']) => `${new URL(`http://[${hop.match(/.{4}/g)?.join(':')}]`).hostname.slice(1, -1)} by ${name}`);
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
