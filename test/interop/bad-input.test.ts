import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ackbox, clearAway, type Ended, RunningHouse, run, scratch, soundFile } from '../fakes/house.ts';
import { WalkTerminal } from './walk-terminal.ts';

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
    expect(ended.err.match(/^ackbox: /gm), 'one answer').toHaveLength(1);
    expect(ended.err).not.toContain('ingest');
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

  test('the folder of the library is not there: told before anything starts', async () => {
    const ended = await ackbox('start', '--headless', '--data', data, '--library', join(data, 'nowhere'));
    expectWords(ended, `The library ${join(data, 'nowhere')} is not there`, 'check its name');
    expect(ended.err.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    ['holds no sound', ['notes.txt'], /no sound file was found in .*; put music there/],
    ['holds broken files only', ['cut.flac', 'noise.mp3'], /skipped cut\.flac: .*[\s\S]*None of the 2 sound files of .* can be played/],
  ])('a library that %s is told at once, and the machine-readable run ends with it', { timeout: 30_000 }, async (_, names, words) => {
    const library = join(data, 'library');
    mkdirSync(library);
    for (const name of names) writeFileSync(join(library, name), `${name} `.repeat(300));
    const ended = await ackbox('start', '--headless', '--data', data, '--library', library);
    expectWords(ended);
    expect(ended.err).toMatch(words);
  });

  test('an empty library: the live view says what to do, and shows the song that comes later', { timeout: 60_000 }, async () => {
    const library = join(data, 'library');
    mkdirSync(library);
    const terminal = new WalkTerminal(data);
    const ports = '--screen-port 0 --http-port 0 --rtsp-port 0';
    await terminal.start(`node src/cli/bootstrap.mjs start --data ${data} --library ${library} ${ports}`, ['q quit']);
    await terminal.shows(['There is nothing to play yet', 'ingest: no sound file was found in']);
    await soundFile(library, 'late.wav', 2, 440);
    expect(await ackbox('ingest', '--data', join(data, 'headend'), library)).toMatchObject({ code: 0 });
    await terminal.shows(['> late']);
    await terminal.close();
  });

  test('ffmpeg is not installed: the ingest says so, and takes nothing for broken', async () => {
    const programs = join(data, 'bin');
    const library = join(data, 'library');
    mkdirSync(programs);
    await soundFile(library, 'song.wav', 1, 440);
    const ended = await run(NODE, ['src/cli/ackbox.ts', 'ingest', '--data', join(data, 'headend'), library], { PATH: programs });
    expectWords(ended, 'apt-get install ffmpeg');
    expect(await ackbox('ingest', '--data', join(data, 'headend'), library)).toMatchObject({ code: 0 });
  });

  test('a second instance is one clear line, and the first plays on; a restarted box keeps its address and stays out of service', {
    timeout: 60_000,
  }, async () => {
    const house = new RunningHouse(data);
    await house.until('coins taken', (view) => (view.cash === 'accepting' ? view : null));
    const address = readFileSync(join(house.folder, 'screen-url'), 'utf8');
    const seconds = await Promise.all([
      ackbox('start', '--data', data, '--screen-port', '0', '--http-port', '0', '--rtsp-port', '0'),
      ackbox('headend', '--data', join(data, 'headend'), '--http-port', '0', '--rtsp-port', '0'),
      ackbox('box', '--data', house.folder, '--headend', 'https://127.0.0.1:1', '--screen-port', '0'),
    ]);
    for (const [index, program] of ['headend', 'headend', 'box'].entries()) {
      const ended = seconds[index];
      if (ended === undefined) throw new Error(program);
      expectWords(ended, `${program} already runs on`);
      const lines = ended.err
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('starting '));
      expect(lines, 'one line').toHaveLength(1);
    }
    await (await house.client()).command('service on stocktaking', 'staff');
    house.kill('box');
    const view = await house.until('the box again', (shown) => (shown.connectivity === 'online' ? shown : null));
    expect(view).toMatchObject({ service: 'outOfService', cash: 'inhibited', sentence: 'Out of service: stocktaking' });
    expect(readFileSync(join(house.folder, 'screen-url'), 'utf8')).toBe(address);
    await (await house.client()).command('service off', 'staff');
    await house.until('coins taken again', (shown) => (shown.cash === 'accepting' ? true : null));
    await house.end();
  });
});
