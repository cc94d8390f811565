import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioFeed, type FeedEvent } from '../../device/media/audio-feed.ts';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import { PlayoutBuffer } from '../../device/media/playout-buffer.ts';
import { limits } from '../../src/limits.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { monotonicMs, sleep } from '../../src/ports/clock.ts';
import { demuxOggOpus, type OggOpusFile } from '../fakes/ogg-opus-demux.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

/** Full-band CELT, stereo, 20 ms: silence as an encoder writes it. */
const SILENT_PACKET = Uint8Array.of(0xfc, 0xff, 0xfe);
const quiet = { info: () => {}, warn: () => {} };
let folder = '';
let file: OggOpusFile;
let reference: Float32Array;

const players: MpvPlayer[] = [];

/** A player that is ended with the tests, also where one of them fails. */
function mpv(...made: ConstructorParameters<typeof MpvPlayer>): MpvPlayer {
  const player = new MpvPlayer(...made);
  players.push(player);
  return player;
}

/** The samples of a WAV file, whatever its header says about their number (an unfinished file says nothing true). */
function samplesOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('data') + 8;
  return new Float32Array(Uint8Array.from(bytes.subarray(at, at + 4 * Math.floor((bytes.length - at) / 4))).buffer);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-mpv-'));
  const opus = join(folder, 'work.opus');
  const wav = join(folder, 'reference.wav');
  const sweep = "aevalsrc='0.4*sin(2*PI*(200+300*t)*t)|0.3*sin(2*PI*(900-100*t)*t)':s=48000:d=4.03";
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', sweep, '-c:a', 'libopus', '-b:a', '96k', '-frame_duration', '20', opus]);
  execFileSync('ffmpeg', ['-v', 'error', '-i', opus, '-c:a', 'pcm_f32le', wav]);
  const demuxed = demuxOggOpus(new Uint8Array(readFileSync(opus)));
  if (!demuxed.ok) throw new Error(demuxed.error.message);
  file = demuxed.value;
  reference = samplesOf(wav);
});

afterAll(async () => {
  for (const player of players) await player.close('quit');
  rmSync(folder, { recursive: true, force: true });
});

interface Arrival {
  readonly packetIndex: number;
  readonly delayMs: number;
}

/** Sends the work at its own speed through playout buffer, feed and a real mpv. Resolves when it was heard to its end. */
async function playThrough(
  player: MpvPlayer,
  arrivals: readonly Arrival[],
): Promise<{ readonly events: readonly FeedEvent[]; readonly concealed: number; readonly soundMs: number }> {
  const buffer = new PlayoutBuffer(50);
  const events: FeedEvent[] = [];
  const startMs = monotonicMs(systemClock);
  let soundMs = -1;
  await new Promise<void>((resolve, reject) => {
    const raise = (event: FeedEvent): void => {
      events.push(event);
      if (event === 'sound') soundMs = monotonicMs(systemClock) - startMs;
      if (event === 'ended') resolve();
    };
    const work = { packets: file.packets.length, preSkip: file.preSkip, totalSamples: file.totalSamples, channels: file.channels, gainDb: 0 };
    const feed = new AudioFeed(
      { clock: systemClock, player, buffer, work, raise, onRoom: () => {}, onFault: (message) => reject(new Error(message)) },
      work.packets,
      0,
    );
    for (const { packetIndex, delayMs } of arrivals) {
      const payload = file.packets[packetIndex] ?? new Uint8Array();
      const dueMs = Math.max(0, packetIndex - 10) * 20 + delayMs;
      systemClock.after(dueMs, () => void buffer.put({ sequence: packetIndex, packetIndex, payload }, monotonicMs(systemClock)));
    }
    void feed;
  });
  return { events, concealed: buffer.concealed, soundMs };
}

const all = (): Arrival[] => file.packets.map((_, packetIndex) => ({ packetIndex, delayMs: 0 }));

