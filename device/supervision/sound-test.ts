import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicMs, sleep } from '../../src/ports/clock.ts';
import { decibelsOf } from '../media/sound-level.ts';
import { findTone, TONE_DBFS, TONE_HZ, type ToneFound, toneWav } from '../media/test-tone.ts';
import { readWav } from '../media/wav-file.ts';
import type { SelfTest, SelfTestParts, TestResult } from './self-test.ts';

const SOUND_LOOK_MS = 1_500;
const SAMPLES_PER_MS = 48;
const TONE_SECONDS = 1;
/** A level control that is off by more is not the one that is shown. */
const LEVEL_DB_OFF_MAX = 2;
const ABOVE_REST_DB_MIN = 20;
/** What a zone puts out that is to be silent. */
const SILENT_DBFS = -80;
/** Through a loudspeaker and a microphone there is more than the tone. */
const HEARD_ABOVE_REST_DB_MIN = 3;

type Verdict = Omit<TestResult, 'part'>;

/**
 * What plays is measured by the player's own clock. Where nothing plays a tone is: what the player put out, found again by its frequency and
 * its level; and, where the box has an input, what that heard of the output.
 */
export const sound: SelfTest = async (parts) => ({ part: 'sound', ...(parts.view().nowPlaying === null ? await testTone(parts) : await testPlay(parts)) });

async function testPlay({ player, view, clock, zone }: SelfTestParts): Promise<Verdict> {
  if (zone !== undefined) return { result: 'ABSENT', text: `a song plays everywhere: end it, then test sound ${zone}` };
  if (player.silent) return { result: 'ABSENT', text: 'there is no sound card; a clock stands in for it' };
  if (view().playback !== 'playing.flowing') return { result: 'ABSENT', text: 'a song waits: let it play or end it, then test sound' };
  const beganMs = monotonicMs(clock);
  const heard = await player.heardSample();
  await sleep(clock, SOUND_LOOK_MS);
  const heardMs = ((await player.heardSample()) - heard) / SAMPLES_PER_MS;
  const text = `the sound card took ${heardMs.toFixed(0)} ms of sound in ${(monotonicMs(clock) - beganMs).toFixed(0)} ms`;
  return { result: heardMs >= SOUND_LOOK_MS / 2 ? 'PASS' : 'FAIL', text };
}

async function testTone(parts: SelfTestParts): Promise<Verdict> {
  const { folder, player, view, zone } = parts;
  const { volumePercent, volumeZones, sound: mood } = view();
  if (mood === 'silent') return { result: 'ABSENT', text: 'the box is muted' };
  const loud = volumeZones.find((one) => one.zone === zone)?.percent ?? volumePercent;
  if (loud === 0) return { result: 'ABSENT', text: `the volume is 0: ${zone === undefined ? 'audio level 50' : `volume ${zone} 50`}, then test sound` };
  const [tone, into] = [join(folder, 'test-tone.wav'), join(folder, 'test-heard.wav')];
  try {
    writeFileSync(tone, toneWav(TONE_SECONDS), { mode: 0o600 });
    if (!(await player.capture(tone, into, zone ?? null))) return { result: 'ABSENT', text: 'the player has something else to do: test sound again' };
    const own = putOut(parts, new Uint8Array(readFileSync(into)));
    if (!own.right) return { result: 'FAIL', text: own.text };
    if (player.silent) return { result: 'ABSENT', text: `there is no sound card; ${own.text}` };
    return await testOutput(parts, tone, own.text);
  } finally {
    for (const file of [tone, into]) rmSync(file, { force: true });
  }
}

/** What the player put out, against what was due: with zones in each of them, and nothing where nothing is due. */
function putOut({ player, view, zone }: SelfTestParts, wav: Uint8Array): { readonly right: boolean; readonly text: string } {
  const { volumePercent, volumeZones } = view();
  const heard = zone === undefined ? volumeZones : volumeZones.filter((one) => one.zone === zone);
  if (heard.length === 0) return found('the player', wav, [0], volumePercent);
  const parts = heard.filter(({ percent }) => percent > 0).map((one) => found(one.zone, wav, player.zones?.channelsOf(one.zone) ?? [], one.percent));
  const rest = volumeZones
    .filter((one) => !heard.includes(one))
    .filter((one) => (player.zones?.channelsOf(one.zone) ?? []).some((channel) => isLoud(wav, channel)));
  const texts = [...parts.map(({ text }) => text), ...rest.map((one) => `${one.zone} was heard, too, where nothing was due`)];
  return { right: rest.length === 0 && parts.every(({ right }) => right), text: texts.join('; ') };
}

function found(who: string, bytes: Uint8Array, channels: readonly number[], percent: number): { readonly right: boolean; readonly text: string } {
  // The tone has one channel: mpv plays it on the two of a zone as loud as on one, 3 dB less on each.
  const dueDbfs = TONE_DBFS + decibelsOf(percent) - 10 * Math.log10(channels.length);
  const tones = channels.map((channel) => readWav(bytes, channel)).map((wav) => (wav === null ? null : findTone(wav)));
  const isRight = (tone: ToneFound | null): boolean =>
    tone !== null && tone.aboveRestDb >= ABOVE_REST_DB_MIN && Math.abs(tone.dbfs - dueDbfs) <= LEVEL_DB_OFF_MAX;
  const shown = tones.find((tone) => !isRight(tone)) ?? tones[0] ?? null;
  const text = `${who} put out ${shown === null ? 'nothing' : toneText(shown)}, where ${dueDbfs.toFixed(1)} dBFS were due`;
  return { right: tones.length > 0 && tones.every(isRight), text };
}

function isLoud(bytes: Uint8Array, channel: number): boolean {
  const wav = readWav(bytes, channel);
  return wav !== null && findTone(wav).dbfs > SILENT_DBFS;
}

/** The tone once more, out of the box. */
async function testOutput({ player, clock, hearInput, zone }: SelfTestParts, tone: string, own: string): Promise<Verdict> {
  await player.playFile(tone, zone ?? null);
  const [recording] = await Promise.all([hearInput(TONE_SECONDS), sleep(clock, TONE_SECONDS * 1_000)]);
  const { driver, gone, chosen } = player.output;
  const missing = player.zones?.missing ?? null;
  await player.playFile(null);
  if (driver === null || driver === 'null') return { result: 'FAIL', text: `no output could be opened: look at audio; ${own}` };
  if (gone) return { result: 'FAIL', text: `${chosen} could not be opened, another output was (audio); ${own}` };
  if (missing !== null && (zone === undefined || missing.zones.includes(zone)))
    return {
      result: 'FAIL',
      text: `the output has ${missing.channels} channels, and ${missing.wanted} are needed for ${missing.zones.join(', ')}: look at audio; ${own}`,
    };
  const heard = recording === null ? null : findTone(recording);
  if (heard !== null && heard.aboveRestDb >= HEARD_ABOVE_REST_DB_MIN) return { result: 'PASS', text: `the input heard ${toneText(heard)}; ${own}` };
  return { result: 'PASS', text: `${own}, and ${driver} took it; no input heard it, for which a cable from line out to line in is needed` };
}

function toneText({ dbfs, aboveRestDb }: ToneFound): string {
  return `${TONE_HZ} Hz at ${dbfs.toFixed(1)} dBFS, ${aboveRestDb.toFixed(0)} dB above all else`;
}
