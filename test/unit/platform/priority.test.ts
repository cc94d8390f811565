import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
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
  giveWay(apart, 12);
  giveWay(among, 13);
  expect([getPriority(apart), autogroup(apart)]).toEqual([12, 12]);
  expect([getPriority(among), autogroup('self')]).toEqual([13, before]);
});

test('does not mind that the process is gone', () => {
  expect(() => giveWay(2 ** 30, 10)).not.toThrow();
});
