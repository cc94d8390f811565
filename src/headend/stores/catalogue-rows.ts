import type { CatalogueStore, StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import type { WorkId } from '../../units/ids.ts';
import type { Rendition } from '../../wire/http-api.ts';
import type { StoreContext } from './store-context.ts';

type WorkCells = Omit<StoredWork, 'free' | 'retired' | 'segments' | 'video' | 'channel' | 'ageRating'> & {
  readonly ageRating: number | null;
  readonly free: number;
  readonly retired: number;
  readonly packetMs: number | null;
  /** 0 for a channel that was taken off the map. */
  readonly channelNumber: number | null;
};

const WORK = `SELECT work AS id, title, artist, album, genre, year, duration_ms AS durationMs, channels, pre_skip AS preSkip, total_samples AS totalSamples,
  packets, gain_db AS gainDb, integrated_lufs AS integratedLufs, CAST(price_minor AS TEXT) AS priceMinor, currency, free, cover,
  source_name AS sourceName, retired, (SELECT packet_ms FROM films WHERE films.work = works.work) AS packetMs,
  (SELECT age_rating FROM work_constraints WHERE work_constraints.work = works.work) AS ageRating,
  (SELECT IFNULL(number, 0) FROM channels WHERE channels.work = works.work) AS channelNumber FROM works`;
const PUT_WORK = `INSERT INTO works (work, title, artist, album, genre, year, duration_ms, channels, pre_skip, total_samples, packets, gain_db, integrated_lufs,
  price_minor, currency, free, cover, source_name, retired) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
  ON CONFLICT (work) DO UPDATE SET title = excluded.title, artist = excluded.artist, album = excluded.album, genre = excluded.genre, year = excluded.year,
  gain_db = excluded.gain_db, integrated_lufs = excluded.integrated_lufs, price_minor = excluded.price_minor, currency = excluded.currency,
  free = excluded.free, cover = excluded.cover, source_name = excluded.source_name, retired = 0`;
const FILES = 'SELECT work, hash FROM work_segments UNION ALL SELECT work, cover FROM works WHERE cover IS NOT NULL';
/** Needed: by a work on offer, or by one that somebody is still hearing. Covers lie in the same store as segments. */
const UNREFERENCED = `WITH files AS (${FILES}) SELECT DISTINCT hash FROM files WHERE hash NOT IN (
  SELECT f.hash FROM files f JOIN works w ON w.work = f.work
  WHERE w.retired = 0 OR w.work IN (SELECT work FROM pay_sessions WHERE state IN ('offered', 'streaming'))
    OR w.work IN (SELECT resource FROM checkouts WHERE status IN ('ready', 'active'))) ORDER BY hash`;

/** Works and what the ingest knows of their sources. `works()` lists what is on offer; `work()` finds retired ones too, for open sessions. */
export function catalogueRows(context: StoreContext): CatalogueStore {
  const { database } = context;
  return {
    works: () =>
      database.transaction(() => database.all<WorkCells>(`${WORK} WHERE retired = 0 ORDER BY artist, title, work`).map((cells) => asWork(context, cells))),
    work: (id) => {
      const cells = database.one<WorkCells>(`${WORK} WHERE work = ?`, id);
      return cells === null ? null : asWork(context, cells);
    },
    rendition: (id, name) => rendition(context, id, name),
    putWork: (work, sourceKey, renditions = []) => database.transaction(() => putWork(context, work, sourceKey, renditions)),
    sourceState: (sourceKey) =>
      database.one<{ fingerprint: string; workId: WorkId | null; reason: string | null }>(
        'SELECT fingerprint, work AS workId, reason FROM sources WHERE source_key = ?',
        sourceKey,
      ),
    putSourceState: (sourceKey, fingerprint, workId, reason) => {
      database.run(
        `INSERT INTO sources (source_key, fingerprint, work, reason) VALUES (?, ?, ?, ?)
         ON CONFLICT (source_key) DO UPDATE SET fingerprint = excluded.fingerprint, work = excluded.work, reason = excluded.reason`,
        sourceKey,
        fingerprint,
        workId,
        reason,
      );
    },
    retireWork: (id) => {
      database.run('UPDATE works SET retired = 1 WHERE work = ?', id);
    },
    unreferencedSegments: () => database.all<{ hash: string }>(UNREFERENCED).map((row) => row.hash),
  };
}

function putWork(context: StoreContext, work: StoredWork, sourceKey: string, renditions: readonly StoredRendition[]): void {
  const { database } = context;
  const before = database.one<{ work: string | null }>('SELECT work FROM sources WHERE source_key = ?', sourceKey)?.work ?? null;
  database.run(PUT_WORK, ...workCells(work));
  database.run('DELETE FROM work_segments WHERE work = ?', work.id);
  work.segments.forEach((hash, position) => {
    database.run('INSERT INTO work_segments (work, position, hash) VALUES (?, ?, ?)', work.id, position, hash);
  });
  putRenditions(context, work, renditions);
  // The fingerprint comes with putSourceState, after everything else of the file is done: until then a file with new content counts as not ingested.
  database.run(
    `INSERT INTO sources (source_key, fingerprint, work, reason) VALUES (?, '', ?, NULL)
     ON CONFLICT (source_key) DO UPDATE SET fingerprint = CASE WHEN work IS excluded.work THEN fingerprint ELSE '' END, work = excluded.work, reason = NULL`,
    sourceKey,
    work.id,
  );
  if (before === null || before === work.id) return;
  // Two files with the same content are one work: it stays while another file still makes it.
  database.run('UPDATE works SET retired = 1 WHERE work = ? AND NOT EXISTS (SELECT 1 FROM sources WHERE sources.work = works.work)', before);
}

function workCells(work: StoredWork): readonly (string | number | bigint | null)[] {
  return [
    work.id,
    work.title,
    work.artist,
    work.album,
    work.genre,
    work.year,
    work.durationMs,
    work.channels,
    work.preSkip,
    work.totalSamples,
    work.packets,
    work.gainDb,
    work.integratedLufs,
    BigInt(work.priceMinor),
    work.currency,
    work.free ? 1 : 0,
    work.cover,
    work.sourceName,
  ];
}

function asWork(context: StoreContext, { packetMs, channelNumber, ageRating, ...cells }: WorkCells): StoredWork {
  const { database } = context;
  const segments = database.all<{ hash: string }>('SELECT hash FROM work_segments WHERE work = ? ORDER BY position', cells.id);
  const work = {
    ...cells,
    free: cells.free === 1,
    retired: cells.retired === 1,
    segments: segments.map((row) => row.hash),
    ...(ageRating === null ? {} : { ageRating }),
  };
  if (packetMs === null) return work;
  const renditions = database.all<Rendition>('SELECT name, codec, width, height FROM renditions WHERE work = ? ORDER BY first_segment', cells.id);
  const video = { packetMs, renditions: renditions.map((row) => ({ ...row })) };
  return { ...work, video, ...(channelNumber === null ? {} : { channel: { number: channelNumber } }) };
}

/** A work never changes, nor do its renditions: once is enough. */
function putRenditions({ database }: StoreContext, work: StoredWork, stored: readonly StoredRendition[]): void {
  if (work.video === undefined) return;
  database.run('INSERT INTO films (work, packet_ms) VALUES (?, ?) ON CONFLICT DO NOTHING', work.id, work.video.packetMs);
  let first = 0;
  for (const { name, segments, starts, accessPoints } of stored) {
    const shown = work.video.renditions.find((rendition) => rendition.name === name);
    if (shown === undefined) continue;
    database.run(
      'INSERT INTO renditions (work, name, codec, width, height, first_segment, starts, access_points) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      work.id,
      name,
      shown.codec,
      shown.width,
      shown.height,
      first,
      JSON.stringify(starts),
      JSON.stringify(accessPoints),
    );
    first += segments.length;
  }
}

function rendition({ database }: StoreContext, work: WorkId, name: string): StoredRendition | null {
  const row = database.one<{ first: number; starts: string; accessPoints: string }>(
    'SELECT first_segment AS first, starts, access_points AS accessPoints FROM renditions WHERE work = ? AND name = ?',
    work,
    name,
  );
  if (row === null) return null;
  const starts = JSON.parse(row.starts) as readonly number[];
  const segments = database.all<{ hash: string }>(
    'SELECT hash FROM work_segments WHERE work = ? AND position >= ? AND position < ? ORDER BY position',
    work,
    row.first,
    row.first + starts.length,
  );
  return { name, starts, accessPoints: JSON.parse(row.accessPoints) as readonly number[], segments: segments.map(({ hash }) => hash) };
}
