import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { floatsOf } from '../fakes/decoded-work.ts';
import { clearAway, RunningHouse, scratch, soundFile } from '../fakes/house.ts';

const RATE_HZ = 48_000;
/** A tone crosses zero for a sample or two; a pause is longer. */
const SILENCE = 0.004;
const PAUSE_SAMPLES = 48;
const CROSSFADE_SECONDS = 1;
/** None of them is a whole number of packets. */
const SONGS = [
  { title: 'First', seconds: 6.013, hertz: 440 },
  { title: 'Second', seconds: 5.507, hertz: 660 },
  { title: 'Third', seconds: 4.251, hertz: 880 },
] as const;

const folder = scratch();
afterAll(() => clearAway(folder));

test('songs follow each other without a sample of silence, or sound into each other as long as was chosen, and each is paid for itself', async () => {
  const [library, data, wav] = ['library', 'data', 'sound.wav'].map((name) => join(folder, name)) as [string, string, string];
  for (const { title, seconds, hertz } of SONGS) await soundFile(library, `${title}.flac`, seconds, hertz);
  const house = new RunningHouse(data, ['--library', library, '--sound-file', wav]);
  try {
    const tell = async (line: string): Promise<string> => (await (await house.client()).command(line, 'staff')).text;
    await house.until('the works', (view) => (view.catalogueSize === SONGS.length && view.connectivity === 'online' ? view : null), 40_000);
    expect(await tell('crossfade 0')).toContain('without a gap');
    await house.coin(200n);
    await tell('play first');
    await house.until('the pre-listen', (view) => (view.playback === 'preListen' ? view : null));
    await house.press('intent.ok');
    await house.until('the paid song', (view) => (view.playback.startsWith('playing') ? view : null));
    await tell('play second');
    await tell('play third');
    await house.until('the second song', (view) => (view.nowPlaying?.title === 'Second' ? view : null), 40_000);
    await tell(`crossfade ${CROSSFADE_SECONDS}`);
    await house.until('the end', (view) => (view.playback === 'browse' && view.queue.length === 0 ? view : null), 40_000);
    const { ledger } = await house.deliveredTotals();
    const { bills } = await house.operator();
    expect(bills.map(({ title, endReason, heardMs }) => ({ title, endReason, seconds: heardMs / 1_000 })).toReversed()).toEqual(
      SONGS.map(({ title, seconds }) => ({ title, endReason: 'finished', seconds })),
    );
    // What came too late for a file, which has no clock, is heard as concealed, and is not paid.
    for (const { chargedMinor } of bills) expect(Number(chargedMinor)).toBeGreaterThan(40);
    expect(ledger).toMatchObject({
      problem: null,
      heldMinor: '0',
      earnedMinor: String(bills.reduce((sum, { chargedMinor }) => sum + Number(chargedMinor), 0)),
    });
  } finally {
    await house.end();
  }
  const loud = loudParts(monoOf(floatsOf(wav))).at(-1);
  const seconds = ((loud?.to ?? 0) - (loud?.from ?? 0)) / RATE_HZ;
  const whole = SONGS.reduce((sum, song) => sum + song.seconds, 0) - CROSSFADE_SECONDS;
  console.log(`from the first sample to the last: ${seconds.toFixed(4)} s without a pause of ${PAUSE_SAMPLES} samples, of ${whole.toFixed(4)} s`);
  expect(Math.abs(seconds - whole)).toBeLessThan(0.001);
}, 120_000);

function monoOf(stereo: Float32Array): Float32Array {
  return Float32Array.from({ length: stereo.length >> 1 }, (_, index) => stereo[2 * index] ?? 0);
}

/** What lies between pauses, in samples. */
function loudParts(samples: Float32Array): readonly { readonly from: number; readonly to: number }[] {
  const parts: { from: number; to: number }[] = [];
  for (const [at, sample] of samples.entries()) {
    if (Math.abs(sample) < SILENCE) continue;
    const last = parts.at(-1);
    if (last !== undefined && at - last.to <= PAUSE_SAMPLES) last.to = at;
    else parts.push({ from: at, to: at });
  }
  return parts;
}
