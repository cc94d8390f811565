import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { giveWay } from '../../../src/platform/priority.ts';

const children: ChildProcess[] = [];
afterEach(() => void children.splice(0).map((child) => child.kill('SIGKILL')));

function sleeper(detached: boolean): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', detached });
  children.push(child);
  return child.pid ?? -1;
}

const autogroup = (pid: number | 'self'): number => Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1]);

test.skipIf(!existsSync('/proc/self/autogroup'))('lets a program of its own session give way with its session, and no other with ours', () => {
  const [apart, among] = [sleeper(true), sleeper(false)];
  const before = autogroup('self');
  // Who gave way already can give way more, never less.
  const own = getPriority();
  giveWay(apart, own + 2);
  giveWay(among, own + 3);
  expect([getPriority(apart), autogroup(apart)]).toEqual([own + 2, own + 2]);
  expect([getPriority(among), autogroup('self')]).toEqual([own + 3, before]);
});

test.skipIf(process.platform !== 'linux')('lets a thread give way to the others of its process, which stays as it is', async () => {
  const before = getPriority();
  const code = `import { getPriority } from 'node:os';
    import { parentPort } from 'node:worker_threads';
    import { giveWayWithin } from ${JSON.stringify(new URL('../../../src/platform/priority.ts', import.meta.url).href)};
    giveWayWithin(${before + 3});
    parentPort.postMessage(getPriority(0));`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  expect(await new Promise((resolve) => void worker.once('message', resolve))).toBe(before + 3);
  expect(getPriority()).toBe(before);
  await worker.terminate();
});

test.skipIf(process.platform !== 'linux' || Number(process.versions.node.split('.')[0]) < 24)(
  'lets the threads that collect memory give way, and not the one that runs the program',
  () => {
    const before = getPriority();
    const code = `import { readdirSync, readFileSync } from 'node:fs';
      import { getPriority } from 'node:os';
      import { helpersGiveWay } from ${JSON.stringify(new URL('../../../src/platform/priority.ts', import.meta.url).href)};
      const helpers = helpersGiveWay(${before + 3});
      const all = readdirSync('/proc/self/task').map((thread) => [readFileSync('/proc/self/task/' + thread + '/comm', 'utf8').trim(), getPriority(Number(thread))]);
      console.log(JSON.stringify({ helpers, priorities: all.filter(([name]) => name === 'V8Worker').map(([, own]) => own), own: getPriority() }));`;
    const said = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
    expect(said.helpers).toBeGreaterThan(0);
    expect(said).toEqual({ helpers: said.helpers, priorities: Array(said.helpers).fill(before + 3), own: before });
  },
);

test('does not mind that the process is gone', () => {
  expect(() => giveWay(2 ** 30, 10)).not.toThrow();
});
