import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { CommandContext } from '../../device/commands/command.ts';
import { testCommands } from '../../device/commands/test-commands.ts';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import type { PlayerOutput } from '../../device/media/mpv-process.ts';
import { readZones } from '../../device/media/sound-zones.ts';
import { readWav } from '../../device/media/wav-file.ts';
import { ZoneMix } from '../../device/media/zone-mix.ts';
import { SoundGate } from '../../device/session/sound-gate.ts';
import type { SelfTestParts } from '../../device/supervision/self-test.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sampleView } from '../fakes/sample-view.ts';

const RATE_HZ = 48_000;
const PACKET = 960;
const LEFT_HZ = 440;
const RIGHT_HZ = 660;
const PEAK = 0.5;
const ZONES = 'bar=1-2,terrace=3-4,hall=5-6';
const folder = mkdtempSync(join(tmpdir(), 'ackbox-zones-'));
const log = { info: () => {}, warn: () => {} };
let player: MpvPlayer;
let mix: ZoneMix;

afterEach(async () => await player.close('quit'));
afterAll(() => {
  delete process.env.ALSA_CONFIG_PATH;
  rmSync(folder, { recursive: true, force: true });
});

function playerOf(name: string, output: PlayerOutput, zones = ZONES, device?: string): MpvPlayer {
  mix = new ZoneMix(readZones(zones));
  const to = device === undefined ? {} : { device };
  player = new MpvPlayer({ folder: join(folder, name), output, zones: mix, clock: systemClock, ...to }, log);
  return player;
}

/** Decoded, as songs are that sound into each other: so many packets of two exact tones. */
function write(from: number, packets: number): void {
  for (let packet = from; packet < from + packets; packet++) {
    const samples = Int16Array.from({ length: 2 * PACKET }, (_, index) => {
      const at = packet * PACKET + (index >> 1);
      return Math.round(32_768 * PEAK * Math.sin((2 * Math.PI * (index % 2 === 0 ? LEFT_HZ : RIGHT_HZ) * at) / RATE_HZ));
    });
    player.write(new Uint8Array(samples.buffer));
  }
}

async function untilWritten(file: string, seconds: number, channels: number, sampleBytes = 4): Promise<void> {
  const written = async (): Promise<number> => {
    // Whoever asks hands over what the pipe had no room for.
    await player.heardSample();
    return existsSync(file) ? statSync(file).size : 0;
  };
  await expect.poll(written, { timeout: 10_000, interval: 20 }).toBeGreaterThan(seconds * RATE_HZ * channels * sampleBytes);
}

/** Peak of a channel in a part of a recording. */
function peak(samples: Float32Array, fromSeconds: number, toSeconds: number): number {
  return samples.subarray(fromSeconds * RATE_HZ, toSeconds * RATE_HZ).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/** Where a sample does not follow from the two before it as in a tone: where it gets louder or quieter, or something is missing. */
function breaks(samples: Float32Array, hertz: number): readonly number[] {
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / RATE_HZ);
  const at = [...samples.keys()].filter(
    (index) => index > 1 && Math.abs((samples[index] ?? 0) - factor * (samples[index - 1] ?? 0) + (samples[index - 2] ?? 0)) > 0.001,
  );
  return at.filter((index, place) => index - (at[place - 1] ?? -9) > 2);
}

test('one sound in three zones: each as loud as it was told, also while it plays, without a sample too few; mute and alarm silence all of them', async () => {
  const wav = join(folder, 'three.wav');
  const gate = new SoundGate(playerOf('three', { pcmFile: wav }), log);
  await player.attach();
  await gate.setZoneVolumes([100, 50, 80]);
  await player.open({ channels: 2, preSkip: 0, startSample: 0, gainDb: -6, decoded: true });
  write(0, 100);
  await untilWritten(wav, 1.5, 6);
  await gate.setZoneVolumes([100, 70, 0]);
  write(100, 100);
  await untilWritten(wav, 3.5, 6);
  gate.allow('silent');
  write(200, 50);
  await untilWritten(wav, 4.5, 6);
  gate.allow('open');
  await player.setPaused(true);
  write(250, 50);
  await player.setPaused(false);
  player.finish(300 * PACKET);
  await untilWritten(wav, 6.5, 6);
  await player.close('quit');

  const bytes = new Uint8Array(readFileSync(wav));
  const channels = [0, 1, 2, 3, 4, 5].map((channel) => readWav(bytes, channel)?.samples ?? new Float32Array());
  const own = PEAK * 10 ** (-6 / 20);
  const places = ['bar', 'terrace', 'hall'].flatMap((zone) => mix.channelsOf(zone));
  const levels = (from: number, to: number) => places.map((channel) => peak(channels[channel] ?? new Float32Array(), from, to) / own);
  const close = (got: readonly number[], due: readonly number[]) => {
    for (const [index, one] of got.entries()) expect(one).toBeCloseTo(due[index >> 1] ?? 0, 2);
  };
  close(levels(0.5, 1.2), [1, 0.5 ** 3, 0.8 ** 3]);
  close(levels(2.6, 3.2), [1, 0.7 ** 3, 0]);
  const [bar = [], , terrace = []] = places.map((channel, place) => breaks(channels[channel] ?? new Float32Array(), place % 2 === 0 ? LEFT_HZ : RIGHT_HZ));
  // Broken by the silence alone, where it begins and ends, and by the end of the sound; the terrace once more, by its new volume.
  expect([bar.length, terrace.length]).toEqual([3, 4]);
  const [silentFrom = 0, silentTo = 0] = bar.map((at) => at / RATE_HZ);
  expect(terrace.slice(1)).toEqual(bar);
  expect(levels(silentFrom + 0.001, silentTo - 0.001)).toEqual([0, 0, 0, 0, 0, 0]);
  close(levels(silentTo + 0.01, 6), [1, 0.7 ** 3, 0]);
  // 300 packets are six seconds: no sample is missing, and none came twice.
  expect(Math.abs((bar[2] ?? 0) - 300 * PACKET)).toBeLessThanOrEqual(1);
  console.log(
    `three zones: no sample of ${300 * PACKET} missing; silent from ${silentFrom.toFixed(3)} to ${silentTo.toFixed(3)} s in all six channels at once`,
  );
}, 60_000);

