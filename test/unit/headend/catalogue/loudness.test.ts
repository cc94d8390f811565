import { expect, test } from 'vitest';
import { gainFor, readLoudness } from '../../../../src/headend/catalogue/loudness.ts';

const summary = (integrated: string, peak: string): readonly string[] => [
  '[Parsed_ebur128_1 @ 0x55f6690f6380] [info] Summary:',
  '',
  '  Integrated loudness:',
  `    I:         ${integrated} LUFS`,
  '    Threshold: -31.8 LUFS',
  '  True peak:',
  `    Peak:      ${peak} dBFS`,
];

test('reads the last summary, not one that a tag imitates', () => {
  const lines = [...summary('-1.0', '5.0'), ...summary('-21.8', '-3.1')];
  expect(readLoudness(lines)).toEqual({ integratedLufs: -21.8, truePeakDbtp: -3.1 });
});

test('silence has no loudness and gets no gain', () => {
  const silence = readLoudness(summary('-70.0', '-inf'));
  expect(silence).toEqual({ integratedLufs: null, truePeakDbtp: null });
  expect(gainFor(silence)).toBe(0);
  expect(gainFor(readLoudness([]))).toBe(0);
});

test.each([
  [{ integratedLufs: -9.3, truePeakDbtp: 0.4 }, -8.7],
  [{ integratedLufs: -23, truePeakDbtp: -12 }, 5],
  [{ integratedLufs: -30, truePeakDbtp: -5 }, 4],
  [{ integratedLufs: -17, truePeakDbtp: 3 }, -4],
  [{ integratedLufs: -69, truePeakDbtp: -60 }, 40],
])('%j is played with %d dB: at -18 LUFS where no peak exceeds -1 dBTP', (loudness, gainDb) => {
  expect(gainFor(loudness)).toBeCloseTo(gainDb, 5);
  if (loudness.truePeakDbtp !== null) expect(loudness.truePeakDbtp + gainFor(loudness)).toBeLessThanOrEqual(-1);
});
