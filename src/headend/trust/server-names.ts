import { hostname, networkInterfaces } from 'node:os';

/**
 * Every name and address a box may reach this headend by: the loopback ones, the host name, the addresses of its network cards,
 * and what the operator configured. Sorted, each once.
 */
export function serverNames(configured: readonly string[]): readonly string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((cards) => cards ?? [])
    .map((card) => card.address)
    // A link-local IPv6 address needs a zone and cannot stand in a URL that others use.
    .filter((address) => !address.toLowerCase().startsWith('fe80:'));
  const names = ['localhost', '127.0.0.1', '::1', hostname(), ...addresses, ...configured];
  return [...new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))].sort();
}
