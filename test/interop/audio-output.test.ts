import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBoxConfig } from '../../device/box-config.ts';
import { audioCommands } from '../../device/commands/audio-commands.ts';
import type { CommandContext } from '../../device/commands/command.ts';
import { showCommands } from '../../device/commands/show-commands.ts';
import { testCommands } from '../../device/commands/test-commands.ts';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import { findTone, toneWav } from '../../device/media/test-tone.ts';
import { readWav } from '../../device/media/wav-file.ts';
import type { CommandOutcome } from '../../device/session/box-view.ts';
import { hearInput } from '../../device/supervision/hear-input.ts';
import type { SelfTestParts } from '../../device/supervision/self-test.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { demuxOggOpus } from '../fakes/ogg-opus-demux.ts';
import { sampleView } from '../fakes/sample-view.ts';

/** ALSA's own file plugin: what comes out of a device lies in a file, with no sound card and no kernel module. */
const HDMI = 'alsa/tv_hdmi';
const folder = mkdtempSync(join(tmpdir(), 'ackbox-audio-'));
const outputs = { tv_hdmi: 'HDMI 0, the television', usb_dac: 'USB DAC', default_out: 'whatever is there' };
const warned: unknown[] = [];
const log = { info: () => {}, warn: (event: string, facts?: unknown) => warned.push({ event, facts }) };
let packets: readonly Uint8Array[];
let player: MpvPlayer;
let pluggings = 0;

/**
 * What is plugged in: outputs, and by the default one an input that gives what a cable would. Nothing of it has a clock: a sound that is
 * played again and again would fill the disk if no bound were set.
 */
function plug(...names: readonly (keyof typeof outputs)[]): void {
  const device = (name: string, words: string): string =>
    `pcm.${name} { type file; slave.pcm null; file "| (head -c 2000000 > ${join(folder, `${name}.wav`)}; cat > /dev/null)"; format wav; hint { show on; description "${words}" } }\n`;
  const input = `pcm.input { type file; slave.pcm null; file "/dev/null"; infile "${join(folder, 'input.raw')}"; format raw }\n`;
  const both = 'pcm.!default { type asym; playback.pcm default_out; capture.pcm input }\n';
  const devices = names.map((name) => device(name, outputs[name]));
  const path = join(folder, 'plugged.conf');
  writeFileSync(path, [...devices, input, both].join(''));
  // ALSA reads the file again only where its time differs, in whole seconds.
  pluggings += 1;
  utimesSync(path, pluggings, pluggings);
}

beforeAll(async () => {
  // The second file is looked at again whenever a device is opened.
  process.env.ALSA_CONFIG_PATH = `/usr/share/alsa/alsa.conf:${join(folder, 'plugged.conf')}`;
  writeFileSync(join(folder, 'tone.wav'), toneWav(1.5));
  execFileSync('ffmpeg', ['-v', 'error', '-i', join(folder, 'tone.wav'), '-c:a', 'libopus', '-frame_duration', '20', join(folder, 'tone.opus')]);
  const demuxed = demuxOggOpus(new Uint8Array(readFileSync(join(folder, 'tone.opus'))));
  if (!demuxed.ok) throw new Error(demuxed.error.message);
  packets = demuxed.value.packets;
  plug('tv_hdmi', 'usb_dac', 'default_out');
  player = new MpvPlayer({ folder: join(folder, 'player'), output: 'auto', device: HDMI, clock: systemClock }, log);
  await player.attach();
});
afterAll(async () => {
  await player.close('quit');
  delete process.env.ALSA_CONFIG_PATH;
  rmSync(folder, { recursive: true, force: true });
});

/** @returns how the tone came out of a device, in dBFS; null where nothing came out of it */
async function playOn(device: keyof typeof outputs): Promise<number | null> {
  for (const name of Object.keys(outputs)) rmSync(join(folder, `${name}.wav`), { force: true });
  await player.open({ channels: 1, preSkip: 0, startSample: 0, gainDb: 0 });
  for (const packet of packets) player.write(packet);
  player.finish(packets.length * 960);
  const path = join(folder, `${device}.wav`);
  await expect.poll(() => (existsSync(path) ? readFileSync(path).length : 0), { timeout: 8_000 }).toBeGreaterThan(200_000);
  await player.stop();
  const recording = readWav(new Uint8Array(readFileSync(path)));
  return recording === null ? null : findTone(recording).dbfs;
}

async function run(name: string, values: Readonly<Record<string, string>> = {}): Promise<CommandOutcome> {
  const box = { view: () => ({ ...sampleView, volumePercent: 50, volumeRange: { minPercent: 20, maxPercent: 60 } }), intent: () => {} };
  const context = { sound: player, selfTest: { folder }, box } as unknown as CommandContext;
  const outcome = await audioCommands.find((command) => command.name === name)?.run(context, values);
  if (outcome === undefined) throw new Error(name);
  return outcome;
}

async function showStatus(): Promise<CommandOutcome> {
  const [command] = showCommands;
  return (await command?.run({ sound: player, box: { view: () => sampleView } } as unknown as CommandContext, {})) as CommandOutcome;
}

