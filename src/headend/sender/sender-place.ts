import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What fits into the address of a Unix socket (unix(7): 108 bytes with the zero at its end). */
const PATH_BYTES_MAX = 107;

export interface SocketPlace {
  readonly path: string;
  /** Keeps a long path usable; to be called when nobody connects any more. */
  release(): void;
}

/** The socket on which a sender hears its registry: in the data folder, for this user only. A path too long for a socket goes by the folder's descriptor. */
export function senderSocket(folder: string): SocketPlace {
  const path = join(folder, 'sender.sock');
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return { path, release() {} };
  const descriptor = openSync(folder, 'r');
  return { path: `/proc/self/fd/${descriptor}/sender.sock`, release: () => closeSync(descriptor) };
}

export function bookPath(folder: string): string {
  return join(folder, 'headend.db');
}

/** Which file the book is. One that was moved aside keeps its identity, and the one in its place has another. */
export function bookIdentity(folder: string): string | null {
  const facts = statSync(bookPath(folder), { throwIfNoEntry: false });
  return facts === undefined ? null : `${facts.dev}:${facts.ino}`;
}
