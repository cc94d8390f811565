import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../src/platform/project-root.ts';
import { median } from './figures.ts';

const STARTS = 3;

/**
 * Time from `npm start` (npm itself included) to the word of the first sound, in ms; never less than the truth. Runs the whole
 * headless evening, so a run that does not end well gives null.
 */
export async function startToSound(data: string): Promise<number | null> {
  const startedMs = performance.now();
  let soundMs: number | null = null;
  const child = spawn('npm', ['start', '--silent', '--', '--headless', '--seconds', '8', '--json', '--data', data], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('first sound')) soundMs ??= performance.now() - startedMs;
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return code === 0 ? soundMs : null;
}

/** The median of some starts, each with an empty data folder; with `busy`, beside a program that takes all it can get of one core. */
export async function startToSoundEmpty(parent: string, busy: boolean): Promise<number | null> {
  const neighbour = busy ? spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }) : null;
  try {
    const measured: number[] = [];
    for (let start = 0; start < STARTS; start += 1)
      measured.push((await startToSound(join(parent, `${busy ? 'busy' : 'quiet'}-${start}`))) ?? Number.POSITIVE_INFINITY);
    const ms = median(measured);
    return ms === Number.POSITIVE_INFINITY ? null : ms;
  } finally {
    neighbour?.kill('SIGKILL');
  }
}
