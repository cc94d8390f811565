import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';

/** What programs on this machine need to find the box: its address and the token for coins, commands and totals. */
const FILES = { token: 'local-token', address: 'screen-url' } as const;

/** The token of the last run, so that a start on a full disk has one; a new one where there is none. */
export function keptToken(folder: string): string {
  const path = join(folder, FILES.token);
  const kept = readIfThere(path)?.trim() ?? '';
  if (/^[0-9a-f]{48}$/.test(kept)) return kept;
  const fresh = randomBytes(24).toString('hex');
  writeDurably(path, fresh);
  return fresh;
}

export function lastAddress(folder: string): string | null {
  return readIfThere(join(folder, FILES.address));
}

export function tellAddress(folder: string, url: string): void {
  if (lastAddress(folder) !== url) writeDurably(join(folder, FILES.address), url);
}
