import { expect, test } from 'vitest';
import { raiseStorm } from '../bench/usage/event-storm.ts';

test('200,000 events with a fifth of repetitions, clocks a month apart and numbers taken twice: none lost, none doubled (npm run bench:usage -- --storm is the ten million)', async () => {
  const report = await raiseStorm({ events: 200_000, boxes: 40, seed: 3, inMemory: true });
  expect(report).toMatchObject({ events: 200_000, duplicates: 40_000, lost: 0, doubled: 0, altered: 0, unaccounted: 0 });
  expect(report.sessionMs).toBe(report.expectedSessionMs);
  expect(report.tooEarly).toBeGreaterThan(5);
  expect(report.conflicts.sent).toBeGreaterThan(20);
  expect(report.conflicts).toEqual({ sent: report.conflicts.sent, answered: report.conflicts.sent, kept: report.conflicts.sent });
  expect(report.bytesARecord).toBeLessThan(1_100);
}, 120_000);
