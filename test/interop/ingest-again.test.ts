import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asId } from '../../src/units/ids.ts';
import { ffmpeg, IngestScene, makeSound } from '../fakes/ingest-scene.ts';

let scene: IngestScene;
beforeEach(() => {
  scene = new IngestScene();
});
afterEach(() => scene.end());

/** A program that is not there shows that it was not needed. */
const nothing = { ffmpeg: '/nowhere/ffmpeg', ffprobe: '/nowhere/ffprobe' };

test('unchanged files are not touched again, broken ones keep their reason', async () => {
  makeSound(scene.path('a.flac'), 1);
  writeFileSync(scene.path('b.mp3'), 'no music');
  const first = await scene.take();
  const again = await scene.take({ programs: nothing });
  expect(first).toMatchObject({ ingested: 1, unchanged: 0 });
  expect(again).toMatchObject({ ingested: 0, unchanged: 1, skipped: first.skipped, works: first.works });
});

test('stops at once with nothing half-written, and goes on from there', async () => {
  for (const [index, name] of ['a.flac', 'b.flac', 'c.flac', 'd.flac'].entries()) makeSound(scene.path(name), 15, [], 200 + 30 * index);
  const stop = new AbortController();
  const stopped = await scene.take({
    signal: stop.signal,
    onProgress: (progress) => {
      if (progress.outcome === 'ingested') stop.abort();
    },
  });
  expect(stopped.stopped).toBe(true);
  expect(stopped.ingested).toBeGreaterThanOrEqual(1);
  expect(stopped.ingested).toBeLessThan(4);
  const segments = new Set(scene.catalogue.works().flatMap((work) => work.segments));
  expect(new Set(scene.storedFiles())).toEqual(segments);
  const rest = await scene.take();
  expect(rest).toMatchObject({ stopped: false, unchanged: stopped.ingested, ingested: 4 - stopped.ingested, retired: 0 });
});

test('a changed file becomes a new work; the old one is retired, and its segments stay while a session needs them', async () => {
  makeSound(scene.path('a.flac'), 2, [], 220);
  await scene.take();
  const before = scene.workOf('a.flac');
  scene.catalogue.openWorks.add(asId(before.id));
  makeSound(scene.path('a.flac'), 2, [], 330);
  await scene.take();
  const after = scene.workOf('a.flac');
  expect(after.id).not.toBe(before.id);
  expect(scene.isRetired(before.id)).toBe(true);
  expect(await scene.packets(before)).toHaveLength(before.packets);
  scene.catalogue.openWorks.clear();
  await scene.take();
  expect(await scene.segments.has(before.segments[0] ?? '')).toBe(false);
  expect(await scene.packets(after)).toHaveLength(after.packets);
});

test('a file that vanished is no longer offered; when it comes back, so does its work', async () => {
  makeSound(scene.path('a.flac'), 1, [], 220);
  makeSound(scene.path('b.flac'), 1, [], 330);
  await scene.take();
  const gone = scene.workOf('b.flac');
  rmSync(scene.path('b.flac'));
  expect(await scene.take()).toMatchObject({ unchanged: 1, retired: 1 });
  expect(scene.isRetired(gone.id)).toBe(true);
  makeSound(scene.path('b.flac'), 1, [], 330);
  await scene.take();
  expect(scene.workOf('b.flac').id).toBe(gone.id);
  expect(await scene.packets(scene.workOf('b.flac'))).toHaveLength(gone.packets);
});

test('a folder that became empty (a disk that is not there) takes nothing away', async () => {
  makeSound(scene.path('a.flac'), 1);
  await scene.take();
  rmSync(scene.path('a.flac'));
  const empty = await scene.ingest();
  expect(empty).toMatchObject({ ok: false, error: { code: 'no-audio', message: expect.stringMatching(/no sound file was found in .*; put music there/) } });
  expect(scene.catalogue.works()).toHaveLength(1);
});

