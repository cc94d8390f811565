import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { beginEnrolment, dropFolders, scratchFolder } from '../fakes/headend-on-localhost.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
let folders: string[] = [];
let started: ChildProcess[] = [];

beforeEach(() => {
  folders = [scratchFolder(), scratchFolder()];
});
afterEach(async () => {
  await Promise.all(started.map(end));
  started = [];
  dropFolders(...folders);
});

type Event = Readonly<Record<string, unknown>>;

/** Starts a program of ours and waits for its first line of JSON. */
async function start(...args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly first: Event }> {
  const child = spawn(NODE, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  if (child.stdout === null) throw new Error('no standard output');
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<Event>((resolve) => void lines.once('line', (line) => resolve(JSON.parse(line) as Event)));
  return { child, first };
}

function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill('SIGTERM');
  });
}

async function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(NODE, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (bytes) => (texts.out += String(bytes)));
  child.stderr.on('data', (bytes) => (texts.err += String(bytes)));
  return await new Promise((resolve) => void child.once('close', (code) => resolve({ code, ...texts })));
}

const headendArgs = (...more: readonly string[]) => ['src/headend/main.ts', '--data', folders[0] ?? '', '--rtsp-port', '0', ...more];

describe('the headend as a process', () => {
  test('enrols a box by the command line, and ends well when it is asked to', async () => {
    const { child, first } = await start(...headendArgs('--http-port', '0'));
    expect(first).toMatchObject({ event: 'ready', ready: true, httpPort: expect.any(Number), rtspPort: expect.any(Number) });
    const url = String(first.url);
    const box = beginEnrolment(url, folders[1] ?? '');
    const code = await box.code;
    const enrolArgs = ['src/cli/ackbox.ts', 'box', 'enrol', '--headend', url, '--data', folders[0] ?? ''];
    const wrong = await run(...enrolArgs, '0000-0000-0000');
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('No waiting box has this code') });
    const right = await run(...enrolArgs, code, '--account', 'Bar Roma', '--json');
    expect(right).toMatchObject({ code: 0, err: '' });
    expect(await box.enrolled).toMatchObject({ outlet: JSON.parse(right.out).outlet, account: JSON.parse(right.out).account });
    expect(await end(child)).toBe(0);
  });

  test('says which port is taken and what to do, and exits with 3', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const { child, first } = await start(...headendArgs('--http-port', String(port)));
    expect(first).toMatchObject({ event: 'failed', code: 'port-taken', message: expect.stringContaining(`port ${port}`) });
    expect(first.message).toContain('--http-port');
    await expect.poll(() => child.exitCode).toBe(3);
    other.close();
  });

  test('refuses a second instance on the same folder, and lets the first one be', async () => {
    const { first } = await start(...headendArgs('--http-port', '0'));
    expect(first).toMatchObject({ event: 'ready' });
    const second = await start(...headendArgs('--http-port', '0'));
    expect(second.first).toMatchObject({ event: 'failed', code: 'already-running', message: expect.stringContaining('already runs') });
    await expect.poll(() => second.child.exitCode).toBe(3);
  });

  test('says what is wrong with its arguments, without a stack trace', async () => {
    const { code, out, err } = await run('src/headend/main.ts', '--http-port', 'many', '--data', folders[0] ?? '');
    expect(code).toBe(2);
    expect(out).toContain('--http-port is a number');
    expect(err).not.toMatch(/^\s+at /m);
  });
});
