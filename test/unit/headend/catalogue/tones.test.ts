import { expect, test } from 'vitest';
import { renderTone, type Tone } from '../../../../src/headend/catalogue/synth/tones.ts';

/** Cents between `frequencyHz` and where the first harmonic of the sound really is, by searching for its strongest response. */
function mistuningCents(samples: Float32Array, frequencyHz: number): number {
  const count = 24_000;
  let best = { cents: 0, strength: 0 };
  for (let cents = -40; cents <= 40; cents += 1) {
    const step = (2 * Math.PI * frequencyHz * 2 ** (cents / 1_200)) / 48_000;
    let [real, imaginary] = [0, 0];
    for (let index = 0; index < count; index += 1) {
      const windowed = (samples[4_800 + index] ?? 0) * (1 - Math.cos((2 * Math.PI * index) / count));
      real += windowed * Math.cos(step * index);
      imaginary += windowed * Math.sin(step * index);
    }
    const strength = Math.hypot(real, imaginary);
    if (strength > best.strength) best = { cents, strength };
  }
  return Math.abs(best.cents);
}

test.each<[Tone, number]>([
  ['pluck', 45],
  ['pluck', 64],
  ['pluck', 79],
  ['keys', 60],
  ['bass', 38],
  ['box', 84],
])('%s is in tune on note %d', (tone, midi) => {
  expect(mistuningCents(renderTone(tone, midi, 1), 440 * 2 ** ((midi - 69) / 12))).toBeLessThanOrEqual(6);
});

test('every note begins and ends without a click', () => {
  for (const tone of ['pluck', 'pad', 'strings', 'organ', 'flute', 'marimba', 'bells', 'pulse'] as const) {
    const samples = renderTone(tone, 67, 0.5);
    expect(Math.abs(samples.at(-1) ?? 1), tone).toBeLessThan(0.002);
    expect(Math.abs(samples[0] ?? 1), tone).toBeLessThan(0.5);
  }
});
