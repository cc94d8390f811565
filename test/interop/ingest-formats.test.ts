import { copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IngestSummary } from '../../src/headend/catalogue/ingest.ts';
import { concatBytes } from '../../src/units/bytes.ts';
import { OggOpusWriter } from '../../src/wire/ogg-opus.ts';
import { opusPacketSamples } from '../../src/wire/opus-packet.ts';
import { ffmpeg, IngestScene, makeSound } from '../fakes/ingest-scene.ts';

const SECONDS = 7.3;
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'a.wav': [],
  'b.flac': [],
  'c.mp3': ['-c:a', 'libmp3lame'],
  'd.ogg': ['-c:a', 'libvorbis'],
  'e.m4a': ['-c:a', 'aac'],
  'f.opus': ['-c:a', 'libopus'],
  'g.aiff': ['-write_id3v2', '1'],
  'film.mkv': ['-c:a', 'ac3'],
};
const HOSTILE = ['-i rm -rf.flac', 'it\'s "quoted" $(x) `y`.flac', 'two\nlines.flac', 'ünï 音楽 🎵.flac', 'http:colon.flac', '%03d.flac'];

/** The encoder gets the same samples on both ways only if they are converted alike. */
const OUR_FILTERS = 'aresample=48000,aformat=channel_layouts=stereo,ebur128=peak=true:framelog=verbose';

const scene = new IngestScene();
let summary: IngestSummary;
afterAll(() => scene.end());

beforeAll(async () => {
  const tags = ['-metadata', 'title=A Title', '-metadata', 'artist=Somebody', '-metadata', 'date=1999'];
  for (const [index, [name, args]] of Object.entries(FORMATS).entries()) makeSound(scene.path(name), SECONDS, [...args, ...tags], 200 + 20 * index);
  makeSound(scene.path('mono.wav'), 2, ['-ac', '1']);
  makeSound(scene.path('extensionless'), 2, ['-f', 'flac'], 500);
  for (const [index, name] of HOSTILE.entries()) makeSound(scene.path(name), 1, ['-f', 'flac'], 600 + 10 * index);
  makeSound(scene.path('cut.wav'), 8, [], 700);
  truncateSync(scene.path('cut.wav'), 300_000);
  makeSound(scene.path('cut.flac'), 8, [], 710);
  truncateSync(scene.path('cut.flac'), Math.floor(readFileSync(scene.path('cut.flac')).length / 2));
  makeSound(scene.path('cut.ogg'), 8, ['-c:a', 'libvorbis'], 720);
  truncateSync(scene.path('cut.ogg'), Math.floor(readFileSync(scene.path('cut.ogg')).length / 2));
  makeSound(scene.path('cut.m4a'), 8, ['-c:a', 'aac'], 730);
  truncateSync(scene.path('cut.m4a'), 20_000);
  makeSound(scene.path('cut.mp3'), 8, ['-c:a', 'libmp3lame'], 740);
  truncateSync(scene.path('cut.mp3'), 30_000);
  writeFileSync(scene.path('text.mp3'), 'This is not music.\n'.repeat(50));
  writeFileSync(scene.path('empty.flac'), '');
  writeFileSync(scene.path('notes.txt'), 'shopping list');
  writeFileSync(scene.path('list.m3u8'), '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\na.wav\n#EXT-X-ENDLIST\n');
  writeFileSync(scene.path('list.concat'), `ffconcat version 1.0\nfile a.wav\n`);
  ffmpeg('-f', 'lavfi', '-i', 'color=red:s=64x64', '-frames:v', '1', scene.path('photo.png'));
  mkdirSync(scene.path('deep/er'), { recursive: true });
  copyFileSync(scene.path('a.wav'), scene.path('deep/er/same as a.wav'));
  symlinkSync(scene.music, scene.path('deep/loop'));
  summary = await scene.take();
});

