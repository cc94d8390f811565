import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHeadendBook } from '../../src/headend/stores/headend-book.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import { IngestScene, makeSound } from '../fakes/ingest-scene.ts';

let scene: IngestScene;
beforeEach(() => {
  scene = new IngestScene();
});
afterEach(() => scene.end());

const program = new URL('../../src/cli/ackbox.ts', import.meta.url).pathname;

interface Ran {
  readonly code: number | null;
  readonly lines: readonly Record<string, unknown>[];
  readonly said: string;
}

/** @param onLine may end the program: it is given its process id */
function ackbox(args: readonly string[], onLine: (line: string, kill: () => void) => void = () => {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, 'ingest', '--data', join(scene.root, 'data'), ...args]);
    const lines: Record<string, unknown>[] = [];
    let said = '';
    child.stderr.on('data', (text) => {
      said += String(text);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (args.includes('--json')) lines.push(JSON.parse(line));
      onLine(line, () => void child.kill('SIGINT'));
    });
    child.on('close', (code) => resolve({ code, lines, said }));
  });
}

test('a good folder gives 0, a partly bad one 3 and names the file; the summary is the last line', async () => {
  makeSound(scene.path('a.flac'), 1);
  const good = await ackbox(['--json', '--price', '80 CHF', scene.music]);
  expect(good).toMatchObject({ code: 0, said: '' });
  expect(good.lines.at(-1)).toMatchObject({ event: 'summary', ingested: 1, skipped: [] });
  writeFileSync(scene.path('bad.mp3'), 'no music');
  const partly = await ackbox(['--json', '--price', '80 CHF', scene.music]);
  expect(partly.code).toBe(3);
  expect(partly.lines).toContainEqual({ event: 'skipped', number: 2, of: 2, file: 'bad.mp3', reason: expect.stringContaining('not a sound file') });
  const book = openHeadendBook(join(scene.root, 'data', 'headend.db'), { clock: systemClock, random: systemRandom, currency: 'EUR' });
  expect(book.works()).toMatchObject([{ title: 'a', priceMinor: '80', currency: 'CHF', packets: 51 }]);
  book.close();
});

test('wrong usage gives 2, a folder without music 1, each in words and without a stack trace', async () => {
  mkdirSync(join(scene.root, 'empty'));
  const [nothing, price, empty] = await Promise.all([ackbox([]), ackbox(['--price', 'much', scene.music]), ackbox([join(scene.root, 'empty')])]);
  expect(nothing).toMatchObject({ code: 2, said: expect.stringContaining('usage: ackbox ingest') });
  expect(price).toMatchObject({ code: 2, said: expect.stringContaining('"much" is no price') });
  expect(empty).toMatchObject({ code: 1, said: expect.stringMatching(/^ackbox: no sound file was found in .*\n$/) });
});

test('Ctrl-C ends it with 3 and a summary; the next run does the rest', async () => {
  for (const [index, name] of ['a.flac', 'b.flac', 'c.flac', 'd.flac', 'e.flac'].entries()) makeSound(scene.path(name), 15, [], 200 + 30 * index);
  let asked = false;
  const stopped = await ackbox(['--json', scene.music], (line, kill) => {
    // Once: the summary tells of it as well, and who asks again at the end is not made to wait.
    if (asked || !line.includes('"ingested"')) return;
    asked = true;
    kill();
  });
  expect(stopped).toMatchObject({ code: 3, said: '' });
  expect(stopped.lines.at(-1)).toMatchObject({ event: 'summary', stopped: true, skipped: [] });
  const rest = await ackbox(['--json', scene.music]);
  expect(rest.code).toBe(0);
  expect(Number(rest.lines.at(-1)?.unchanged) + Number(rest.lines.at(-1)?.ingested)).toBe(5);
});
