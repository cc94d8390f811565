import { expect, test } from 'vitest';
import { runCrashLab } from '../crash-lab/crash-lab.ts';

/** The short form of `npm run crash-lab`: 21 events, and of the 2,500 disks that a cut could have left, one in 13. */
const EVENTS = 21;
const EVERY = 13;

test('a power cut between any two writes, or within one, leaves a book that opens and holds what was said', { timeout: 120_000 }, async () => {
  const { states, wrong } = await runCrashLab(EVENTS, EVERY);
  expect(wrong).toEqual([]);
  expect(states).toBeGreaterThan(100);
});

test('a book that did not sync its log would be found out', { timeout: 120_000 }, async () => {
  const { wrong } = await runCrashLab(EVENTS, EVERY, true);
  expect(wrong.join()).toContain('records are lost');
});
