import { isIPv4 } from 'node:net';
import type { NativeLibrary } from '../../platform/native/native-library.ts';

const AF_INET = 2;
/** SOCK_DGRAM, SOCK_NONBLOCK and SOCK_CLOEXEC of Linux. */
const KIND = 2 | 0x800 | 0x8_0000;
const ADDRESS_BYTES = 16;

/**
 * A bound UDP socket of IPv4 whose descriptor we know: Node takes it over and reads from it, and we may write to it beside Node.
 * @param port 0 for any
 * @returns `taken` where it can not be bound, `not-here` where the host is no IPv4 address, or there are no descriptors left
 */
export function bindDescriptor(library: NativeLibrary, host: string, port: number): number | 'taken' | 'not-here' {
  if (!isIPv4(host)) return 'not-here';
  const descriptor = library.find('socket', 'int', ['int', 'int', 'int'])(AF_INET, KIND, 0);
  if (descriptor < 0) return 'not-here';
  const { bytes, view, address } = library.room(ADDRESS_BYTES);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  bytes.set(host.split('.').map(Number), 4);
  if (library.find('bind', 'int', ['int', 'uintptr_t', 'uint'])(descriptor, address, ADDRESS_BYTES) === 0) return descriptor;
  library.find('close', 'int', ['int'])(descriptor);
  return 'taken';
}