describe('the output of the sound, by a real mpv on ALSA', () => {
  test('sound comes out of the device that was chosen, at its level', async () => {
    expect(await playOn('tv_hdmi')).toBeCloseTo(-12, 0);
    expect(player.output).toMatchObject({ chosen: HDMI, gone: false, driver: 'alsa' });
    expect(player.silent).toBe(false);
  });

  test('audio lists what is there and what a person would call it; what is chosen survives a restart', async () => {
    const listed = await run('audio');
    expect(listed.text).toMatch(/^\* +\d+ {2}HDMI +alsa\/tv_hdmi +HDMI 0, the television$/m);
    expect(listed.text).toMatch(/^ +\d+ {2}DAC +alsa\/usb_dac +USB DAC$/m);
    expect(listed.text).toContain('level      50 %, -18.1 dB (the venue allows 20 to 60 % now)');
    const number = /(\d+) {2}DAC/.exec(listed.text)?.[1] ?? '';
    expect((await run('audio device', { output: number })).text).toBe('The sound comes out of alsa/usb_dac: USB DAC.');
    expect(readBoxConfig(['--data', folder, '--headend', 'https://h.example']).audioDevice).toBe('alsa/usb_dac');
    expect(await playOn('usb_dac')).toBeCloseTo(-12, 0);
    expect(await run('audio device', { output: 'alsa/nothing' })).toMatchObject({ ok: false, code: 'no-such-output' });
    expect(await run('audio device', { output: HDMI })).toMatchObject({ ok: true });
  });

  test('a device that vanished: another one plays, and audio says so; with the next play after it came back it is used again', async () => {
    plug('usb_dac', 'default_out');
    expect(await playOn('default_out')).toBeCloseTo(-12, 0);
    expect(player.output).toMatchObject({ chosen: HDMI, gone: true, driver: 'alsa' });
    expect(warned).toContainEqual({ event: 'sound-output-gone', facts: { chosen: HDMI } });
    expect((await showStatus()).text).toContain(`sound               ${HDMI} is gone, another output plays (audio)`);
    const said = (await run('audio')).text;
    expect(said).toContain(`gone       ${HDMI} could not be opened; mpv chose another one instead.`);
    expect(said).toMatch(/^\* +1 +auto +mpv chooses$/m);
    expect(said).not.toContain('television');
    plug('tv_hdmi', 'usb_dac', 'default_out');
    expect(await playOn('tv_hdmi')).toBeCloseTo(-12, 0);
    expect(player.output).toMatchObject({ gone: false });
  });

  test('a player captures what it puts out, volume included, and plays on its output again', async () => {
    await player.setVolume(50);
    const into = join(folder, 'captured.wav');
    expect(await player.capture(join(folder, 'tone.wav'), into)).toBe(true);
    await expect.poll(() => existsSync(into) && readFileSync(into).length).toBeGreaterThan(100_000);
    const recording = readWav(new Uint8Array(readFileSync(into)));
    const found = findTone(recording ?? { rateHz: 1, samples: new Float32Array() });
    expect(found.dbfs).toBeCloseTo(-12 - 18.06, 0);
    expect(found.aboveRestDb).toBeGreaterThan(30);
    await player.setVolume(100);
    expect(await playOn('tv_hdmi')).toBeCloseTo(-12, 0);
  });
});

describe('test sound, by a real mpv and a real arecord', () => {
  const line = async (): Promise<string> => {
    const view = () => ({ ...sampleView, playback: 'browse', nowPlaying: null, volumePercent: 100 });
    const parts = { folder, clock: systemClock, player, hearInput, view } as unknown as SelfTestParts;
    return (await testCommands[0]?.run({ selfTest: parts } as CommandContext, { part: 'sound' }))?.text ?? '';
  };

  test('measures what the player put out, and what the input of the box heard', async () => {
    writeFileSync(join(folder, 'input.raw'), toneWav(3).subarray(44));
    expect(await line()).toMatch(/^sound +PASS +the input heard 1000 Hz at -12\.0 dBFS, \d+ dB above all else; the player put out 1000 Hz at -1[12]\.\d dBFS/);
  });

  test('without a cable it says so', async () => {
    writeFileSync(join(folder, 'input.raw'), new Uint8Array(400_000));
    expect(await line()).toMatch(/^sound +PASS +the player put out 1000 Hz at -1[12]\.\d dBFS.* and alsa took it; no input heard it/);
  });

  test('where the output is gone it fails', async () => {
    plug('default_out');
    expect(await line()).toMatch(/^sound +FAIL +alsa\/tv_hdmi could not be opened, another output was/);
  });
});

describe('audio level', () => {
  test.each([
    ['60', 'Level 60 %, -13.3 dB.'],
    ['-18dB', 'Level 50 %, -18.1 dB.'],
    ['90', 'Level 60 %, -13.3 dB. 90 %, -2.7 dB was asked, 20 to 60 % is allowed.'],
    ['0', 'Level 20 %, -41.9 dB. 0 %, silence was asked, 20 to 60 % is allowed.'],
  ])('%s: %s', async (level, text) => {
    expect((await run('audio level', { level })).text).toBe(text);
  });

  test.each(['101', '3dB', '-', 'loud', '-1', '1e1'])('%s is no level', async (level) => {
    expect(await run('audio level', { level })).toMatchObject({ ok: false, code: 'bad-argument' });
  });
});
