import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { BoxControl } from '../session/box-view.ts';
import type { ConsoleKeys } from './console-keys.ts';
import { ConsoleSession } from './console-session.ts';
import { KeptLine } from './kept-line.ts';

const PTY_WAIT_MS = 5_000;
const PTY_POLL_MS = 20;

export interface SerialConsole {
  /** What a terminal program opens, such as `picocom PATH`. */
  readonly path: string;
  close(): Promise<void>;
}

interface ConsoleParts {
  readonly box: BoxControl;
  readonly clock: Clock;
}

/** The console on a pair of pseudo terminals: the box opens one end as the serial port it would have on a device. No sign-in: the files are its user's. */
export async function openPtyConsole(parts: ConsoleParts & { readonly folder: string }): Promise<SerialConsole> {
  const path = join(parts.folder, 'console');
  const ours = join(parts.folder, 'console-box-end');
  for (const link of [path, ours]) rmSync(link, { force: true });
  const pair = spawn('socat', [`pty,raw,echo=0,link=${path}`, `pty,raw,echo=0,link=${ours}`], { stdio: 'ignore' });
  await bothEndsThere(pair, [path, ours]);
  const line = new KeptLine({ path: ours, clock: parts.clock, onUp: () => session.greet() });
  const session: ConsoleSession = new ConsoleSession({ ...parts, line, keys: null });
  return {
    path,
    async close() {
      await endLine(session, line);
      pair.kill();
    },
  };
}

/** The console on a real serial port: 115,200 baud 8N1, behind the sign-in (keys null: there is nothing to guard yet). A port that is not there yet, or was pulled out, is waited for. */
export function openPortConsole(parts: ConsoleParts & { readonly path: string; readonly keys: ConsoleKeys | null; readonly log: Log }): SerialConsole {
  const { path, clock, log } = parts;
  let told = '';
  const line = new KeptLine({
    path,
    clock,
    onUp() {
      told = '';
      session.greet();
    },
    onDown(why) {
      session.hangUp();
      if (why !== told) log.warn('console-line-down', { path, why });
      told = why;
    },
  });
  const session: ConsoleSession = new ConsoleSession({ ...parts, line });
  return { path, close: () => endLine(session, line) };
}

function endLine(session: ConsoleSession, line: KeptLine): Promise<void> {
  session.close();
  return new Promise((resolve) => {
    if (line.closed) return resolve();
    line.once('close', resolve);
    line.destroy();
  });
}

async function bothEndsThere(pair: ChildProcess, links: readonly string[]): Promise<void> {
  let failed: Error | null = null;
  pair.once('error', (error) => {
    failed = error;
  });
  for (let waitedMs = 0; waitedMs < PTY_WAIT_MS; waitedMs += PTY_POLL_MS) {
    if (links.every((link) => existsSync(link))) return;
    if (failed !== null || pair.exitCode !== null) break;
    await sleep(systemClock, PTY_POLL_MS);
  }
  throw new Error('The console needs the program socat to make a pseudo terminal: apt-get install socat.');
}
