import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../src/platform/project-root.ts';

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
