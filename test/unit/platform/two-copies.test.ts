import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readTwoCopies, writeTwoCopies } from '../../../src/platform/two-copies.ts';

let path = '';
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'two-copies-')), 'boot-config');
});

describe('a text in two copies', () => {
  test('is not there before it was written', () => {
    expect(readTwoCopies(path)).toBeNull();
  });

  test('survives the loss of either copy', () => {
    for (const lost of ['a', 'b']) {
      writeTwoCopies(path, 'headend=https://one\n');
      rmSync(`${path}.${lost}`);
      expect(readTwoCopies(path)).toBe('headend=https://one\n');
    }
  });

  test.each(['a', 'b'])('survives every torn length and every rotten byte of copy %s', (spoiled) => {
    writeTwoCopies(path, 'profile=jukebox\n');
    const whole = readFileSync(`${path}.${spoiled}`);
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(`${path}.${spoiled}`, whole.subarray(0, length));
      expect(readTwoCopies(path)).toBe('profile=jukebox\n');
      const rotten = Buffer.from(whole);
      rotten[length] = (rotten[length] ?? 0) ^ 0x20;
      writeFileSync(`${path}.${spoiled}`, rotten);
      expect(readTwoCopies(path)).toBe('profile=jukebox\n');
    }
  });

  test('a power cut between the two writes leaves the new text, one within the first leaves the old', () => {
    writeTwoCopies(path, 'old');
    const [a, b] = [readFileSync(`${path}.a`), readFileSync(`${path}.b`)];
    writeTwoCopies(path, 'new');
    const [newA, newB] = [readFileSync(`${path}.a`), readFileSync(`${path}.b`)];
    writeFileSync(`${path}.b`, b);
    expect(readTwoCopies(path)).toBe('new');
    writeFileSync(`${path}.a`, newA.subarray(0, 30));
    expect(readTwoCopies(path)).toBe('old');
    writeFileSync(`${path}.a`, a);
    writeFileSync(`${path}.b`, newB);
    expect(readTwoCopies(path)).toBe('new');
  });

  test('a copy that was spoiled is mended by the next write, before the good one is touched', () => {
    writeTwoCopies(path, 'one');
    writeFileSync(`${path}.b`, 'rot');
    writeTwoCopies(path, 'two');
    rmSync(`${path}.a`);
    expect(readTwoCopies(path)).toBe('two');
  });
});
