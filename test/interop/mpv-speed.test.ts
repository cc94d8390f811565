import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MpvIpc } from '../../device/media/mpv-ipc.ts';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import { mpvFiles } from '../../device/media/mpv-process.ts';
import { limits } from '../../src/limits.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import { assert } from '../../src/units/assert.ts';
import { SAMPLES_PER_PACKET } from '../../src/units/time.ts';
import { demuxOggOpus } from '../fakes/ogg-opus-demux.ts';

const RATE = 48_000;
const SECONDS = 2;
const HERTZ = 440;
/** As far as one step of the drift control goes: a hundredth of what a lead can be off. */
const STEP_PER_MILLION = 2 * limits.driftSpeedStepPerMillion;
const quiet = { info: () => {}, warn: () => {} };
const folder = mkdtempSync(join(tmpdir(), 'ackbox-speed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function leftOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('data') + 8;
  return new Float32Array(Uint8Array.from(bytes.subarray(at, at + 4 * Math.floor((bytes.length - at) / 4))).buffer).filter((_, index) => index % 2 === 0);
}

/** Steps that a pure tone would not make: what a click is, however quiet. The ends, where the tone begins and stops, are left out. */
function clicksIn(samples: Float32Array): readonly number[] {
  const next = 2 * Math.cos((2 * Math.PI * HERTZ) / RATE);
  const middle = samples.subarray(RATE / 5, samples.length - RATE / 5);
  return [...middle].map((sample, at) => (at < 2 ? 0 : Math.abs(sample - next * (middle[at - 1] ?? 0) + (middle[at - 2] ?? 0)))).filter((step) => step > 2e-4);
}

test('the speed follows the clocks without a click: a tone stays a tone while it changes in forty steps', { timeout: 30_000 }, async () => {
  const [opus, plain, wav] = ['tone.opus', 'tone.wav', 'out.wav'].map((name) => join(folder, name)) as [string, string, string];
  const tone = `aevalsrc='0.5*sin(2*PI*${HERTZ}*t)|0.5*sin(2*PI*${HERTZ}*t)':s=${RATE}:d=${SECONDS}`;
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', tone, '-c:a', 'libopus', '-b:a', '192k', '-frame_duration', '20', opus]);
  execFileSync('ffmpeg', ['-v', 'error', '-i', opus, '-c:a', 'pcm_f32le', plain]);
  const file = demuxOggOpus(new Uint8Array(readFileSync(opus)));
  if (!file.ok) throw new Error(file.error.message);

  const player = new MpvPlayer({ folder: join(folder, 'player'), output: { pcmFile: wav }, clock: systemClock }, quiet);
  await player.attach();
  await player.open({ channels: 2, preSkip: file.value.preSkip, startSample: 0, gainDb: 0 });
  // The box itself lets a file be, which has no clock to be followed.
  const mpv = await MpvIpc.attach(mpvFiles(join(folder, 'player')).socket, systemClock);
  assert(mpv !== null, 'the player listens');
  for (const [at, packet] of file.value.packets.entries()) {
    player.write(packet);
    if (at >= 20 && at % 2 === 0) await mpv.command('set_property', 'speed', 1 + Math.min(limits.driftSpeedMaxPerMillion, (at - 18) * STEP_PER_MILLION) / 1e6);
    await sleep(systemClock, limits.packetMs);
  }
  await sleep(systemClock, 300);
  mpv.detach();
  await player.close('quit');

  const [reference, heard] = [leftOf(plain), leftOf(wav)];
  // Some of it was faster, so there is less of it.
  expect(file.value.packets.length * SAMPLES_PER_PACKET - file.value.preSkip - heard.length).toBeGreaterThan(RATE * SECONDS * 5e-4);
  expect(clicksIn(reference)).toEqual([]);
  // The first change brings the resampler in, with some samples of its own; none of the forty changes after it is to be heard in them.
  const clicks = clicksIn(heard);
  expect(clicks.length).toBeLessThanOrEqual(24);
  expect(Math.max(0, ...clicks)).toBeLessThan(0.03);
});
