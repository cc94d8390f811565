import type { CatalogueStore, StoredWork } from '../../src/ports/headend-stores.ts';
import type { SegmentStore } from '../../src/ports/segment-store.ts';
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
  readonly openWorks = new Set<WorkId>();

  works(): readonly StoredWork[] {
    return [...this.#works.values()];
  }

  work(id: WorkId): StoredWork | null {
    return this.#works.get(id) ?? null;
  }

  putWork(work: StoredWork, sourceKey: string): void {
    const workId = asId<WorkId>(work.id);
    this.#works.set(workId, { ...work, retired: false });
    const before = this.#sources.get(sourceKey);
    this.#sources.set(sourceKey, { fingerprint: before?.fingerprint ?? '', workId, reason: null });
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
    const kept = new Set(
      this.works()
        .filter((work) => !work.retired || this.openWorks.has(asId(work.id)))
        .flatMap(files),
    );
    return [...new Set(this.works().flatMap(files))].filter((hash) => !kept.has(hash));
  }
}

/** Segments in memory, by their real names. */
export class MemorySegments implements SegmentStore {
  readonly #bytes = new Map<string, Uint8Array>();

  get count(): number {
    return this.#bytes.size;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes));
    const hash = Buffer.from(digest).toString('hex');
    this.#bytes.set(hash, Uint8Array.from(bytes));
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const bytes = this.#bytes.get(hash);
    if (bytes === undefined) throw new Error(`the segment ${hash} is missing`);
    return bytes;
  }

  async has(hash: string): Promise<boolean> {
    return this.#bytes.has(hash);
  }

  async remove(hash: string): Promise<void> {
    this.#bytes.delete(hash);
  }
}
