import type { StoredWork } from '../../../src/ports/headend-stores.ts';
import { MemorySegments } from '../../fakes/memory-segments.ts';
import { payloadOf, workOf } from '../../fakes/paid-scene.ts';

export type Title = 'Amber' | 'Birch' | 'Cedar' | 'Dune' | 'Elm' | 'Fir';

interface Sketch {
  readonly packets: number;
  readonly priceMinor: string;
}

/** Two that are longer than a trial, a free one, and short ones that are bought from the queue. */
const SKETCHES: Readonly<Record<Title, Sketch>> = {
  Amber: { packets: 1_600, priceMinor: '100' },
  Birch: { packets: 1_700, priceMinor: '70' },
  Cedar: { packets: 250, priceMinor: '0' },
  Dune: { packets: 350, priceMinor: '30' },
  Elm: { packets: 400, priceMinor: '40' },
  Fir: { packets: 300, priceMinor: '25' },
};

export interface Library {
  readonly segments: MemorySegments;
  readonly works: readonly StoredWork[];
}

/** Synthetic works; made once, because they never change. */
export async function makeLibrary(): Promise<Library> {
  const segments = new MemorySegments();
  const works: StoredWork[] = [];
  for (const [title, { packets, priceMinor }] of Object.entries(SKETCHES)) {
    const names = await segments.putWork(Array.from({ length: packets }, (_, index) => payloadOf(index)));
    const id = `w${title.toLowerCase().padEnd(31, '0')}`;
    works.push({ ...workOf(packets, names, priceMinor === '0'), id, title, priceMinor, sourceName: title });
  }
  return { segments, works };
}
