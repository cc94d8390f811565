import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { CatalogueStore, StoredWork } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { renderCover } from './cover.ts';
import type { FinishedPiece, HouseCache } from './house-cache.ts';
import { paintCover } from './house-cover.ts';
import type { HousePiece } from './house-piece.ts';
import { HOUSE_ALBUM, HOUSE_VERSION, HOUSE_YEAR, housePieces } from './house-pieces.ts';
import { isIntact } from './ingest-file.ts';
import { type MakeWorkFault, makeWork } from './make-work.ts';
import { type MediaPrograms, mediaPrograms } from './programs.ts';
import { renderScore } from './synth/mixer.ts';
import { DEFAULT_PRICE } from './work-price.ts';

export interface HouseOptions {
  readonly catalogue: CatalogueStore;
  readonly segments: SegmentStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Called as soon as each work can be played, in order; the first one within about a second, at once from the cache. */
  readonly onWork?: (work: StoredWork, number: number, of: number) => void;
  readonly signal?: AbortSignal;
  readonly workFolder?: string;
  readonly programs?: MediaPrograms;
  /** Where finished pieces are looked for first, and kept. */
  readonly cache?: HouseCache;
  /** What to render; the whole catalogue unless a test wants less. */
  readonly pieces?: readonly HousePiece[];
}

/**
 * Renders our own catalogue for a headend without a library, piece after piece. What is there already is left as it is; a stop
 * keeps the finished pieces.
 */
export async function renderHouseCatalogue(options: HouseOptions): Promise<Result<readonly StoredWork[], Fault<MakeWorkFault>>> {
  const parent = options.workFolder ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const workFolder = await mkdtemp(join(parent, 'ackbox-house-'));
  const works: StoredWork[] = [];
  const pieces = options.pieces ?? housePieces;
  try {
    for (const piece of pieces) {
      const work = await renderPiece(piece, workFolder, options);
      if (!work.ok) return work;
      works.push(work.value);
      options.onWork?.(work.value, works.length, pieces.length);
    }
    return ok(works);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function renderPiece(piece: HousePiece, workFolder: string, options: HouseOptions): Promise<Result<StoredWork, Fault<MakeWorkFault>>> {
  const { catalogue, segments, signal } = options;
  const sourceKey = `house:${piece.name}`;
  const fingerprint = `house:${HOUSE_VERSION}`;
  const state = catalogue.sourceState(sourceKey);
  const known = state?.fingerprint === fingerprint && state.workId !== null ? catalogue.work(state.workId) : null;
  if (known !== null && !known.retired && (await isIntact(known, { segments, verify: false }))) return ok(known);
  if (signal?.aborted === true) return fault('stopped', 'stopped before the whole catalogue was rendered');
  const finished = (await options.cache?.take(piece, segments)) ?? null;
  const made = finished === null ? await makePiece(piece, workFolder, options) : ok(finished);
  if (!made.ok) return made;
  const work: StoredWork = {
    ...made.value.sound,
    ...{ title: piece.title, artist: piece.artist, album: HOUSE_ALBUM, genre: piece.genre, year: HOUSE_YEAR },
    ...(piece.free ? { ...DEFAULT_PRICE, priceMinor: '0', free: true } : DEFAULT_PRICE),
    ...{ cover: made.value.cover, retired: false, sourceName: sourceKey },
  };
  catalogue.putWork(work, sourceKey);
  catalogue.putSourceState(sourceKey, fingerprint, made.value.sound.id, null);
  return ok(work);
}

async function makePiece(piece: HousePiece, workFolder: string, options: HouseOptions): Promise<Result<FinishedPiece, Fault<MakeWorkFault>>> {
  const { segments, clock, log, signal, cache, programs = mediaPrograms } = options;
  const deps = { segments, programs, clock, workFolder, signal, urgent: true };
  const [sound, cover] = await Promise.all([
    makeWork({ samples: renderScore(piece.score) }, 2, null, deps),
    renderCover({ ppm: paintCover(piece.cover) }, { programs, clock, signal }),
  ]);
  if (!sound.ok) return sound;
  if (!cover.ok) log.warn('house-cover-failed', { piece: piece.name, reason: cover.error.message });
  const finished = { sound: sound.value, cover: cover.ok ? await segments.put(cover.value) : null };
  // A piece without its picture is not worth keeping.
  if (cover.ok)
    await cache?.keep(piece, finished, segments).catch((error: unknown) => log.warn('house-piece-not-kept', { piece: piece.name, reason: String(error) }));
  return ok(finished);
}
