import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clock ticks of /proc/stat and /proc/<pid>/stat in a second: fixed in the Linux interface. Source: proc(5). */
const TICKS_PER_S = 100;

/** Processor time of a process and all its threads so far, in ms. Source: proc(5), fields 14 and 15. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_S;
}

/** Seconds that a processor was somebody else's so far, who shares the machine; 0 where nobody says so. Source: proc(5), /proc/stat, steal. */
export function stolenSeconds(processor: number): number {
  const line = existsSync('/proc/stat') ? readFileSync('/proc/stat', 'utf8').match(new RegExp(`^cpu${processor} .*$`, 'm'))?.[0] : undefined;
  return Number(line?.split(' ')[8] ?? 0) / TICKS_PER_S;
}

/** Share of one core that each process takes over `windowMs`. */
export async function coreShares(pids: readonly number[], windowMs: number): Promise<readonly number[]> {
  const startedMs = performance.now();
  const before = pids.map(processorMs);
  await sleep(windowMs);
  const tookMs = performance.now() - startedMs;
  return pids.map((pid, index) => (processorMs(pid) - (before[index] ?? 0)) / tookMs);
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(`${folder}/${program}`));
}

/** How often a process asked the disk to keep something, per minute; null where strace is not there or may not look. */
export async function syncsPerMinute(pid: number, windowMs: number): Promise<number | null> {
  if (!onPath('strace')) return null;
  const strace = spawn('strace', ['-f', '-q', '-e', 'trace=fsync,fdatasync', '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  strace.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const ended = once(strace, 'exit');
  await Promise.race([sleep(windowMs), ended]);
  if (strace.exitCode !== null) return null;
  strace.kill('SIGINT');
  await ended;
  const calls = said.split('\n').filter((line) => /\bf(data)?sync\(/.test(line)).length;
  return (calls * 60_000) / windowMs;
}
