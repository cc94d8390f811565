import { sep } from 'node:path';
import type { CatalogueStore } from '../../ports/headend-stores.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { asId, type WorkId } from '../../units/ids.ts';

/**
 * Retires every work that came from the folder and that no file of the folder makes any more. A retired work is offered to
 * nobody; sessions that are open on it play on.
 * @param root true absolute path of the folder, as the ingest saw it
 * @param present works that files of the folder make now
 */
export function retireMissing(root: string, present: ReadonlySet<WorkId>, catalogue: CatalogueStore): readonly WorkId[] {
  const inside = root.endsWith(sep) ? root : `${root}${sep}`;
  const lost = catalogue.works().filter((work) => !work.retired && work.sourceName.startsWith(inside));
  const gone = lost.map((work) => asId<WorkId>(work.id)).filter((id) => !present.has(id));
  for (const id of gone) catalogue.retireWork(id);
  return gone;
}

/**
 * Removes from the disk what no unretired work and no open session needs; the store decides what that is.
 * @returns how many segments were removed
 */
export async function removeUnreferenced(catalogue: CatalogueStore, segments: SegmentStore): Promise<number> {
  let removed = 0;
  for (const hash of catalogue.unreferencedSegments()) {
    if (!(await segments.has(hash))) continue;
    await segments.remove(hash);
    removed += 1;
  }
  return removed;
}
