import type { Deed } from './trace.ts';

const SECTOR = 512;

type Change = Exclude<Deed, { kind: 'sync' | 'said' }>;

/** Files as a power cut may leave them. */
export interface DiskState {
  readonly files: ReadonlyMap<string, Buffer>;
  /** How much of what was under way is there. */
  readonly what: string;
  /** How often something had been said. */
  readonly said: number;
}

/** What counts: the book, its log and the cash journal. The shared memory of the log is made anew by whoever opens it. */
const DURABLE = /\/(box\.db|box\.db-wal|cash-journal\.bin)$/;

/**
 * Every state in which a cut may leave the disk, from the first thing said on: between two syncs any first so many writes are there, the
 * next one torn at any sector; and whenever something is said, only what was synced by then.
 */
export function* diskStates(deeds: readonly Deed[]): Generator<DiskState> {
  const files = new Map<string, Buffer>();
  const synced = new Map<string, Buffer>();
  let said = 0;
  for (const deed of deeds) {
    if (deed.kind === 'said') {
      said += 1;
      // The book was opened calmly; the evening begins.
      if (said === 1) for (const [path, bytes] of files) synced.set(path, bytes);
      else yield { files: new Map(synced), what: 'nothing but what was synced', said };
      continue;
    }
    if (!DURABLE.test(deed.path)) continue;
    if (deed.kind === 'sync') {
      const bytes = files.get(deed.path);
      if (bytes !== undefined) synced.set(deed.path, bytes);
      continue;
    }
    for (let torn = 0; said > 0 && torn < sizeOf(deed); torn += SECTOR) {
      yield { files: changed(files, deed, torn), what: `${torn} of ${sizeOf(deed)} bytes at ${deed.path}`, said };
    }
    for (const [path, bytes] of changed(files, deed, sizeOf(deed))) files.set(path, bytes);
  }
}

function sizeOf(change: Change): number {
  return change.kind === 'write' ? change.bytes.length : 1;
}

function changed(files: ReadonlyMap<string, Buffer>, change: Change, bytes: number): Map<string, Buffer> {
  const after = new Map(files);
  const old = files.get(change.path) ?? Buffer.alloc(0);
  if (change.kind === 'cut') {
    const cut = Buffer.alloc(change.length);
    old.copy(cut);
    return bytes === 0 ? after : after.set(change.path, cut);
  }
  const offset = change.offset ?? old.length;
  const grown = Buffer.alloc(Math.max(old.length, offset + bytes));
  old.copy(grown);
  change.bytes.copy(grown, offset, 0, bytes);
  return after.set(change.path, grown);
}
