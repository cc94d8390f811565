import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MpvIpc } from '../../device/media/mpv-ipc.ts';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import { mpvFiles } from '../../device/media/mpv-process.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { assert } from '../../src/units/assert.ts';
import { ffmpeg } from '../fakes/ingest-scene.ts';

const home = mkdtempSync(join(tmpdir(), 'ackbox-tracks-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('sound and subtitles of what plays are chosen one after the other, and forgotten with it', { timeout: 60_000 }, async () => {
  const [text, film] = [join(home, 'words.srt'), join(home, 'film.mkv')];
  writeFileSync(text, '1\n00:00:00,000 --> 00:00:20,000\nHello\n');
  const inputs = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=160x90:rate=10:duration=20',
    '-f',
    'lavfi',
    '-i',
    'sine=330:duration=20',
    '-f',
    'lavfi',
    '-i',
    'sine=660:duration=20',
  ];
  const languages = ['-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=deu', '-metadata:s:s:0', 'language=fra'];
  ffmpeg(...inputs, '-i', text, '-map', '0', '-map', '1', '-map', '2', '-map', '3', ...languages, '-c:v', 'libx264', '-preset', 'ultrafast', film);
  const player = new MpvPlayer({ folder: home, output: 'null', clock: systemClock }, { info: () => {}, warn: () => {} });
  await player.attach();
  const mpv = await MpvIpc.attach(mpvFiles(home).socket, systemClock);
  assert(mpv !== null, 'mpv listens');
  for (const [option, value] of [...player.tracks.options(), ['demuxer-lavf-format', 'matroska']] as const) await mpv.command('set_property', option, value);
  await mpv.command('loadfile', film);

  await expect.poll(() => player.tracks.view(), { timeout: 20_000 }).toEqual({ audio: { count: 2, chosen: 'eng' }, subtitles: { count: 1, chosen: null } });
  await player.tracks.next('audio');
  await player.tracks.next('subtitles');
  await expect.poll(() => player.tracks.view()).toEqual({ audio: { count: 2, chosen: 'deu' }, subtitles: { count: 1, chosen: 'fra' } });
  const fills = async () => await mpv.command('get_property', 'fullscreen');
  await player.tracks.resize('partial');
  expect(await fills()).toMatchObject({ ok: true, value: false });
  await player.tracks.resize('full');
  expect(await fills()).toMatchObject({ ok: true, value: true });
  await player.tracks.resize('partial');
  // A jump begins a new stream: what was chosen is told again.
  expect(player.tracks.options()).toEqual([
    ['aid', 2],
    ['sid', 1],
  ]);
  await player.tracks.next('audio');
  await player.tracks.next('subtitles');
  await expect.poll(() => player.tracks.view()).toEqual({ audio: { count: 2, chosen: 'eng' }, subtitles: { count: 1, chosen: null } });
  await player.tracks.forget();
  expect(player.tracks.options()).toEqual([
    ['aid', 'auto'],
    ['sid', 'no'],
  ]);
  expect(await fills()).toMatchObject({ value: true });
  mpv.detach();
  await player.close('quit');
});
