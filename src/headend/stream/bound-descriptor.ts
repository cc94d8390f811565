import { isIPv4 } from 'node:net';
import { limits } from '../../limits.ts';
import type { NativeLibrary } from '../../platform/native/native-library.ts';

const AF_INET = 2;
/** SOCK_DGRAM, SOCK_NONBLOCK and SOCK_CLOEXEC of Linux. */
const KIND = 2 | 0x800 | 0x8_0000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const ADDRESS_BYTES = 16;

export interface BoundDescriptor {
  readonly descriptor: number;
  readonly port: number;
}

/**
 * A bound UDP socket of IPv4 that Node knows nothing of.
 * @param port 0 for any
 * @returns `taken` where it can not be bound, `not-here` where the host is no IPv4 address, or there are no descriptors left
 */
export function bindDescriptor(library: NativeLibrary, host: string, port: number): BoundDescriptor | 'taken' | 'not-here' {
  if (!isIPv4(host)) return 'not-here';
  const descriptor = library.find('socket', 'int', ['int', 'int', 'int'])(AF_INET, KIND, 0);
  if (descriptor < 0) return 'not-here';
  const { bytes, view, address } = library.room(ADDRESS_BYTES + 4);
  const length = address + ADDRESS_BYTES;
  view.setUint32(ADDRESS_BYTES, limits.receiveBufferBytes, true);
  library.find('setsockopt', 'int', ['int', 'int', 'int', 'uintptr_t', 'uint'])(descriptor, SOL_SOCKET, SO_RCVBUF, length, 4);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  bytes.set(host.split('.').map(Number), 4);
  view.setUint32(ADDRESS_BYTES, ADDRESS_BYTES, true);
  const getsockname = library.find('getsockname', 'int', ['int', 'uintptr_t', 'uintptr_t']);
  const isBound = library.find('bind', 'int', ['int', 'uintptr_t', 'uint'])(descriptor, address, ADDRESS_BYTES) === 0;
  if (isBound && getsockname(descriptor, address, length) === 0) return { descriptor, port: view.getUint16(2) };
  closeDescriptor(library, descriptor);
  return 'taken';
}

export function closeDescriptor(library: NativeLibrary, descriptor: number): void {
  library.find('close', 'int', ['int'])(descriptor);
}
