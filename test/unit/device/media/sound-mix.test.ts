import { expect, test } from 'vitest';
import { MixTrack } from '../../../../device/media/mix-track.ts';
import { SoundMix } from '../../../../device/media/sound-mix.ts';
import type { SoundDecoder } from '../../../../src/ports/sound-decoder.ts';

const PACKET = 960;

/** Decodes everything to one value, on both channels. */
function steady(value: number): SoundDecoder {
  return { decode: () => new Int16Array(2 * PACKET).fill(value) };
}

function track(value: number, totalSamples: number, preSkip = 312): MixTrack {
  return new MixTrack({ channels: 2, preSkip, startSample: 0, totalSamples, gainDb: 0 }, steady(value));
}

function fill(one: MixTrack, packets: number): void {
  for (let index = 0; index < packets; index += 1) one.write(null);
}

/** The left channel of everything that came out. */
function desk(): { readonly mix: SoundMix; out(): readonly number[] } {
  const blocks: Int16Array[] = [];
  const mix = new SoundMix((block) => void blocks.push(new Int16Array(block.buffer)));
  return { mix, out: () => blocks.flatMap((block) => [...block].filter((_, index) => index % 2 === 0)) };
}

test('a work begins with the sample behind the last one of the work before it, wherever packets end', () => {
  const { mix, out } = desk();
  const [first, second] = [track(1_000, 2_500), track(2_000, 3_001)];
  mix.add(first, 0);
  fill(first, 3);
  mix.add(second, 0);
  fill(second, 4);
  mix.pump();
  mix.pad();
  const heard = out();
  expect(heard.slice(0, 2_500).every((sample) => sample === 1_000)).toBe(true);
  expect(heard.slice(2_500, 5_501).every((sample) => sample === 2_000)).toBe(true);
  expect(heard.slice(5_501).every((sample) => sample === 0)).toBe(true);
});

test('in a crossfade one sinks while the other rises, with constant power, and what is missing of either is waited for', () => {
  const { mix, out } = desk();
  const [first, second] = [track(10_000, 9_600, 0), track(0, 9_600, 0)];
  mix.add(first, 0);
  mix.add(second, 4_800);
  fill(first, 10);
  mix.pump();
  expect(out()).toHaveLength(4_800);
  fill(second, 10);
  mix.pump();
  expect(out()).toHaveLength(14_400);
  expect(out()[4_800 + 2_400]).toBe(Math.round(10_000 * Math.SQRT1_2));
});

test('a work that breaks off sooner than it said is not waited for', () => {
  const { mix, out } = desk();
  const [first, second] = [track(1_000, 96_000, 0), track(2_000, 960, 0)];
  mix.add(first, 0);
  mix.add(second, 0);
  fill(first, 2);
  first.finish(1_500);
  fill(second, 1);
  mix.pump();
  mix.pad();
  expect(
    out()
      .slice(0, 2_460)
      .map((sample) => sample / 1_000),
  ).toEqual([...Array(1_500).fill(1), ...Array(960).fill(2)]);
});

test('loud works do not wrap around where they add up', () => {
  const { mix, out } = desk();
  const [first, second] = [track(32_000, 9_600, 0), track(32_000, 9_600, 0)];
  mix.add(first, 0);
  mix.add(second, 4_800);
  fill(first, 10);
  fill(second, 10);
  mix.pump();
  expect(Math.min(...out())).toBeGreaterThan(0);
  expect(Math.max(...out())).toBe(32_767);
});