test('a new price takes effect without encoding again; an unclear one leaves the old one in force', async () => {
  makeSound(scene.path('a.flac'), 1);
  await scene.take();
  const sidecar = scene.path('ackbox.json');
  writeFileSync(sidecar, '{"priceMinor": "70"}');
  expect(await scene.take({ programs: { ...nothing, ffprobe: 'ffprobe' } })).toMatchObject({ ingested: 1, retired: 0 });
  expect(scene.workOf('a.flac')).toMatchObject({ priceMinor: '70', free: false });
  writeFileSync(sidecar, '{"priceMinor": seventy}');
  const unclear = await scene.take();
  expect(unclear).toMatchObject({ ingested: 0, retired: 0, skipped: [{ name: 'a.flac', reason: expect.stringContaining('ackbox.json') }] });
  expect(scene.workOf('a.flac').priceMinor).toBe('70');
});

test('a damaged segment is found and made again when asked to look', async () => {
  makeSound(scene.path('a.flac'), 1);
  await scene.take();
  const [hash = ''] = scene.workOf('a.flac').segments;
  writeFileSync(join(scene.root, 'segments', hash.slice(0, 2), hash.slice(2, 4), hash), 'rot');
  expect(await scene.take()).toMatchObject({ unchanged: 1 });
  expect(await scene.take({ verify: true })).toMatchObject({ ingested: 1 });
  expect(await scene.packets(scene.workOf('a.flac'))).toHaveLength(scene.workOf('a.flac').packets);
});

test('a file that is only touched stays the same work', async () => {
  makeSound(scene.path('a.flac'), 1);
  await scene.take();
  const { id } = scene.workOf('a.flac');
  const { atimeMs, mtimeMs } = statSync(scene.path('a.flac'));
  utimesSync(scene.path('a.flac'), atimeMs / 1_000, mtimeMs / 1_000 + 60);
  expect(await scene.take()).toMatchObject({ ingested: 1, duplicates: 0, retired: 0, works: [id] });
});

test('takes the embedded cover, else the picture of the folder, small and as JPEG', async () => {
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=1200x800', '-frames:v', '1', scene.path('Cover.PNG'));
  ffmpeg('-f', 'lavfi', '-i', 'color=blue:s=100x100', '-frames:v', '1', join(scene.root, 'blue.png'));
  makeSound(scene.path('plain.flac'), 1, [], 220);
  makeSound(join(scene.root, 'own.mp3'), 1, ['-c:a', 'libmp3lame'], 330);
  ffmpeg(
    '-i',
    join(scene.root, 'own.mp3'),
    '-i',
    join(scene.root, 'blue.png'),
    '-map',
    '0',
    '-map',
    '1',
    '-c',
    'copy',
    '-disposition:v',
    'attached_pic',
    scene.path('own.mp3'),
  );
  expect(await scene.take()).toMatchObject({ ingested: 2, notAudio: 1, skipped: [] });
  const size = async (name: string): Promise<string> => {
    const path = join(scene.root, 'cover.jpg');
    writeFileSync(path, await scene.segments.get(scene.workOf(name).cover ?? ''));
    return ffmpeg('-i', path, '-vf', 'showinfo', '-f', 'rawvideo', '-pix_fmt', 'gray', '-').length.toString();
  };
  expect(await size('plain.flac')).toBe(String(600 * 400));
  expect(await size('own.mp3')).toBe(String(100 * 100));
});

test('a missing ffmpeg, a missing folder and a full store are said in words', async () => {
  makeSound(scene.path('a.flac'), 1);
  expect(await scene.ingest({ programs: nothing })).toMatchObject({
    ok: false,
    error: { code: 'program-missing', message: expect.stringContaining('apt-get install ffmpeg') },
  });
  expect(await scene.ingest({ folder: '/nowhere' })).toMatchObject({
    ok: false,
    error: { code: 'folder-missing', message: expect.stringContaining('/nowhere') },
  });
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const segments = Object.assign(Object.create(scene.segments), { put: () => Promise.reject(full) });
  expect(await scene.ingest({ segments })).toMatchObject({ ok: false, error: { code: 'disk-full' } });
  expect(scene.catalogue.works()).toEqual([]);
  expect(await scene.take()).toMatchObject({ ingested: 1 });
});
