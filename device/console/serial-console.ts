import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { BoxControl } from '../session/box-view.ts';
import { openConsoleSession } from './console-session.ts';

const BAUD_RATE = 115_200;
const PTY_WAIT_MS = 5_000;
const PTY_POLL_MS = 20;

export interface SerialConsole {
  /** What a terminal program opens, such as `picocom PATH`. */
  readonly path: string;
  close(): Promise<void>;
}

/** The console on a pair of pseudo terminals: the box opens one end as the serial port it would have on a device. */
export async function openSerialConsole(parts: { readonly box: BoxControl; readonly folder: string }): Promise<SerialConsole> {
  const path = join(parts.folder, 'console');
  const ours = join(parts.folder, 'console-box-end');
  for (const link of [path, ours]) rmSync(link, { force: true });
  const pair = spawn('socat', [`pty,raw,echo=0,link=${path}`, `pty,raw,echo=0,link=${ours}`], { stdio: 'ignore' });
  await bothEndsThere(pair, [path, ours]);
  const port = new SerialPort({ path: ours, baudRate: BAUD_RATE, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error === null ? resolve() : reject(error))));
  const endSession = openConsoleSession(port, parts.box);
  return {
    path,
    async close() {
      endSession();
      await new Promise<void>((resolve) => port.close(() => resolve()));
      pair.kill();
    },
  };
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
