import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import { SegmentFiles } from '../../src/headend/stores/segment-files.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { assert } from '../../src/units/assert.ts';
import { OggOpusWriter } from '../../src/wire/ogg-opus.ts';
import { decodeSegment } from '../../src/wire/segment.ts';
import { ackbox, clearAway, scratch } from '../fakes/house.ts';
import { ffmpeg } from '../fakes/ingest-scene.ts';

/** A guitar, played by a person; it comes in after 5.6 s of silence. Debian package fretsonfire-songs-sectoid (MIT licence). */
const RECORDING = '/usr/share/games/fretsonfire/data/songs/sectoid/Metal madness/guitar.ogg';
const SECONDS = 14;

const folder = scratch();
afterAll(() => clearAway(folder));

test.skipIf(!existsSync(RECORDING))(
  'a real recording comes out of the box as it went into the headend, sample by sample, and is paid for',
  async () => {
    const [library, data, wav] = ['library', 'data', 'sound.wav'].map((name) => join(folder, name)) as [string, string, string];
    mkdirSync(library);
    symlinkSync(RECORDING, join(library, 'Sectoid - Metal madness.ogg'));
    const run = ['--headless', '--seconds', String(SECONDS), '--json', '--profile', 'set-top', '--library', library, '--data', data, '--sound-file', wav];
    const ended = await ackbox('start', ...run);
    expect(ended.code, ended.err).toBe(0);
    const summary = JSON.parse(ended.out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(summary).toMatchObject({ problem: null, audibleGaps: 0, headendLedgerTotalMinor: summary.deviceLedgerTotalMinor });
    expect(summary.heardMs).toBeGreaterThanOrEqual((SECONDS - 1) * 1_000);
    expect(summary.chargedMinor).toBeGreaterThan(0);

    const sound = floatsOf(wav);
    const reference = await decodedWork(data);
    expect(sound.length / 2 / 48_000).toBeGreaterThan(SECONDS - 1);
    expect(sound.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0)).toBeGreaterThan(0.05);
    expect(sound.findIndex((sample, at) => sample !== reference[at])).toBe(-1);
  },
  60_000,
);

/** ffmpeg's decode of the one work of a headend, brought to the common loudness as the player does it. */
async function decodedWork(data: string): Promise<Float32Array> {
  const book = openHeadendBook(join(data, 'headend', 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
  const [work] = book.works();
  book.close();
  assert(work !== undefined, 'the recording became a work');
  expect(work).toMatchObject({ title: 'Metal madness', artist: 'Sectoid' });
  const writer = new OggOpusWriter({ serial: 1, channels: work.channels, preSkip: work.preSkip });
  const segments = new SegmentFiles(join(data, 'headend', 'segments'));
  const pages = [writer.head()];
  for (const hash of work.segments) {
    const segment = decodeSegment(await segments.get(hash));
    if (!segment.ok) throw new Error(segment.error.message);
    pages.push(...[...segment.value].map((packet) => writer.packet(packet)));
  }
  const [opus, wav] = [join(folder, 'work.opus'), join(folder, 'work.wav')];
  writeFileSync(opus, Buffer.concat(pages));
  ffmpeg('-i', opus, '-af', `volume=${work.gainDb.toFixed(2)}dB`, '-c:a', 'pcm_f32le', wav);
  return floatsOf(wav);
}

/** The samples of a WAV file, whatever its header says about their number. */
function floatsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('data') + 8;
  return new Float32Array(Uint8Array.from(bytes.subarray(at, at + 4 * Math.floor((bytes.length - at) / 4))).buffer);
}
