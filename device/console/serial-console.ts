import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { BoxControl } from '../session/box-view.ts';
import type { ConsoleKeys } from './console-keys.ts';
import { ConsoleSession } from './console-session.ts';

const BAUD_RATE = 115_200;
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
  const port = await openPort(ours);
  const session = new ConsoleSession({ ...parts, line: port, keys: null });
  return {
    path,
    async close() {
      await endPort(session, port);
      pair.kill();
    },
  };
}

/** The console on a real serial port: 115,200 baud 8N1, behind the sign-in. */
export async function openPortConsole(parts: ConsoleParts & { readonly path: string; readonly keys: ConsoleKeys }): Promise<SerialConsole> {
  const port = await openPort(parts.path);
  const session = new ConsoleSession({ ...parts, line: port });
  return { path: parts.path, close: () => endPort(session, port) };
}

function openPort(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: BAUD_RATE, autoOpen: false });
  return new Promise((resolve, reject) =>
    port.open((error) => (error === null ? resolve(port) : reject(new Error(`The console’s line ${path} can not be opened: ${error.message}`)))),
  );
}

function endPort(session: ConsoleSession, port: SerialPort): Promise<void> {
  session.close();
  return new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
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
