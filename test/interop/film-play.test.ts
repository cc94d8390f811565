import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SessionDesk } from '../../device/checkout/session-desk.ts';
import { StreamedPlays } from '../../device/checkout/streamed-plays.ts';
import { MpvIpc } from '../../device/media/mpv-ipc.ts';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import { mpvFiles } from '../../device/media/mpv-process.ts';
import { UdpLink } from '../../device/media/udp-link.ts';
import type { PlaybackEvent } from '../../device/session/events.ts';
import { openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import { SegmentFiles } from '../../src/headend/stores/segment-files.ts';
import { createStreamHouse } from '../../src/headend/stream/stream-house.ts';
import { generateDeviceKey } from '../../src/platform/crypto/ed25519-signer.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import type { SegmentStore } from '../../src/ports/segment-store.ts';
import { assert } from '../../src/units/assert.ts';
import { asId } from '../../src/units/ids.ts';
import { decodeSegment } from '../../src/wire/segment.ts';
import { BookFolder, coin } from '../fakes/book-folder.ts';
import { makeFilmWork } from '../fakes/film-work.ts';
import { ackbox } from '../fakes/house.ts';
import { ffmpeg } from '../fakes/ingest-scene.ts';
import { VirtualHeadend } from '../fakes/virtual-headend.ts';

/** A person says hello to a camera. Debian package forensics-samples-files (CC-BY-SA-4.0). */
const RECORDING = '/usr/share/forensics-samples/original-files/movie2/movie-hello.mp4';
/** Of the pre-listen five seconds, then three that are paid. */
const HEARD_SECONDS = 8;
/** Frames of sound that an AAC decoder puts in front of the first one; mpv leaves them out. */
const PRIMING_FRAMES = 1_024;
const SAME_PICTURE_DB = 30;

const home = mkdtempSync(join(tmpdir(), 'ackbox-film-play-'));
const folder = new BookFolder();
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  folder.remove();
});

/** All of one rendition, as it was cut. */
async function transportStream(segments: SegmentStore, names: readonly string[], file: string): Promise<void> {
  const parts: Uint8Array[] = [];
  for (const name of names) {
    const segment = decodeSegment(await segments.get(name));
    if (!segment.ok) throw new Error(segment.error.message);
    parts.push(...segment.value);
  }
  writeFileSync(file, Buffer.concat(parts));
}

/** Which picture of a film one is, and how alike they are (above 30 dB it is the same one). */
function findPicture(picture: string, film: string): { readonly number: number; readonly psnrDb: number } {
  const stats = join(home, 'likeness.txt');
  const still = ['-loop', '1', '-framerate', '25', '-i', picture];
  const compare = `[0:v]setpts=N/25/TB,format=yuv420p[a];[1:v]setpts=N/25/TB,format=yuv420p[b];[a][b]psnr=stats_file=${stats}:shortest=1`;
  ffmpeg('-i', film, ...still, '-filter_complex', compare, '-f', 'null', '-');
  const likeness = [...readFileSync(stats, 'utf8').matchAll(/n:(\d+) .*psnr_avg:([\d.]+|inf)/g)].map(([, number, psnr]) => ({
    number: Number(number),
    psnrDb: psnr === 'inf' ? 99 : Number(psnr),
  }));
  return likeness.reduce((best, other) => (other.psnrDb > best.psnrDb ? other : best), { number: 0, psnrDb: 0 });
}