describe('any folder of sound files becomes works', () => {
  test.each(Object.keys(FORMATS))('%s: whole, in packets of exactly 20 ms, at 48 kHz, with its tags', async (name) => {
    const work = scene.workOf(name);
    const packets = await scene.packets(work);
    expect(packets).toHaveLength(work.packets);
    expect(new Set(packets.map(opusPacketSamples))).toEqual(new Set([960]));
    expect(Math.abs(work.durationMs - SECONDS * 1_000)).toBeLessThan(name === 'e.m4a' || name === 'film.mkv' || name === 'c.mp3' ? 80 : 15);
    expect(work.segments).toHaveLength(Math.ceil(work.packets / 250));
    expect(work).toMatchObject({ title: 'A Title', artist: 'Somebody', channels: 2, priceMinor: '50', currency: 'EUR', free: false, retired: false });
    expect(work.gainDb + (work.integratedLufs ?? 0)).toBeLessThanOrEqual(-17.9);
  });

  test('a work decodes to the very samples of the Opus file that ffmpeg makes of the same source', async () => {
    const work = scene.workOf('a.wav');
    const packets = await scene.packets(work);
    const writer = new OggOpusWriter({ serial: 1, channels: work.channels, preSkip: work.preSkip });
    const end = { granule: work.preSkip + work.totalSamples };
    const pages = [writer.head(), ...packets.map((packet, index) => writer.packet(packet, ...(index === packets.length - 1 ? [end] : [])))];
    const [ours, theirs] = [join(scene.root, 'ours.opus'), join(scene.root, 'theirs.opus')];
    writeFileSync(ours, concatBytes(...pages));
    ffmpeg('-i', scene.path('a.wav'), '-af', OUR_FILTERS, '-c:a', 'libopus', '-b:a', '96k', '-frame_duration', '20', theirs);
    const decode = (path: string): Buffer => ffmpeg('-i', path, '-f', 'f32le', '-');
    const [left, right] = [decode(ours), decode(theirs)];
    expect(left.length).toBe(work.totalSamples * 2 * 4);
    expect(left.equals(right)).toBe(true);
  });

  test('mono stays mono, and a file needs no extension', () => {
    expect(scene.workOf('mono.wav').channels).toBe(1);
    expect(scene.workOf('extensionless').durationMs).toBe(2_000);
  });

  test.each(HOSTILE)('the name %j is a file like any other', (name) => {
    expect(scene.workOf(name).durationMs).toBe(1_000);
    expect(scene.workOf(name).title).not.toMatch(/[\n\r]/);
  });

  test('two files with the same content are one work', () => {
    expect(summary.duplicates).toBe(1);
    expect(scene.catalogue.works().filter((work) => work.sourceName.endsWith('a.wav'))).toHaveLength(1);
  });

  test.each([
    ['cut.wav', /breaks off in the middle/],
    ['cut.flac', /breaks off after \d of \d seconds/],
    ['cut.ogg', /breaks off in the middle/],
    ['cut.m4a', /not a sound file, or is damaged \(moov atom not found\)/],
    ['cut.mp3', /breaks off after \d of \d seconds/],
    ['text.mp3', /not a sound file, or is damaged/],
    ['empty.flac', /the file is empty/],
  ])('%s is skipped by name, and the reason is said in words', (name, reason) => {
    expect(summary.skipped.find((skipped) => skipped.name === name)?.reason).toMatch(reason);
  });

  test('nothing else is skipped; what is no music is counted, and lists of other files are no music', () => {
    expect(summary.skipped).toHaveLength(7);
    expect(summary.notAudio).toBe(4);
    expect(summary.ingested).toBe(Object.keys(FORMATS).length + 2 + HOSTILE.length);
    expect(summary.works).toHaveLength(summary.ingested);
  });

  test('progress names every file once as done', () => {
    expect(scene.progress.filter((line) => line.outcome !== null)).toHaveLength(summary.files);
    expect(scene.progress.every((line) => line.files === summary.files && !line.name.includes('\n'))).toBe(true);
  });
});