describe('a card of ALSA', () => {
  /** ALSA's own file plugin, with as many channels as a card may have. */
  function plug(name: string, channels: string): string {
    const raw = join(folder, `${name}.wav`);
    const file = `type file; slave.pcm null; file "| (head -c 4000000 > ${raw}; cat > /dev/null)"; format wav`;
    const card = channels === '' ? `pcm.${name} { ${file} }` : `pcm.${name} { type plug; slave { pcm { ${file} }; channels ${channels} } }`;
    writeFileSync(join(folder, 'card.conf'), `${card}\n`);
    process.env.ALSA_CONFIG_PATH = `/usr/share/alsa/alsa.conf:${join(folder, 'card.conf')}`;
    return raw;
  }

  /** @param known whether the player has found out what it must of the card */
  async function heardOf(raw: string, channels: number, sampleBytes = 4, known = () => true): Promise<readonly number[]> {
    const volumes = [100, 50, 80];
    await player.attach();
    await player.setZoneVolumes(volumes);
    await player.open({ channels: 2, preSkip: 0, startSample: 0, gainDb: 0, decoded: true });
    write(0, 50);
    // The card has no clock: what it has is known when the first sound is out.
    await untilWritten(raw, 0.5, channels, sampleBytes);
    await expect.poll(known, { timeout: 10_000, interval: 20 }).toBe(true);
    // Its answer comes after what was told before it: from here on the sound is mixed for this card.
    await player.setZoneVolumes(volumes);
    write(50, 100);
    player.finish(150 * PACKET);
    await untilWritten(raw, 2.5, channels, sampleBytes);
    await player.stop();
    const bytes = new Uint8Array(readFileSync(raw));
    return Array.from({ length: channels }, (_, channel) => peak(readWav(bytes, channel)?.samples ?? new Float32Array(), 1.5, 2.4) / PEAK);
  }

  test.each([
    ['six', '', 6, [1, 1, 0.125, 0.125, 0.512, 0.512]],
    // It has more than the zones need: those stay on the outputs that were named.
    ['eight', '8', 8, [1, 1, 0.125, 0.125, 0.512, 0.512, 0, 0]],
  ])(
    '%s channels: the first zone on the outputs 1 and 2, the second on 3 and 4, the third on 5 and 6',
    async (name, fixed, channels, due) => {
      const raw = plug(name, fixed);
      playerOf(name, 'auto', ZONES, `alsa/${name}`);
      const heard = await heardOf(raw, channels);
      heard.forEach((level, channel) => void expect(level).toBeCloseTo(due[channel] ?? 0, 2));
      expect(player.zones?.missing).toBeNull();
    },
    30_000,
  );

  test('a player that outlived its zones plays on two channels again', async () => {
    const raw = plug('before', '');
    playerOf('before', 'auto', ZONES, 'alsa/before');
    await heardOf(raw, 6);
    await player.close('detach');
    rmSync(raw);
    player = new MpvPlayer({ folder: join(folder, 'before'), output: 'auto', device: 'alsa/before', clock: systemClock }, log);
    expect(await player.attach()).toBe(true);
    const heard = await heardOf(raw, 2, 2);
    for (const level of heard) expect(level).toBeCloseTo(1, 2);
    expect(readWav(new Uint8Array(readFileSync(raw)), 2)).toBeNull();
  }, 30_000);

  test('too few channels: what has an output is heard there at its volume and nothing else is, and it is said which zones are not', async () => {
    const raw = plug('plugtwo', '2');
    playerOf('two', 'auto', ZONES, 'alsa/plugtwo');
    const heard = await heardOf(raw, 2, 4, () => player.zones?.missing !== null);
    for (const level of heard) expect(level).toBeCloseTo(1, 2);
    expect(player.zones?.missing).toEqual({ zones: ['terrace', 'hall'], channels: 2, wanted: 6 });
  }, 30_000);

  test('test sound terrace plays there alone, and measures it', async () => {
    plug('quad', '4');
    playerOf('quad', 'auto', 'bar=1-2,terrace=3-4', 'alsa/quad');
    await player.attach();
    await player.setZoneVolumes([100, 50]);
    const volumeZones = [
      { zone: 'bar', percent: 100, range: null },
      { zone: 'terrace', percent: 50, range: null },
    ];
    const view = () => ({ ...sampleView, playback: 'browse', nowPlaying: null, volumePercent: 100, volumeZones });
    const parts = { folder, clock: systemClock, player, hearInput: async () => null, view } as unknown as SelfTestParts;
    const line = async (zone?: string) =>
      (await testCommands[0]?.run({ selfTest: parts } as CommandContext, { part: 'sound', ...(zone === undefined ? {} : { zone }) }))?.text ?? '';
    expect(await line('terrace')).toMatch(
      /^sound +PASS +terrace put out 1000 Hz at -33\.\d dBFS, \d+ dB above all else, where -33\.1 dBFS were due, and alsa took it/,
    );
    expect(await line()).toMatch(/^sound +PASS +bar put out 1000 Hz at -15\.\d dBFS.*; terrace put out 1000 Hz at -33/);
    expect(await line('roof')).toContain('the zones of this box are bar, terrace');
  }, 30_000);
});
