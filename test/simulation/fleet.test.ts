import { expect, test } from 'vitest';
import { isFlat, soakFleet } from './fleet/fleet-soak.ts';

test('twenty boxes for a day: nothing lost or doubled on cut lines, over crashes and a restart, and billed as earned (npm run sim:fleet is 200 for two weeks)', async () => {
  const report = await soakFleet({ boxes: 20, days: 1, visitsADay: 3, seed: 4 });
  expect(report).toMatchObject({ problems: [], undelivered: 0, quarantined: 0 });
  expect(report.billedMinor).toBe(report.earnedMinor);
  expect(Number(report.billedMinor)).toBeGreaterThan(500);
  expect(report.streamed).toBeGreaterThan(10);
  expect(report.borrowed).toBeGreaterThan(3);
  expect(report.cuts).toBeGreaterThan(20);
  expect(isFlat(report)).toBe(true);
  expect(isFlat({ heapMiB: [100, 130] })).toBe(false);
}, 120_000);
