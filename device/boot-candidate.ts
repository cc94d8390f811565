import { join } from 'node:path';
import { readTwoCopies, writeTwoCopies } from '../src/platform/two-copies.ts';
import { asArguments, type BootOptions, optionLines, readBootOptions, readOptionLines } from './boot-config.ts';
import { readArguments } from './box-config.ts';

const HEAD = 'candidate\n';

/** What was typed and not committed; where nothing was, what is committed. Kept on the data partition: a cut line loses no work. */
export function readCandidate(data: string): BootOptions {
  const text = readTwoCopies(candidatePath(data)) ?? '';
  return text.startsWith(HEAD) ? readOptionLines(text.slice(HEAD.length), candidatePath(data)) : readBootOptions(data);
}

export function writeCandidate(data: string, options: BootOptions): void {
  writeTwoCopies(candidatePath(data), `${HEAD}${optionLines(options)}`);
}

export function dropCandidate(data: string): void {
  writeTwoCopies(candidatePath(data), '');
}

/** As the box will read them at its start. Throws with words that say what is wrong. */
export function checkBootOptions(data: string, options: BootOptions): void {
  readArguments(['--data', data, '--headend=of-the-file', ...asArguments(options)]);
}

export interface OptionChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** By name. */
export function changesBetween(from: BootOptions, to: BootOptions): readonly OptionChange[] {
  return [...new Set([...from.keys(), ...to.keys()])]
    .sort()
    .map((name) => ({ name, from: from.get(name) ?? null, to: to.get(name) ?? null }))
    .filter((change) => change.from !== change.to);
}

function candidatePath(data: string): string {
  return join(data, 'boot-candidate');
}
