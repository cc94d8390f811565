import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { WalkTerminal } from './walk-terminal.ts';
import { readWalk, type WalkStep } from './walk-text.ts';

/** The README's walks, typed word for word into a real `npm start`. Only the ports are others, so that nothing collides. */
const FREE_PORTS = '--screen-port 0 --http-port 0 --rtsp-port 0';
const WALK_MS = 180_000;

let leave: (() => Promise<void>) | null = null;

afterEach(async () => {
  await leave?.();
  leave = null;
});

async function walk(name: string): Promise<number> {
  const steps = readWalk(name);
  expect(steps.length, `the README has a walk called ${name}`).toBeGreaterThan(4);
  const data = mkdtempSync(join(tmpdir(), `ackbox-walk-${name}-`));
  const terminal = new WalkTerminal(data);
  leave = async () => {
    await terminal.close();
    rmSync(data, { recursive: true, force: true });
  };
  for (const step of steps) await take(terminal, step);
  return steps.length;
}

async function take(terminal: WalkTerminal, step: WalkStep): Promise<void> {
  if (step.kind === 'keys') await terminal.press(step.typed, step.seen);
  else if (step.kind === 'console') await terminal.typeOnConsole(step.typed, step.seen);
  else if (step.typed.startsWith('npm start')) await terminal.start(`${step.typed}${step.typed.includes(' -- ') ? '' : ' --'} ${FREE_PORTS}`, step.seen);
  else await terminal.run(step.typed, step.seen);
}

test('at the jukebox: a coin, a song, a pause, the closed window, the receipt', { timeout: WALK_MS }, async () => {
  expect(await walk('jukebox')).toBeGreaterThan(8);
});

test('at the TV: no coin, and what was played becomes debt of the account', { timeout: WALK_MS }, async () => {
  expect(await walk('tv')).toBeGreaterThan(4);
});

test('on the serial cable: the same box, a line at a time', { timeout: WALK_MS }, async () => {
  expect(await walk('cable')).toBeGreaterThan(8);
});
