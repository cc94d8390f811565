import { join } from 'node:path';
import { readTwoCopies, writeTwoCopies } from '../src/platform/two-copies.ts';
import { type BootOptions, optionLines, readBootOptions, readOptionLines, writeBootOptions } from './boot-config.ts';

/**
 * What the options were before the last commit, on the data partition in two copies. `trial`: they come back by themselves unless somebody
 * confirms. A trial is counted in starts, not by the wall clock: a box that starts a second time within one has lost its power or could
 * not live with the options, and either way nobody confirmed them.
 */
interface Before {
  readonly state: 'trial' | 'kept';
  readonly minutes: number;
  readonly starts: number;
  readonly options: BootOptions;
}

/** Takes the options at the next start. With minutes they are on trial from then on. Both are durable when this returns, the way back first. */
export function commitBootOptions(data: string, options: BootOptions, minutes: number | null): void {
  write(data, { state: minutes === null ? 'kept' : 'trial', minutes: minutes ?? 0, starts: 0, options: readBootOptions(data) });
  writeBootOptions(data, options);
}

/** @returns the minutes for which the options are on trial; null where they are not */
export function bootTrialMinutes(data: string): number | null {
  const before = read(data);
  return before?.state === 'trial' ? before.minutes : null;
}

/** The options before the last commit; null where there was none. */
export function previousBootOptions(data: string): BootOptions | null {
  return read(data)?.options ?? null;
}

export function confirmBootOptions(data: string): void {
  const before = read(data);
  if (before !== null) write(data, { ...before, state: 'kept' });
}

/** Back to the options before the trial. Interrupted between the two it is done again at the next start. @returns false where none runs */
export function rollBackBootOptions(data: string): boolean {
  const before = read(data);
  if (before?.state !== 'trial') return false;
  writeBootOptions(data, before.options);
  write(data, { ...before, state: 'kept' });
  return true;
}

/** For every start, before the options are used. @returns true where they were taken back: they are to be read again */
export function startBootTrial(data: string): boolean {
  const before = read(data);
  if (before?.state !== 'trial') return false;
  if (before.starts > 0) return rollBackBootOptions(data);
  write(data, { ...before, starts: 1 });
  return false;
}

function read(data: string): Before | null {
  const text = readTwoCopies(beforePath(data));
  const head = /^(trial|kept) (\d{1,4}) (\d{1,4})\n/.exec(text ?? '');
  if (text === null || head === null) return null;
  return {
    state: head[1] === 'trial' ? 'trial' : 'kept',
    minutes: Number(head[2]),
    starts: Number(head[3]),
    options: readOptionLines(text.slice(head[0].length), beforePath(data)),
  };
}

function write(data: string, { state, minutes, starts, options }: Before): void {
  writeTwoCopies(beforePath(data), `${state} ${minutes} ${starts}\n${optionLines(options)}`);
}

function beforePath(data: string): string {
  return join(data, 'boot-before');
}
