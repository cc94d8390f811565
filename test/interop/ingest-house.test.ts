import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HouseCache } from '../../src/headend/catalogue/house-cache.ts';
import { type HouseOptions, renderHouseCatalogue } from '../../src/headend/catalogue/house-catalogue.ts';
import type { HousePiece } from '../../src/headend/catalogue/house-piece.ts';
import { HOUSE_VERSION, housePieces } from '../../src/headend/catalogue/house-pieces.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import { assert } from '../../src/units/assert.ts';
import { opusPacketSamples } from '../../src/wire/opus-packet.ts';
import { IngestScene } from '../fakes/ingest-scene.ts';

let scene: IngestScene;
beforeEach(() => {
  scene = new IngestScene();
});
afterEach(() => scene.end());

function piece(position: number): HousePiece {
  const found = housePieces[position];
  assert(found !== undefined, 'there are pieces');
  return found;
}
const [first, second] = [piece(0), piece(1)];

async function render(more: Partial<HouseOptions> = {}): Promise<readonly StoredWork[]> {
  const { catalogue, segments } = scene;
  const log = { info: () => {}, warn: (event: string) => void scene.warnings.push(event) };
  const done = await renderHouseCatalogue({ catalogue, segments, clock: systemClock, log, workFolder: scene.work, pieces: [first, second], ...more });
  if (!done.ok) throw new Error(done.error.message);
  return done.value;
}

test('the first piece can be played before the second is begun, whole, tagged and with a cover', async () => {
  const counts: number[] = [];
  const works = await render({ onWork: () => void counts.push(scene.catalogue.works().length) });
  expect(counts).toEqual([1, 2]);
  for (const work of works) {
    const packets = await scene.packets(work);
    expect(packets).toHaveLength(work.packets);
    expect(packets.every((packet) => opusPacketSamples(packet) === 960)).toBe(true);
    expect(work.durationMs).toBeGreaterThan(90_000);
    expect(await scene.segments.has(work.cover ?? '')).toBe(true);
    expect(Math.abs(work.gainDb)).toBeLessThan(6);
  }
  expect(works.map(({ title, free, priceMinor }) => ({ title, free, priceMinor }))).toEqual([
    { title: first.title, free: false, priceMinor: '50' },
    { title: second.title, free: true, priceMinor: '0' },
  ]);
  expect(scene.warnings).toEqual([]);
});

test('what is there is left as it is, and a second rendering gives the same work', async () => {
  const pieces = [second];
  const [made] = await render({ pieces });
  const [kept] = await render({ pieces, programs: { ffmpeg: '/nowhere', ffprobe: '/nowhere' } });
  expect(kept).toEqual(made);
  await scene.segments.remove(made?.segments[0] ?? '');
  const [again] = await render({ pieces });
  expect(again).toEqual(made);
  expect(await scene.segments.has(made?.segments[0] ?? '')).toBe(true);
});

test('a stop keeps what is finished and leaves nothing else behind', async () => {
  const stop = new AbortController();
  const { catalogue, segments } = scene;
  const log = { info: () => {}, warn: () => {} };
  const done = await renderHouseCatalogue({
    catalogue,
    segments,
    clock: systemClock,
    log,
    workFolder: scene.work,
    signal: stop.signal,
    onWork: () => stop.abort(),
  });
  expect(done).toMatchObject({ ok: false, error: { code: 'stopped' } });
  const [only, ...more] = catalogue.works();
  expect(only?.title).toBe(first.title);
  expect(more).toEqual([]);
  expect(new Set(scene.storedFiles())).toEqual(new Set([...(only?.segments ?? []), only?.cover]));
});

describe('a cache of finished pieces', () => {
  const nothing = { ffmpeg: '/nowhere', ffprobe: '/nowhere' };
  const cacheOf = (folder: string): HouseCache => new HouseCache(folder, HOUSE_VERSION);

  test('gives a headend that begins anew the same work, without rendering it', async () => {
    const folder = join(scene.work, 'cache');
    const [made] = await render({ pieces: [first], cache: cacheOf(folder) });
    const anew = new IngestScene();
    try {
      const { catalogue, segments } = anew;
      const [taken] = await render({ pieces: [first], cache: cacheOf(folder), programs: nothing, catalogue, segments });
      expect(taken).toEqual(made);
      expect(catalogue.works()).toEqual([made]);
      expect(new Set(anew.storedFiles())).toEqual(new Set([...(made?.segments ?? []), made?.cover]));
    } finally {
      anew.end();
    }
  });

  test('is not believed where it is damaged: the piece is rendered', async () => {
    const folder = join(scene.work, 'cache');
    const [made] = await render({ pieces: [first], cache: cacheOf(folder) });
    const name = made?.segments[3] ?? '';
    writeFileSync(join(folder, 'segments', name.slice(0, 2), name.slice(2, 4), name), 'something else');
    const anew = new IngestScene();
    try {
      const { catalogue, segments } = anew;
      expect(await render({ pieces: [first], cache: cacheOf(folder), catalogue, segments })).toEqual([made]);
    } finally {
      anew.end();
    }
    expect(await cacheOf(folder).take(first, scene.segments)).not.toBeNull();
  });
});
