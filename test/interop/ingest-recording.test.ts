import { copyFileSync, existsSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { IngestScene } from '../fakes/ingest-scene.ts';

/** A guitar, played by a person: Debian package fretsonfire-songs-sectoid (29 MB, MIT licence, no dependencies). */
const RECORDING = '/usr/share/games/fretsonfire/data/songs/sectoid/Metal madness/guitar.ogg';

const scene = new IngestScene();
afterAll(() => scene.end());

test.skipIf(!existsSync(RECORDING))('a real recording becomes a work of its whole length, brought to the common loudness', async () => {
  copyFileSync(RECORDING, scene.path('Sectoid - Metal madness.ogg'));
  expect(await scene.take()).toMatchObject({ ingested: 1, skipped: [] });
  const work = scene.workOf('Sectoid - Metal madness.ogg');
  expect(work).toMatchObject({ artist: 'Sectoid', title: 'Metal madness', channels: 2, durationMs: 143_679 });
  expect(await scene.packets(work)).toHaveLength(work.packets);
  expect(work.integratedLufs).not.toBeNull();
  expect((work.integratedLufs ?? 0) + work.gainDb).toBeLessThanOrEqual(-17.9);
});