describe('what comes out of the box', () => {
  it('equals the decode of the same file, sample by sample', async () => {
    const wav = join(folder, 'out.wav');
    const player = mpv({ folder: join(folder, 'exact'), output: { pcmFile: wav }, clock: systemClock }, quiet);
    await player.attach();
    const played = await playThrough(player, all());
    await player.close('quit');
    expect(played.concealed).toBe(0);
    expect(reference.length).toBe(2 * file.totalSamples);
    const out = samplesOf(wav).subarray(0, reference.length);
    expect(out.length).toBe(reference.length);
    expect(out.findIndex((sample, at) => sample !== reference[at])).toBe(-1);
  });

  it('has the right length and place with 2 % loss and 3 % reordering that nobody repairs', async () => {
    const wav = join(folder, 'lossy.wav');
    const random = new SeededRandom(21);
    const arrivals = all().flatMap((arrival) => {
      const dice = random.fraction();
      if (dice < 0.02 && arrival.packetIndex > 0) return [];
      return [dice < 0.05 ? { ...arrival, delayMs: 50 } : arrival];
    });
    const player = mpv({ folder: join(folder, 'lossy'), output: { pcmFile: wav }, clock: systemClock }, quiet);
    await player.attach();
    const played = await playThrough(player, arrivals);
    await player.close('quit');
    expect(file.packets.length - arrivals.length).toBeGreaterThan(0);
    expect(played.concealed).toBeGreaterThanOrEqual(file.packets.length - arrivals.length);
    const out = samplesOf(wav).subarray(0, reference.length);
    expect(out.length).toBe(reference.length);
    expect(correlation(out, reference)).toBeGreaterThan(0.8);
  });

  it('begins though there is nothing but silence at first, of which a whole playout buffer is only some hundred bytes', async () => {
    const player = mpv({ folder: join(folder, 'silence'), output: 'null', clock: systemClock }, quiet);
    const sounded = new Promise<void>((resolve) => void player.on((event) => event.type === 'first-sound' && resolve()));
    await player.open({ channels: 2, preSkip: 0, startSample: 0, gainDb: 0 });
    for (let packet = 0; packet < limits.playoutBufferMs / limits.packetMs; packet += 1) player.write(SILENT_PACKET);
    await sounded;
    await player.close('quit');
  });

  it('is reported as starved and flowing again, and its end is noticed without an end of file', async () => {
    const player = mpv({ folder: join(folder, 'starved'), output: 'null', clock: systemClock }, quiet);
    await player.attach();
    const hole = all().map((arrival) => (arrival.packetIndex < 100 ? arrival : { ...arrival, delayMs: 900 }));
    const played = await playThrough(player, hole);
    await player.close('quit');
    expect(played.events).toEqual(['sound', 'starved', 'flowing', 'ended']);
    expect(played.soundMs).toBeLessThan(1_500);
  });
});

describe('the player process', () => {
  it('outlives the app, is found again where it is, and obeys', async () => {
    const home = join(folder, 'survivor');
    const script = new URL('../fakes/mpv-child.ts', import.meta.url).pathname;
    const opus = join(folder, 'work.opus');
    const { spawn } = await import('node:child_process');
    const app = spawn(process.execPath, [script, home, opus], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => app.stdout.once('data', () => resolve()));
    app.kill('SIGKILL');
    await new Promise<void>((resolve) => app.once('close', () => resolve()));
    const player = mpv({ folder: home, output: 'null', clock: systemClock }, quiet);
    expect(await player.attach()).toBe(true);
    const first = await player.heardSample();
    let later = first;
    for (let tries = 0; tries < 100 && later <= first; tries += 1) {
      await sleep(systemClock, 20);
      later = await player.heardSample();
    }
    expect(first).toBeGreaterThanOrEqual(48_000);
    expect(later).toBeGreaterThan(first);
    const played = await playThrough(player, all());
    expect(played.events.at(-1)).toBe('ended');
    expect(played.events).not.toContain('starved');
    await player.close('quit');
    expect(existsSync(`/proc/${app.pid}`)).toBe(false);
  });

  it('is silent at once when stopped, keeps nothing for the next stream, and dies only with a word', async () => {
    const player = mpv({ folder: join(folder, 'stop'), output: 'null', clock: systemClock }, quiet);
    const events: string[] = [];
    player.on((event) => void events.push(event.type));
    await player.open({ channels: 2, preSkip: file.preSkip, startSample: 0, gainDb: -6 });
    for (const packet of file.packets.slice(0, 40)) player.write(packet);
    for (let tries = 0; tries < 100 && (await player.heardSample()) < 9_600; tries += 1) await sleep(systemClock, 20);
    await player.stop();
    await player.open({ channels: 2, preSkip: 0, startSample: 480_000, gainDb: 0 });
    expect(await player.heardSample()).toBe(480_000);
    for (const packet of file.packets.slice(40, 60)) player.write(packet);
    for (let tries = 0; tries < 150 && (await player.heardSample()) < 480_000 + 4_800; tries += 1) await sleep(systemClock, 20);
    const heard = await player.heardSample();
    expect(heard).toBeGreaterThanOrEqual(480_000 + 4_800);
    expect(heard).toBeLessThanOrEqual(480_000 + 20 * 960);
    const died = new Promise<void>((resolve) => player.on((event) => event.type === 'died' && resolve()));
    if (player.pid !== null) process.kill(player.pid, 'SIGKILL');
    await died;
    await player.open({ channels: 2, preSkip: file.preSkip, startSample: 0, gainDb: 0 });
    expect(player.pid).not.toBeNull();
    await player.close('quit');
    expect(events.filter((type) => type === 'died')).toHaveLength(1);
  });

  it('that is not installed is named, with what to do', async () => {
    const player = mpv({ folder: join(folder, 'none'), output: 'null', clock: systemClock, program: 'mpv-that-is-not-there' }, quiet);
    await expect(player.open({ channels: 2, preSkip: 0, startSample: 0, gainDb: 0 })).rejects.toThrow(/apt-get install -y mpv/);
  });
});

function correlation(left: Float32Array, right: Float32Array): number {
  let [both, one, other] = [0, 0, 0];
  for (let at = 0; at < left.length; at += 1) {
    const [a, b] = [left[at] ?? 0, right[at] ?? 0];
    both += a * b;
    one += a * a;
    other += b * b;
  }
  return both / Math.sqrt(one * other);
}