test('a film is paid and shown over real sockets by a real mpv: decoded, paused, taken up, and the very picture', { timeout: 90_000 }, async () => {
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (event: string) => void warnings.push(event) };
  const headend = new VirtualHeadend(systemClock);
  const random = systemRandom;
  const ports = { host: '127.0.0.1', rtspPort: 0, rtpPort: 0 };
  const stores = { registry: headend.book, catalogue: headend.book, segments: headend.segments };
  const stream = await createStreamHouse({ clock: systemClock, random, log, ...stores, ...ports });
  headend.start({ ...stream, rtspUrl: () => stream.rtspUrl('127.0.0.1') });
  const { signer } = generateDeviceKey();
  const outlet = headend.enrol(signer.publicKey, 'jukebox');
  const { work, renditions } = await makeFilmWork('w00000000000000000000000000000002', 5, false, headend.segments);
  headend.book.putWork(work, 'source', renditions);
  const book = folder.open({ clock: systemClock });
  const identity = { ...outlet, currency: 'EUR', headendPublicKey: headend.signer.publicKey, caPem: '', headendUrl: '' };
  const player = new MpvPlayer({ folder: home, output: 'null', clock: systemClock }, log);
  await player.attach();
  const desk = new SessionDesk({ api: headend.api(), identity: () => identity, clock: systemClock, random, decodes: [{ codec: 'h264', height: 1_080 }] });
  const openLink = (url: string) => UdpLink.open(url, systemClock);
  const plays = new StreamedPlays({ clock: systemClock, random, log, book, signer, desk, openLink, player, work: () => work });

  await book.insertCoin(coin(1));
  await book.enqueue({ playId: 'p1', workId: work.id, title: work.title, artist: work.artist, quoteMinor: 100n });
  await book.takeNext();
  const seen: string[] = [];
  const waiting = new Map<string, () => void>();
  const event = (type: string) => new Promise<void>((resolve) => void waiting.set(type, resolve));
  const [sound, finished] = [event('play.sound'), Promise.race([event('play.finished'), event('play.failed')])];
  const runner = await plays.start({ playId: 'p1', work, trial: false }, (raised: PlaybackEvent) => {
    seen.push(raised.type);
    waiting.get(raised.type)?.();
  });
  await sound;
  await expect.poll(() => runner.view().heardMs, { timeout: 10_000 }).toBeGreaterThan(1_500);
  await runner.pause();
  const mpv = await MpvIpc.attach(mpvFiles(home).socket, systemClock);
  assert(mpv !== null, 'mpv listens');
  const picture = join(home, 'picture.png');
  expect(await mpv.command('screenshot-to-file', picture, 'video')).toMatchObject({ ok: true });
  const at = await mpv.command('get_property', 'time-pos');
  await runner.resume();
  await finished;
  const [frames, dropped] = [await mpv.command('get_property', 'estimated-frame-number'), await mpv.command('get_property', 'decoder-frame-drop-count')];
  const outcome = await runner.end('finished');
  mpv.detach();

  // A machine with much else to do may make it wait; it goes on all the same.
  const told = seen.filter((type) => type !== 'play.stalled' && type !== 'play.flowing');
  expect(told).toEqual(['play.opened', 'play.sound', 'play.finished', 'play.settled']);
  expect(outcome).toMatchObject({ heardMs: work.durationMs });
  // What got lost on the way and did not come again in time costs nothing.
  expect(outcome.view.paidPackets).toBeGreaterThanOrEqual(work.packets - 5);
  expect(outcome.chargedMinor).toBeGreaterThanOrEqual(98n);
  // Of the moment after the last picture, too, as much as the player still took.
  expect(frames.ok ? frames.value : 0).toBeGreaterThanOrEqual(5 * 25 - 2);
  expect(dropped).toMatchObject({ value: 0 });
  const film = join(home, 'film.ts');
  await transportStream(headend.segments, renditions[0]?.segments ?? [], film);
  expect(at.ok && typeof at.value === 'number').toBe(true);
  const shown = findPicture(picture, film);
  expect(shown.psnrDb).toBeGreaterThan(SAME_PICTURE_DB);
  expect(Math.abs(shown.number - 25 * Number(at.ok ? at.value : 0))).toBeLessThan(10);
  const { records } = await book.pendingRecords(100);
  expect(headend.bill(records.find((record) => record.kind === 'receipt')?.body ?? '')).toMatchObject({ agreed: true, chargedMinor: outcome.chargedMinor });
  expect(warnings).toEqual([]);
  await player.close('quit');
  await book.close();
  await stream.close();
  headend.remove();
});

test.skipIf(!existsSync(RECORDING))(
  'a real recording with pictures goes through ingest and paid play; its sound is that of ffmpeg, sample by sample',
  { timeout: 180_000 },
  async () => {
    // A folder of its own for each try.
    const own = mkdtempSync(join(home, 'recording-'));
    const [library, data, wav] = ['library', 'data', 'sound.wav'].map((name) => join(own, name)) as [string, string, string];
    mkdirSync(library);
    // Twice in a row: a pre-listen is half of a work, and here it lasts five seconds.
    ffmpeg('-stream_loop', '1', '-i', RECORDING, '-c', 'copy', join(library, 'Somebody - Hello.mp4'));
    const ingested = await ackbox('ingest', '--data', join(data, 'headend'), '--renditions', 'h264-240', '--json', library);
    expect(ingested.code, ingested.err).toBe(0);
    const run = ['--headless', '--seconds', String(HEARD_SECONDS), '--json', '--profile', 'set-top', '--library', library, '--data', data, '--sound-file', wav];
    const ended = await ackbox('start', ...run);
    expect(ended.code, ended.err).toBe(0);
    const summary = JSON.parse(ended.out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(summary).toMatchObject({ problem: null, audibleGaps: 0, headendLedgerTotalMinor: summary.deviceLedgerTotalMinor });
    expect(summary.heardMs).toBeGreaterThanOrEqual((HEARD_SECONDS - 2) * 1_000);
    expect(summary.chargedMinor).toBeGreaterThan(0);

    const sound = floatsOf(wav);
    const reference = (await decodedFilm(data)).subarray(2 * PRIMING_FRAMES);
    expect(sound.length / 2 / 48_000).toBeGreaterThan(HEARD_SECONDS - 2);
    expect(sound.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0)).toBeGreaterThan(0.05);
    expect(sound.findIndex((sample, index) => sample !== reference[index])).toBe(-1);
  },
);

/** ffmpeg's decode of the sound of the one film of a headend, brought to the common loudness as the player does it. */
async function decodedFilm(data: string): Promise<Float32Array> {
  const book = openHeadendBook(join(data, 'headend', 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
  const [work] = book.works();
  const rendition = work === undefined ? null : book.rendition(asId(work.id), 'h264-240');
  book.close();
  assert(work !== undefined && rendition !== null, 'the recording became a film');
  expect(work).toMatchObject({ title: 'Hello', artist: 'Somebody', video: { renditions: [{ codec: 'h264', height: 240 }] } });
  const [film, wav] = [join(data, 'recording.ts'), join(data, 'recording.wav')];
  await transportStream(new SegmentFiles(join(data, 'headend', 'segments')), rendition.segments, film);
  ffmpeg('-i', film, '-map', '0:a', '-af', `volume=${work.gainDb.toFixed(2)}dB`, '-c:a', 'pcm_f32le', wav);
  return floatsOf(wav);
}

/** The samples of a WAV file, whatever its header says about their number. */
function floatsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('data') + 8;
  return new Float32Array(Uint8Array.from(bytes.subarray(at, at + 4 * Math.floor((bytes.length - at) / 4))).buffer);
}
