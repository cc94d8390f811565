import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConsoleKeys } from '../../device/console/console-keys.ts';
import { openPortConsole, type SerialConsole } from '../../device/console/serial-console.ts';
import { openTcpConsole } from '../../device/console/tcp-console.ts';
import type { BoxControl, CommandOutcome, CommandSource } from '../../device/session/box-view.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { alike } from '../fakes/alike.ts';
import { PtyPair } from '../fakes/pty-pair.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const PIN = '24680';
const log = { info() {}, warn() {} };

let folder: string;
let cable: PtyPair;
let keys: ConsoleKeys;
let console: SerialConsole;
let file: Buffer;
let ran: string[];
const children = new Set<ChildProcess>();

const box = {
  view: () => ({ name: 'Bar', firstBoot: null }),
  command: async (line: string, by: CommandSource): Promise<CommandOutcome> => {
    ran.push(line);
    if (line === 'bad') return { ok: false, code: 'bad-argument', text: 'That is wrong.', data: null };
    if (line === 'follow') {
      by.live?.show('one');
      await new Promise((resolve) => by.live?.signal.addEventListener('abort', resolve));
      return { ok: true, code: 'ok', text: 'followed', data: null };
    }
    const how = /^support bundle by=(xmodem|base64)$/.exec(line)?.[1];
    const sends = { path: join(folder, 'bundle'), name: 'bundle.tar.gz', by: how as 'xmodem' | 'base64' };
    return { ok: true, code: 'ok', text: `did ${line} as ${by.role}`, data: { long: 'x'.repeat(300) }, ...(how === undefined ? {} : { sends }) };
  },
} as unknown as BoxControl;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-cable-'));
  cable = new PtyPair(folder);
  await cable.plug();
  ran = [];
  const settings = new Map<string, string>();
  keys = new ConsoleKeys(
    { getSetting: async (name) => settings.get(name) ?? null, putSetting: async (name, value) => void settings.set(name, value) },
    systemClock,
  );
  await keys.choosePin('technician', keys.newCode(), PIN);
  console = openPortConsole({ box, clock: systemClock, log, path: cable.ours, keys });
  file = randomBytes(40 * 128);
  writeFileSync(join(folder, 'bundle'), file);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await console.close();
  await cable.pull().catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

class Running {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>, input: string | null) {
    this.child = spawn(NODE, [join(ROOT, 'src/cli/ackbox.ts'), 'console', ...args], { env: { ...process.env, NODE_NO_WARNINGS: '1', ...env } });
    children.add(this.child);
    this.child.stdout?.on('data', (bytes) => (this.out += String(bytes)));
    this.child.stderr?.on('data', (bytes) => (this.err += String(bytes)));
    if (input !== null) this.child.stdin?.end(input);
    this.ended = new Promise((resolve) => void this.child.once('close', resolve));
  }
}

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = { ACKBOX_PIN: PIN },
  input = '',
): Promise<Running & { code: number | null }> {
  const running = new Running(args, env, input);
  return Object.assign(running, { code: await running.ended });
}

describe('ackbox console as a program', { timeout: 30_000 }, () => {
  test('runs a line, prints its answer, and leaves the console signed out', async () => {
    const first = await run([cable.theirs, '--as', 'technician', '--command', 'show status', '--command', 'show queue']);
    expect(first).toMatchObject({ code: 0, out: 'did show status as technician\ndid show queue as technician\n' });
    expect((await run([cable.theirs, '--command', 'show status'], {})).err).toContain('--as technician, staff or collector');
    expect(ran).toEqual(['show status', 'show queue']);
  });

  test('a machine reads one object a line, and the exit code says whether all went well', async () => {
    const ended = await run([cable.theirs, '--as', 'technician', '--json'], { ACKBOX_PIN: PIN }, 'show status\nbad\n');
    expect(ended.code).toBe(1);
    const answers = ended.out.trim().split('\n');
    expect(answers.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { ok: true, data: { long: 'x'.repeat(300) } },
      { ok: false, code: 'bad-argument', text: 'That is wrong. (bad-argument)' },
    ]);
  });

  test('a wrong PIN runs nothing', async () => {
    const ended = await run([cable.theirs, '--as', 'technician', '--command', 'show status'], { ACKBOX_PIN: '1111' });
    expect(ended).toMatchObject({ code: 1, err: 'ackbox: That is not right.\n' });
    expect(ran).toEqual([]);
  });

  test('Ctrl-C ends a command that goes on, and frees the line for the next', async () => {
    const running = new Running([cable.theirs, '--as', 'technician', '--command', 'follow'], { ACKBOX_PIN: PIN }, '');
    await alike(() => running.out, 'one\n');
    running.child.kill('SIGINT');
    expect(await running.ended).toBe(130);
    expect((await run([cable.theirs, '--as', 'technician', '--command', 'next'])).out).toBe('did next as technician\n');
  });

  test.each(['xmodem', 'base64'])('a bundle arrives by %s as it was', async (how) => {
    const into = join(folder, 'received');
    const ended = await run([cable.theirs, '--as', 'technician', '--bundle', into, '--by', how]);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(into).equals(file)).toBe(true);
  });

  test('a foreign receiver, lrzsz, has the file exactly', async () => {
    const into = join(folder, 'by-rx');
    // What a technician does in a terminal program: the command, then its receiver on the same line.
    const typed = `exec 3<>${cable.theirs}; printf 'technician\\r' >&3; printf '${PIN}\\r' >&3; printf 'support bundle by=xmodem\\r' >&3; rx -b -c ${into} <&3 >&3`;
    const received = spawn('sh', ['-c', typed], { stdio: 'ignore' });
    children.add(received);
    expect(await new Promise((resolve) => void received.once('close', resolve))).toBe(0);
    expect(readFileSync(into).equals(file)).toBe(true);
  });

  test('a console without a box, and a port that is not there, are said with what to do', async () => {
    await console.close();
    expect(await run([cable.theirs, '--command', 'show status'])).toMatchObject({ code: 1, err: expect.stringContaining('is the box on') });
    expect(await run(['/dev/no-such-port', '--command', 'show status'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('/dev/no-such-port can not be opened'),
    });
    expect(await run([])).toMatchObject({ code: 2 });
  });

  test('the same over TCP on loopback', async () => {
    const tcp = await openTcpConsole({ port: 0, box, clock: systemClock, keys });
    expect((await run([tcp.path, '--as', 'technician', '--command', 'show status'])).out).toBe('did show status as technician\n');
    await tcp.close();
  });
});

describe('the cable', { timeout: 30_000 }, () => {
  test('is pulled out and put in again: whoever comes then signs in, and the box works on', async () => {
    expect((await run([cable.theirs, '--as', 'technician', '--command', 'one'])).code).toBe(0);
    await cable.pull();
    await cable.plug();
    const again = async (): Promise<string> => (await run([cable.theirs, '--as', 'technician', '--command', 'two'])).out;
    await alike(again, 'did two as technician\n');
  });

  test('a console waits for a port that is not there yet, and the box starts without it', async () => {
    const later = new PtyPair(mkdtempSync(join(tmpdir(), 'ackbox-cable-')));
    const waiting = openPortConsole({ box, clock: systemClock, log, path: later.ours, keys });
    await later.plug();
    await alike(async () => (await run([later.theirs, '--as', 'technician', '--command', 'here'])).out, 'did here as technician\n');
    await waiting.close();
    await later.pull();
  });
});
