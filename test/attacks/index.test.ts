import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = new URL('.', import.meta.url);

/** What the security of the transport was asked to withstand, as words that the name of a test must hold. */
const ATTACKS = [
  'forged',
  'replayed',
  'reordered',
  'truncated',
  'optimistic',
  'spoofed RTP',
  'spoofed BYE',
  'stolen session id',
  'stale resume',
  'stale epoch',
  'foreign key',
  'amplification',
  'lying headend',
  'many sessions of one account',
  'denies its ACKs',
  'another address',
];
const RULINGS = [22, 23, 24, 25, 26, 27];

test('every attack that was named, and every ruling about security, has its test here', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts') && name !== 'index.test.ts');
  const names = files.flatMap((name) =>
    [...readFileSync(new URL(name, FOLDER), 'utf8').matchAll(/^\s*(?:describe|test)(?:\.each)?\('([^']+)/gm)].map((match) => match[1] ?? ''),
  );
  expect(ATTACKS.filter((attack) => !names.some((name) => name.includes(attack)))).toEqual([]);
  expect(RULINGS.filter((ruling) => !names.some((name) => new RegExp(`rulings? [0-9, ]*\\b${ruling}\\b`).test(name)))).toEqual([]);
});
