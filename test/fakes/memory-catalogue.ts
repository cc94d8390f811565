import type { CatalogueStore, StoredRendition, StoredWork } from '../../src/ports/headend-stores.ts';
import { asId, type WorkId } from '../../src/units/ids.ts';

interface SourceRow {
  readonly fingerprint: string;
  readonly workId: WorkId | null;
  readonly reason: string | null;
}

/** The catalogue without its database, with the same promises. `openWorks` are those that a session still plays. */
export class MemoryCatalogue implements CatalogueStore {
  readonly #works = new Map<WorkId, StoredWork>();
  readonly #sources = new Map<string, SourceRow>();
  readonly #renditions = new Map<string, StoredRendition>();
  readonly openWorks = new Set<WorkId>();

  /** What is on offer; `work()` finds retired ones too. */
  works(): readonly StoredWork[] {
    return [...this.#works.values()].filter((work) => !work.retired);
  }

  work(id: WorkId): StoredWork | null {
    return this.#works.get(id) ?? null;
  }

  rendition(id: WorkId, name: string): StoredRendition | null {
    return this.#renditions.get(`${id} ${name}`) ?? null;
  }

  putWork(work: StoredWork, sourceKey: string, renditions: readonly StoredRendition[] = []): void {
    const workId = asId<WorkId>(work.id);
    for (const stored of renditions) this.#renditions.set(`${workId} ${stored.name}`, stored);
    this.#works.set(workId, { ...work, retired: false });
    const before = this.#sources.get(sourceKey);
    this.#sources.set(sourceKey, { fingerprint: before?.workId === workId ? before.fingerprint : '', workId, reason: null });
    const old = before?.workId ?? null;
    const needed = [...this.#sources.values()].some((row) => row.workId === old);
    if (old !== null && !needed) this.retireWork(old);
  }

  sourceState(sourceKey: string): SourceRow | null {
    return this.#sources.get(sourceKey) ?? null;
  }

  putSourceState(sourceKey: string, fingerprint: string, workId: WorkId | null, reason: string | null): void {
    this.#sources.set(sourceKey, { fingerprint, workId, reason });
  }

  retireWork(id: WorkId): void {
    const work = this.#works.get(id);
    if (work !== undefined) this.#works.set(id, { ...work, retired: true });
  }

  unreferencedSegments(): readonly string[] {
    const files = (work: StoredWork): readonly string[] => (work.cover === null ? work.segments : [...work.segments, work.cover]);
    const all = [...this.#works.values()];
    const kept = new Set(all.filter((work) => !work.retired || this.openWorks.has(asId(work.id))).flatMap(files));
    return [...new Set(all.flatMap(files))].filter((hash) => !kept.has(hash));
  }
}
