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
/** Through a loudspeaker and a microphone there is more than the tone. */
const HEARD_ABOVE_REST_DB_MIN = 3;

type Verdict = Omit<TestResult, 'part'>;

/**
 * What plays is measured by the player's own clock. Where nothing plays a tone is: what the player put out, found again by its frequency and
 * its level; and, where the box has an input, what that heard of the output.
 */
export const sound: SelfTest = async (parts) => ({ part: 'sound', ...(parts.view().nowPlaying === null ? await testTone(parts) : await testPlay(parts)) });

async function testPlay({ player, view, clock }: SelfTestParts): Promise<Verdict> {
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
  const { folder, player, view } = parts;
  const { volumePercent, sound: mood } = view();
  if (mood === 'silent') return { result: 'ABSENT', text: 'the box is muted' };
  if (volumePercent === 0) return { result: 'ABSENT', text: 'the volume is 0: audio level 50, then test sound' };
  const [tone, into] = [join(folder, 'test-tone.wav'), join(folder, 'test-heard.wav')];
  try {
    writeFileSync(tone, toneWav(TONE_SECONDS), { mode: 0o600 });
    if (!(await player.capture(tone, into))) return { result: 'ABSENT', text: 'the player has something else to do: test sound again' };
    const wav = readWav(readFileSync(into));
    const found = wav === null ? null : findTone(wav);
    const expectedDbfs = TONE_DBFS + decibelsOf(volumePercent);
    const own = `the player put out ${found === null ? 'nothing' : toneText(found)}, where ${expectedDbfs.toFixed(1)} dBFS were due`;
    if (found === null || found.aboveRestDb < ABOVE_REST_DB_MIN || Math.abs(found.dbfs - expectedDbfs) > LEVEL_DB_OFF_MAX) return { result: 'FAIL', text: own };
    if (player.silent) return { result: 'ABSENT', text: `there is no sound card; ${own}` };
    return await testOutput(parts, tone, own);
  } finally {
    for (const file of [tone, into]) rmSync(file, { force: true });
  }
}

/** The tone once more, out of the box. */
async function testOutput({ player, clock, hearInput }: SelfTestParts, tone: string, own: string): Promise<Verdict> {
  await player.playFile(tone);
  const [recording] = await Promise.all([hearInput(TONE_SECONDS), sleep(clock, TONE_SECONDS * 1_000)]);
  const { driver, gone, chosen } = player.output;
  await player.playFile(null);
  if (driver === null || driver === 'null') return { result: 'FAIL', text: `no output could be opened: look at audio; ${own}` };
  if (gone) return { result: 'FAIL', text: `${chosen} could not be opened, another output was (audio); ${own}` };
  const heard = recording === null ? null : findTone(recording);
  if (heard !== null && heard.aboveRestDb >= HEARD_ABOVE_REST_DB_MIN) return { result: 'PASS', text: `the input heard ${toneText(heard)}; ${own}` };
  return { result: 'PASS', text: `${own}, and ${driver} took it; no input heard it, for which a cable from line out to line in is needed` };
}

function toneText({ dbfs, aboveRestDb }: ToneFound): string {
  return `${TONE_HZ} Hz at ${dbfs.toFixed(1)} dBFS, ${aboveRestDb.toFixed(0)} dB above all else`;
}
