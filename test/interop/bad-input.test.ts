import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ackbox, clearAway, type Ended, RunningHouse, run, scratch } from '../fakes/house.ts';

const NODE = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'node');
let data = '';
beforeEach(() => {
  data = scratch();
});
afterEach(() => clearAway(data));

/** In words, with what to do, with an exit code, and no stack trace. */
function expectWords(ended: Ended, ...words: readonly string[]): void {
  expect(ended.code, ended.err).toBeGreaterThan(0);
  for (const word of words) expect(ended.err).toContain(word);
  expect(ended.err + ended.out).not.toMatch(/^\s+at /m);
}

describe('what is not as it should be is said with what to do', () => {
  test.each([
    ['screen', '--screen-port'],
    ['http', '--http-port'],
    ['rtsp', 'choose another RTSP port'],
  ])('the %s port is taken', { timeout: 20_000 }, async (which, remedy) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const ports = ['screen', 'http', 'rtsp'].flatMap((name) => [`--${name}-port`, String(name === which ? port : 0)]);
    const ended = await ackbox('start', '--data', data, ...ports);
    other.close();
    expectWords(ended, String(port), remedy);
  });

  test('the player is not installed, told before anybody enters a code', async () => {
    const programs = join(data, 'bin');
    mkdirSync(programs);
    symlinkSync('/usr/bin/mkfifo', join(programs, 'mkfifo'));
    const ended = await run(NODE, ['device/main.ts', '--data', join(data, 'box'), '--headend', 'https://127.0.0.1:1'], { PATH: programs });
    expectWords(ended, 'apt-get install -y mpv');
  });

  test('the book of the headend is damaged: nothing is written over it', { timeout: 20_000 }, async () => {
    const path = join(data, 'headend', 'headend.db');
    mkdirSync(join(data, 'headend'));
    writeFileSync(path, 'this was a book once'.repeat(500));
    const before = readFileSync(path);
    const ended = await ackbox('start', '--data', data, '--screen-port', '0', '--http-port', '0', '--rtsp-port', '0');
    expectWords(ended, 'The headend book is damaged', 'restore headend.db from a backup');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('the book of the box is damaged: it is kept, said, and the money is known from the cash journal', { timeout: 30_000 }, async () => {
    const taking = (house: RunningHouse) => house.until('coins taken', (view) => (view.cash === 'accepting' ? view : null));
    const before = new RunningHouse(data);
    await taking(before);
    await before.coin(200n);
    await before.end();
    writeFileSync(join(data, 'box', 'box.db'), 'this was a book once'.repeat(500));
    const after = new RunningHouse(data);
    const view = await taking(after);
    await after.end();
    expect(view.creditMinor).toBe('200');
    expect(after.said).toContain('The book was damaged and is kept as');
  });
});
