import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Keeper } from '../../../src/cli/keeper.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-keeper-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that is up, ends once in the given way, and stays from then on. */
async function keptAfter(ending: string): Promise<string> {
  const [script, before] = [join(folder, 'program.mjs'), join(folder, 'before')];
  const first = `if (!existsSync(${JSON.stringify(before)})) { writeFileSync(${JSON.stringify(before)}, ''); setImmediate(() => { ${ending} }); }`;
  writeFileSync(
    script,
    `import { existsSync, writeFileSync } from 'node:fs';\nprocess.stdin.resume();\nprocess.stdout.write('{"event":"ready"}\\n');\n${first}\n`,
  );
  return await new Promise((resolve) => {
    const keeper: Keeper = new Keeper({
      ...{ name: 'box', script, args: [], logFile: join(folder, 'log') },
      say: (line) => void keeper.stop().then(() => resolve(line)),
    });
  });
}

test('a program that ended in order, as after a restart or a factory reset, did not die', async () => {
  expect(await keptAfter('process.exit(0)')).toBe('the box ended in order; starting it again');
});

test('one that failed or was killed did', async () => {
  expect(await keptAfter('process.exit(3)')).toBe('the box died (exit code 3); starting it again');
});
