import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { CatalogueStore, StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import type { Log } from '../../ports/log.ts';
import { asId, type WorkId } from '../../units/ids.ts';
import { ok } from '../../units/result.ts';
import { folderCover, renderCover } from './cover.ts';
import { type FileEnds, readFileEnds } from './fingerprint.ts';
import type { FoundFile } from './folder-scan.ts';
import { makeFilm } from './make-film.ts';
import { type MakeWorkDeps, type MakeWorkFault, makeWork, type WorkSound } from './make-work.ts';
import { type ProbedAudio, type ProbedFilm, type ProbeFault, probeFile } from './probe.ts';
import { printable } from './programs.ts';
import type { RenditionWish } from './video-renditions.ts';
import { type PriceBook, taggedPrice, type WorkPrice } from './work-price.ts';
import { readIsrc, readWorkTags } from './work-tags.ts';

export interface IngestFileDeps extends MakeWorkDeps {
  readonly catalogue: CatalogueStore;
  /** Where others' names for a work are kept, if anywhere. */
  readonly identifiers?: { putIdentifier(work: string, scheme: 'isrc', value: string): void };
  readonly prices: PriceBook;
  readonly log: Log;
  /** Of films; null for the usual ones. */
  readonly renditions: readonly RenditionWish[] | null;
  /** Reads every segment of an unchanged file's work, instead of only looking whether it is there. */
  readonly verify: boolean;
}

/** `duplicate`: another file of the same sound is already a work; two files, one work. */
export type FileOutcome =
  | { readonly kind: 'ingested' | 'unchanged' | 'duplicate'; readonly work: WorkId }
  | { readonly kind: 'not-audio' }
  /** `lasting`: the file itself is the reason, so that it is not tried again before it changes. */
  | { readonly kind: 'skipped'; readonly reason: string; readonly lasting: boolean }
  | { readonly kind: 'stopped' }
  /** Nothing further can be ingested either. */
  | { readonly kind: 'failed'; readonly code: 'program-missing' | 'disk-full'; readonly reason: string };

/** Names that promise sound or a film: where such a file holds none, its owner wants to know. */
const AUDIO_NAMES = /^\.(mp3|mp2|m4a|m4b|aac|alac|flac|wav|wave|aif|aiff|aifc|ogg|oga|opus|spx|wma|ape|wv|mpc|tta|ac3|dts|amr|au|caf|mka|weba)$/i;
const FILM_NAMES = /^\.(mp4|m4v|mov|mkv|webm|avi|ogv|mpg|mpeg|m2ts|wmv|flv)$/i;

/** One file: skipped where nothing changed, else made into a work. `sourceKey` names it across runs. */
export async function ingestFile(file: FoundFile, sourceKey: string, deps: IngestFileDeps): Promise<FileOutcome> {
  const price = await deps.prices.of(file.path);
  if (!price.ok) return skipped(price.error.message, false);
  const ends = await readFileEnds(file).catch(() => null);
  if (ends === null) return skipped('it cannot be read; check its permissions', false);
  const details = await detailsOf(file, price.value);
  const known = await fromBefore(file, sourceKey, `${ends.fingerprint}:${details}`, deps);
  if (known !== null) return known;
  const outcome = await takeIn(file, sourceKey, `${ends.fingerprint}:${details}`, ends, price.value, deps);
  const reason = outcome.kind === 'skipped' && outcome.lasting ? outcome.reason : null;
  if (reason !== null || outcome.kind === 'not-audio') deps.catalogue.putSourceState(sourceKey, `${ends.fingerprint}:${details}`, null, reason);
  return outcome;
}

function skipped(reason: string, lasting = true): FileOutcome {
  return { kind: 'skipped', reason, lasting };
}

/** What else shapes a work beside the file itself: its price and the picture of its folder. */
async function detailsOf(file: FoundFile, price: WorkPrice): Promise<string> {
  const cover = await folderCover(file.folder);
  const facts = cover === null ? null : await stat(cover).catch(() => null);
  const text = JSON.stringify([price.priceMinor, price.currency, price.free, cover, facts?.size ?? 0, Math.floor(facts?.mtimeMs ?? 0)]);
  return sha256Hex(text).slice(0, 16);
}

async function fromBefore(file: FoundFile, sourceKey: string, fingerprint: string, deps: IngestFileDeps): Promise<FileOutcome | null> {
  const state = deps.catalogue.sourceState(sourceKey);
  if (state?.fingerprint !== fingerprint) return null;
  if (state.reason !== null) return skipped(state.reason);
  if (state.workId === null) return { kind: 'not-audio' };
  const work = deps.catalogue.work(state.workId);
  if (work === null || !(await isIntact(work, deps))) return null;
  if (work.retired) deps.catalogue.putWork({ ...work, retired: false, sourceName: file.path }, sourceKey);
  return { kind: 'unchanged', work: state.workId };
}

/** True where every segment (and the cover) of a work is still there; with `verify`, unharmed too. */
export async function isIntact(work: StoredWork, deps: Pick<IngestFileDeps, 'segments' | 'verify'>): Promise<boolean> {
  for (const hash of work.cover === null ? work.segments : [...work.segments, work.cover]) {
    const there = deps.verify ? (await deps.segments.get(hash).catch(() => null)) !== null : await deps.segments.has(hash);
    if (!there) return false;
  }
  return true;
}

async function takeIn(file: FoundFile, sourceKey: string, fingerprint: string, ends: FileEnds, price: WorkPrice, deps: IngestFileDeps): Promise<FileOutcome> {
  const film = FILM_NAMES.test(extname(file.name));
  const wanted = film || AUDIO_NAMES.test(extname(file.name));
  if (file.bytes === 0) return wanted ? skipped('the file is empty') : { kind: 'not-audio' };
  const probed = await probeFile(file.path, deps);
  if (!probed.ok && probed.error.code !== 'unreadable') return asOutcome(probed.error.code, probed.error.message);
  if (!probed.ok) return wanted ? skipped(`it is not a ${film ? 'film' : 'sound file'}, or is damaged (${probed.error.message})`) : { kind: 'not-audio' };
  if (probed.value.kind === 'not-audio') return wanted ? skipped('it holds no sound') : { kind: 'not-audio' };
  if (ends.breaksOff) return skipped('it breaks off in the middle; copy it again');
  const paid = taggedPrice(probed.value.tags, price);
  if (!paid.ok) return skipped(paid.error.message);
  const found = probed.value;
  const earlier = await sameSound(sourceKey, ends.fingerprint, deps);
  const made = earlier === null ? await makeAny(file.path, found, deps) : ok({ sound: earlier, renditions: [] });
  if (!made.ok) return asOutcome(made.error.code, made.error.message);
  return await enterWork(file, sourceKey, fingerprint, { ...made.value, probed: found, price: paid.value }, deps);
}

async function makeAny(path: string, found: ProbedAudio | ProbedFilm, deps: IngestFileDeps): ReturnType<typeof makeFilm> {
  if (found.kind === 'film') return await makeFilm(path, found, deps.renditions, deps);
  const sound = await makeWork({ path, stream: found.stream }, found.channels, found.durationMs, deps);
  return sound.ok ? ok({ sound: sound.value, renditions: [] }) : sound;
}

function asOutcome(code: MakeWorkFault | ProbeFault, reason: string): FileOutcome {
  if (code === 'stopped') return { kind: 'stopped' };
  return code === 'program-missing' || code === 'disk-full' ? { kind: 'failed', code, reason } : skipped(reason, code !== 'interrupted');
}

/** The sound made of these very bytes before, where only a price or a picture beside them has changed. */
async function sameSound(sourceKey: string, fingerprint: string, deps: IngestFileDeps): Promise<WorkSound | null> {
  const state = deps.catalogue.sourceState(sourceKey);
  if (state === null || state.workId === null || state.fingerprint.split(':')[0] !== fingerprint) return null;
  const work = deps.catalogue.work(state.workId);
  return work !== null && (await isIntact({ ...work, cover: null }, deps)) ? { ...work, id: asId(work.id) } : null;
}

async function enterWork(
  file: FoundFile,
  sourceKey: string,
  fingerprint: string,
  made: { readonly sound: WorkSound; readonly renditions: readonly StoredRendition[]; readonly probed: ProbedAudio | ProbedFilm; readonly price: WorkPrice },
  deps: IngestFileDeps,
): Promise<FileOutcome> {
  const { id } = made.sound;
  const cover = await coverOf(file, made.probed, deps);
  // From here on nothing waits: two files of the same content, ingested at once, cannot both be the first.
  const before = deps.catalogue.work(id);
  const mine = before?.sourceName === file.path || deps.catalogue.sourceState(sourceKey)?.workId === id;
  if (before !== null && !before.retired && !mine) {
    deps.catalogue.putSourceState(sourceKey, fingerprint, id, null);
    return { kind: 'duplicate', work: id };
  }
  const tags = readWorkTags(made.probed.tags, file.name);
  deps.catalogue.putWork({ ...made.sound, ...tags, ...made.price, cover, retired: false, sourceName: file.path }, sourceKey, made.renditions);
  const isrc = readIsrc(made.probed.tags);
  if (isrc !== null) deps.identifiers?.putIdentifier(id, 'isrc', isrc);
  deps.catalogue.putSourceState(sourceKey, fingerprint, id, null);
  return { kind: 'ingested', work: id };
}

/** The embedded picture, else the one of the folder, else one of the film itself; a work without a picture is still a work. */
async function coverOf(file: FoundFile, probed: ProbedAudio | ProbedFilm, deps: IngestFileDeps): Promise<string | null> {
  const beside = await folderCover(file.folder);
  const sources = [
    ...(probed.picture === null ? [] : [{ path: file.path, stream: probed.picture }]),
    ...(beside === null ? [] : [{ path: beside, stream: 0 }]),
    ...(probed.kind === 'film' ? [{ path: file.path, stream: probed.videoStream, atMs: (probed.durationMs ?? 0) / 4 }] : []),
  ];
  for (const source of sources) {
    const cover = await renderCover(source, { ...deps, signal: undefined });
    if (cover.ok) return await deps.segments.put(cover.value);
    deps.log.warn('cover-unreadable', { file: printable(file.name), reason: cover.error.message });
  }
  return null;
}
