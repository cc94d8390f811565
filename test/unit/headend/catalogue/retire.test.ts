import { expect, test } from 'vitest';
import { removeUnreferenced, retireMissing } from '../../../../src/headend/catalogue/retire.ts';
import type { StoredWork } from '../../../../src/ports/headend-stores.ts';
import { asId, type WorkId } from '../../../../src/units/ids.ts';
import { MemoryCatalogue } from '../../../fakes/memory-catalogue.ts';
import { MemorySegments } from '../../../fakes/memory-segments.ts';

const id = asId<WorkId>;

function work(name: string, segments: readonly string[], sourceName: string): StoredWork {
  const tags = { title: name, artist: '', album: '', genre: '', year: null };
  const sound = { durationMs: 20, channels: 1, preSkip: 312, totalSamples: 648, packets: 1, gainDb: 0, integratedLufs: null };
  return { id: name, ...tags, ...sound, priceMinor: '50', currency: 'EUR', free: false, cover: null, retired: false, sourceName, segments };
}

test('retires what the folder no longer makes, and nothing of another folder', () => {
  const catalogue = new MemoryCatalogue();
  catalogue.putWork(work('gone', [], '/music/gone.mp3'), '1');
  catalogue.putWork(work('there', [], '/music/there.mp3'), '2');
  catalogue.putWork(work('neighbour', [], '/musical/a.mp3'), '3');
  catalogue.putWork(work('house', [], 'house:tram'), '4');
  expect(retireMissing('/music', new Set([id('there')]), catalogue)).toEqual(['gone']);
  expect(catalogue.works().map((left) => left.id)).toEqual(['there', 'neighbour', 'house']);
  expect(catalogue.work(id('gone'))?.retired).toBe(true);
});

test('a segment goes only when no work on offer and no open session needs it', async () => {
  const catalogue = new MemoryCatalogue();
  const segments = new MemorySegments();
  const [own, shared] = [await segments.put(Uint8Array.of(1)), await segments.put(Uint8Array.of(2))];
  catalogue.putWork(work('old', [own, shared], '/a'), '1');
  catalogue.putWork(work('new', [shared], '/b'), '2');
  catalogue.retireWork(id('old'));
  catalogue.openWorks.add(id('old'));
  expect(await removeUnreferenced(catalogue, segments)).toBe(0);
  catalogue.openWorks.delete(id('old'));
  expect(await removeUnreferenced(catalogue, segments)).toBe(1);
  expect(await segments.has(own)).toBe(false);
  expect(await segments.has(shared)).toBe(true);
});
