import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HeldLine, spawnWhileWeLive } from '../../../../device/boards/held-line.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-held-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function until(ask: () => boolean): Promise<void> {
  while (!ask()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Holds as gpioset does: until it is ended. Says so by a file with its process id. */
const holding = (): readonly string[] => ['sh', '-c', `echo $$ > '${join(folder, 'held')}'; exec sleep 1000`];
const leaving = (): readonly string[] => ['touch', join(folder, 'low')];
const isHeld = (): boolean => existsSync(join(folder, 'held')) && readFileSync(join(folder, 'held'), 'utf8') !== '';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a line that is driven as long as the box lives', () => {
  test('is high while it is held, and put low when it is let go', async () => {
    const line = new HeldLine({ hold: holding(), leaveLow: leaving() }, () => {});
    line.set(true);
    await until(isHeld);
    expect(line.high).toBe(true);
    expect(existsSync(join(folder, 'low'))).toBe(false);
    await line.close();
    expect(existsSync(join(folder, 'low'))).toBe(true);
    expect(line.high).toBe(false);
  });

  test('is held again where it is wanted while it was being let go', async () => {
    const line = new HeldLine({ hold: holding(), leaveLow: leaving() }, () => {});
    line.set(true);
    await until(isHeld);
    rmSync(join(folder, 'held'));
    line.set(false);
    line.set(true);
    await until(isHeld);
    expect(line.high).toBe(true);
    await line.close();
  });

  test('says what the tool said where somebody else has the line', async () => {
    const told: string[] = [];
    const line = new HeldLine({ hold: ['sh', '-c', 'echo "Device or resource busy" >&2; exit 1'], leaveLow: leaving() }, (message) => told.push(message));
    line.set(true);
    await until(() => told.length > 0);
    expect(told).toEqual(['Device or resource busy']);
    expect(line.high).toBe(false);
  });

  test('falls low when the box is killed, and leaves no process behind', async () => {
    const script = `import { HeldLine } from '${join(import.meta.dirname, '../../../../device/boards/held-line.ts')}';
      new HeldLine(JSON.parse(process.argv[2]), () => {}).set(true);
      process.stdin.resume();`;
    const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script, '-', JSON.stringify({ hold: holding(), leaveLow: leaving() })], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await until(isHeld);
    const pid = Number(readFileSync(join(folder, 'held'), 'utf8'));
    expect(alive(pid)).toBe(true);
    child.kill('SIGKILL');
    await until(() => existsSync(join(folder, 'low')));
    expect(alive(pid)).toBe(false);
  });
});

test('a tool that runs while we live ends with its own status, and what it printed is heard', async () => {
  const tool = spawnWhileWeLive(['sh', '-c', 'echo one; exit 3']);
  let said = '';
  tool.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  expect(await new Promise((resolve) => tool.on('close', resolve))).toBe(3);
  expect(said).toBe('one\n');
});
