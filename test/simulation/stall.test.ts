import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { STALL_KINDS, type StallKindName } from './stall/kinds.ts';
import { Listening } from './stall/listening.ts';

const MAIN = join(import.meta.dirname, 'stall', 'main.ts');

/** 24 hours x 200 by hand: npm run sim:stall */
describe('npm run sim:stall', () => {
  test.each(Object.keys(STALL_KINDS) as StallKindName[])('an hour over a path of kind %s goes on without a stall', { timeout: 60_000 }, (kind) => {
    const heard = new Listening(STALL_KINDS[kind], 1, 1).run();
    expect(heard).toMatchObject({ stalls: 0, heldBack: 0, packets: 180_000 });
    expect(heard.paid + heard.lost).toBeGreaterThan(179_900);
  });

  test('where nothing is forgiven, losses close the window: the listening can tell', { timeout: 60_000 }, () => {
    const { residual } = STALL_KINDS;
    expect(new Listening({ ...residual, credit: { ...residual.credit, lossAllowancePerMille: 0 } }, 1, 1).run().stalls).toBeGreaterThan(0);
  });

  test('reports as JSON, and refuses what is no number', { timeout: 60_000 }, () => {
    const run = (...args: readonly string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
    const { stdout, stderr, status } = run('--hours', '1', '--seeds', '1', '--kind', 'repaired', '--workers', '1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ reports: [{ kind: 'repaired', seeds: 1, hoursEach: 1, stalls: 0, packets: 180_000 }] });
    expect(stderr).toContain('1 of 1: repaired 1, 0 stalls');
    expect(status).toBe(0);
    expect(run('--hours', 'many')).toMatchObject({ status: 2 });
    expect(run('--kind', 'calm').stderr).toContain('there is no kind "calm"');
  });
});
