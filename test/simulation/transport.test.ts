import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BROKEN_RULES, type BrokenRule } from './transport/broken-rules.ts';
import { scheduleOf } from './transport/schedule.ts';
import { type SimReport, simulate } from './transport/simulate.ts';

const MAIN = join(import.meta.dirname, 'transport', 'main.ts');
/** 100,000 by hand: npm run sim -- --schedules 100000 --json */
const SCHEDULES = 2_000;

function sim(...args: readonly string[]): { readonly status: number | null; readonly report: SimReport; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', maxBuffer: 1e8 });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return { status, report: JSON.parse(last === '' ? '{}' : last) as SimReport, err: stderr };
}

describe('npm run sim', () => {
  test('any schedule of faults: nothing is counted twice, nothing signed is lost, both totals are equal', { timeout: 300_000 }, () => {
    const { status, report } = sim('--schedules', String(SCHEDULES), '--seed', '1', '--json');
    const { failedSeeds, doubleCounts, lostSignedUnits, totalsDiffer, overWindow, unfinished } = report;
    expect(failedSeeds).toEqual([]);
    expect({ doubleCounts, lostSignedUnits, totalsDiffer, overWindow, unfinished }).toEqual({
      ...{ doubleCounts: 0, lostSignedUnits: 0, totalsDiffer: 0 },
      ...{ overWindow: 0, unfinished: 0 },
    });
    expect(report.schedules).toBe(SCHEDULES);
    expect(Math.min(report.deviceKills, report.headendKills, report.resumes)).toBeGreaterThan(SCHEDULES / 3);
    expect(report.packetsPaid).toBeGreaterThan(40 * SCHEDULES);
    expect(status).toBe(0);
  });

  test('after losses, a rewind, and a box that dies as it writes a receipt, both sides know the same packets to be paid', async () => {
    const report = await simulate({ schedules: 1, seed: 1_020_151, broken: null });
    expect(report).toMatchObject({ failed: 0, doubleCounts: 0, lostSignedUnits: 0, totalsDiffer: 0, unfinished: 0, deviceKills: 1, resumes: 2 });
  });

  test('packets that were given up, and of which the box shows at a resume that they came, are in the statement as paid and not as lost as well', async () => {
    expect(await simulate({ schedules: 1, seed: 4_002_862, broken: null })).toMatchObject({ failed: 0, totalsDiffer: 0, resumes: 1 });
  });

  test.each([802_391, 811_308, 813_328])(
    'losses that leave a window of a packet or two: the box gives the play up, and it is settled (seed %d)',
    async (seed) => {
      expect(await simulate({ schedules: 1, seed, broken: null })).toMatchObject({ failed: 0, unfinished: 0, totalsDiffer: 0, gaveUp: 1 });
    },
  );

  test('a seed says all of a schedule', async () => {
    expect(scheduleOf(77)).toEqual(scheduleOf(77));
    const once = await simulate({ schedules: 10, seed: 77, broken: null });
    expect(await simulate({ schedules: 10, seed: 77, broken: null })).toEqual(once);
  });

  test('says which rules can be broken, and refuses what is no number', () => {
    expect(sim('--break', 'no-such-rule').status).toBe(2);
    expect(sim('--schedules', 'many').err).toContain('--schedules takes a whole number, not "many"');
  });
});

describe('the checks have teeth: they report where', () => {
  test.each(Object.entries(BROKEN_RULES))('%s (broken: %s)', { timeout: 120_000 }, async (name) => {
    let failed = 0;
    for (let seed = 1; seed < 600 && failed === 0; seed += 20) failed = (await simulate({ schedules: 20, seed, broken: name as BrokenRule })).failed;
    expect(failed).toBeGreaterThan(0);
  });
});
