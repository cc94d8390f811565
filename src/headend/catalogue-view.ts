import { limits } from '../limits.ts';
import { sha256Hex } from '../platform/crypto/digest.ts';
import { type Clock, monotonicMs } from '../ports/clock.ts';
import type { CatalogueStore, OutletRow, StoredWork } from '../ports/headend-stores.ts';
import type { Fault, Result } from '../units/result.ts';
import type { CatalogueWork } from '../wire/http-api.ts';
import { quotedMinor, type WorkQuote } from './checkout-terms.ts';

/** What of the prices the catalogue needs: which works are not sold at one flat price, and what they cost whom. */
export interface CataloguePrices {
  partedWorks(): ReadonlySet<string>;
  quote(work: StoredWork, outlet: OutletRow): Result<WorkQuote, Fault>;
  /** Works that can not be had where this box stands: it does not show them. Absent: none. */
  readonly barredAt?: (outlet: string) => ReadonlySet<string>;
}

interface Edition {
  readonly version: string;
  readonly json: string;
}

/** The catalogue as a box sees it, with a version that changes with any of it: the prices are those of its account. */
export interface CatalogueView {
  current(outlet: OutletRow): Edition;
  isCover(hash: string): boolean;
}

interface Snapshot extends Edition {
  readonly works: readonly StoredWork[];
  /** Works whose price is a matter of who asks. */
  readonly parted: ReadonlySet<string>;
  readonly editions: Map<string, Edition>;
  readonly covers: ReadonlySet<string>;
  readonly madeAtMs: number;
}

/** An ingest in another process is seen after this long; a thousand boxes asking together read the book once. */
const FRESH_MS = 250;

export function createCatalogueView(store: CatalogueStore, prices: CataloguePrices, clock: Clock): CatalogueView {
  let snapshot: Snapshot | null = null;
  const fresh = (): Snapshot => {
    const nowMs = monotonicMs(clock);
    if (snapshot !== null && nowMs - snapshot.madeAtMs < FRESH_MS) return snapshot;
    const works = store.works().slice(0, limits.libraryFilesMax);
    const covers = new Set(works.flatMap((work) => (work.cover === null ? [] : [work.cover])));
    snapshot = { ...editionOf(works.map(publicPart)), works, parted: prices.partedWorks(), editions: new Map(), covers, madeAtMs: nowMs };
    return snapshot;
  };
  const current = (outlet: OutletRow): Edition => {
    const all = fresh();
    const barred = prices.barredAt?.(outlet.outlet);
    const here = shownTo(outlet, all.works);
    const works = barred === undefined || barred.size === 0 ? here : here.filter(({ id }) => !barred.has(id));
    if (all.parted.size === 0 && works === all.works) return all;
    const known =
      all.editions.get(outlet.outlet) ?? editionOf(works.flatMap((work) => (all.parted.has(work.id) ? priced(work, outlet, prices) : [publicPart(work)])));
    all.editions.set(outlet.outlet, known);
    return known;
  };
  return { current, isCover: (hash) => fresh().covers.has(hash) };
}

/** Channels are for televisions: a jukebox plays a work from its start to its end. */
function shownTo({ profile }: OutletRow, works: readonly StoredWork[]): readonly StoredWork[] {
  const channels = profile === 'jukebox' && works.some((work) => work.channel !== undefined);
  return channels ? works.filter((work) => work.channel === undefined) : works;
}

function editionOf(works: readonly CatalogueWork[]): Edition {
  const list = JSON.stringify(works);
  const version = sha256Hex(list).slice(0, 32);
  return { version, json: `{"version":"${version}","works":${list}}` };
}

/** At what it costs this account now; left out where this box can not be offered it (ruling 5). */
function priced(work: StoredWork, outlet: OutletRow, prices: CataloguePrices): readonly CatalogueWork[] {
  const quote = prices.quote(work, outlet);
  if (!quote.ok) return [];
  const priceMinor = quotedMinor(quote.value);
  return [{ ...publicPart(work), priceMinor: priceMinor.toString(), free: priceMinor === 0n }];
}

/** Without what only the headend needs: file names and segment hashes. */
export function publicPart(work: StoredWork): CatalogueWork {
  const { retired: _retired, integratedLufs: _lufs, sourceName: _source, segments: _segments, ...shown } = work;
  return shown;
}
