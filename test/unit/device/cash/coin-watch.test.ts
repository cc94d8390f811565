import { expect, test } from 'vitest';
import { CoinWatch, fittingPulses } from '../../../../device/cash/coin-watch.ts';
import { readHardware } from '../../../../device/hardware-config.ts';

function pulses(watch: CoinWatch, line: number, fromMs: number, widths: readonly number[], pauseMs: number): number {
  let atMs = fromMs;
  for (const widthMs of widths) {
    watch.edge(line, { low: true, atMs });
    watch.edge(line, { low: false, atMs: atMs + widthMs });
    atMs += widthMs + pauseMs;
  }
  return atMs;
}

test('measures widths, pauses and bursts of each line, and no bounces', () => {
  const watch = new CoinWatch();
  pulses(watch, 0, 0, [50], 50);
  watch.begin();
  const next = pulses(watch, 0, 1_000, [48, 52, 1, 50], 60);
  pulses(watch, 0, next + 2_000, [50], 60);
  pulses(watch, 1, 1_000, [100], 60);
  expect(watch.end()).toEqual([
    { line: 1, pulses: 4, shortestMs: 48, longestMs: 52, longestPauseMs: 121, bursts: [3, 1] },
    { line: 2, pulses: 1, shortestMs: 100, longestMs: 100, longestPauseMs: null, bursts: [1] },
  ]);
  expect(watch.end()).toEqual([]);
});

test('what it says that fits is an option of the box, and takes the coins that were thrown', () => {
  const watch = new CoinWatch();
  watch.begin();
  pulses(watch, 0, 1_000, [48, 52, 50], 60);
  pulses(watch, 1, 5_000, [30, 30], 110);
  const fitting = fittingPulses(watch.end());
  expect(fitting).toBe('20-70/220');
  expect(readHardware({ 'panel-coins': '100', 'coin-pulses': fitting, 'input-devices': false }).coinPulses.longestMs).toBe(70);
});

test('one pulse a coin leaves the pause as it is; the widest and the narrowest stay what a board can tell apart', () => {
  const line = { line: 1, pulses: 2, shortestMs: 5, longestMs: 1_800, longestPauseMs: null, bursts: [1, 1] };
  expect(fittingPulses([line])).toBe('5-1999/400');
});
