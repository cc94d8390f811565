import { expect, test } from 'vitest';
import { liveOffline } from './offline/offline-month.ts';

test('two days offline: no gap, no double, and the bill is the one of online plays (npm run sim:offline is the month)', async () => {
  const report = await liveOffline({ days: 2, recordsADay: 900, playsADay: 12, seed: 7 });
  expect(report).toMatchObject({ gaps: 0, doubles: 0, quarantined: 0, problem: null, plays: 24 });
  expect(report.recordsWritten).toBeGreaterThanOrEqual(1_800);
  expect(report.cuts).toBeGreaterThan(2);
  expect(Number(report.billMinor)).toBeGreaterThan(1_000);
  expect(report.billMinor).toBe(report.onlineBillMinor);
  expect(report.billMinor).toBe(report.boxEarnedMinor);
  expect(report.diskBytes).toBeLessThan(8_000_000);
});
