import { limits } from '../limits.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import { type Clock, monotonicMs } from '../ports/clock.ts';
import type { CatalogueStore, StoredWork } from '../ports/headend-stores.ts';
import type { CatalogueWork } from '../wire/http-api.ts';

/** The catalogue as boxes see it, with a version that changes with any of it. */
export interface CatalogueView {
  current(): { readonly version: string; readonly json: string };
  isCover(hash: string): boolean;
}

interface Snapshot {
  readonly version: string;
  readonly json: string;
  readonly covers: ReadonlySet<string>;
  readonly madeAtMs: number;
}

/** An ingest in another process is seen after this long; a thousand boxes asking together read the book once. */
const FRESH_MS = 250;

export function createCatalogueView(store: CatalogueStore, clock: Clock): CatalogueView {
  let snapshot: Snapshot | null = null;
  const fresh = (): Snapshot => {
    const nowMs = monotonicMs(clock);
    if (snapshot !== null && nowMs - snapshot.madeAtMs < FRESH_MS) return snapshot;
    const works = store.works().slice(0, limits.libraryFilesMax);
    const list = JSON.stringify(works.map(publicPart));
    const version = sha256Hex(list).slice(0, 32);
    const covers = new Set(works.flatMap((work) => (work.cover === null ? [] : [work.cover])));
    snapshot = { version, json: `{"version":"${version}","works":${list}}`, covers, madeAtMs: nowMs };
    return snapshot;
  };
  return { current: fresh, isCover: (hash) => fresh().covers.has(hash) };
}

/** Without what only the headend needs: file names and segment hashes. */
export function publicPart(work: StoredWork): CatalogueWork {
  const { retired: _retired, integratedLufs: _lufs, sourceName: _source, segments: _segments, ...shown } = work;
  return shown;
}
