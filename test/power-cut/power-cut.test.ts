import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Half an hour of `npm run power-cut` in three cuts. Setting up a Debian for another processor takes root. */
test.skipIf(process.getuid?.() !== 0)(
  'an arm64 box whose power is cut at three moments of chance loses no coin, no receipt and no record',
  async () => {
    const program = new URL('power-cut.ts', import.meta.url).pathname;
    const ran = promisify(execFile)(process.execPath, [program, '--cuts', '3', '--json']);
    const { stdout, stderr } = await ran.catch((thrown: unknown) => thrown as Awaited<typeof ran>);
    const lines = stdout.split('\n').filter((line) => line !== '');
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said.at(-1), stderr).toMatchObject({ event: 'done', well: true, cuts: 3, problem: '', synchronous: 'FULL' });
    expect(said.filter(({ event }) => event === 'cut')).toHaveLength(3);
  },
  1_200_000,
);
