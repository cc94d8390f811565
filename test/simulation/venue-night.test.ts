import { expect, test } from 'vitest';
import { Night } from './venue/night.ts';

const SEED = Number(process.env.ACKBOX_NIGHT_SEED ?? 1);

test(`a night of six hours with 500 guests, power cuts and outages keeps every cent; what was paid is heard or given back (seed ${SEED})`, async () => {
  const report = await new Night(SEED, { guests: 500 }).live();
  expect(report.faults).toEqual([]);
  expect(Math.min(report.cuts, report.outages)).toBeGreaterThan(10);
  expect(report.heardWhole).toBeGreaterThan(50);
  expect(report.bought).toBeGreaterThan(report.heardWhole);
}, 120_000);

test('a box that forgets what it was playing is found out', async () => {
  const report = await new Night(1, { guests: 60, forgets: true }).live();
  expect(report.faults.join()).toContain('still open');
}, 120_000);
