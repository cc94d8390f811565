import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../src/limits.ts';
import { readTwoCopies, writeTwoCopies } from '../src/platform/two-copies.ts';

/** Options chosen at the site, kept on the data partition. */
export type BootOptions = ReadonlyMap<string, string>;

/**
 * Options of a box as text: `name=value` a line, the names as on the command line; `#` begins a comment. Throws with the line's number.
 * @param whence named in the words
 */
export function readOptionLines(text: string, whence: string): BootOptions {
  const options = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const found = /^\s*([a-z][a-z-]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (found?.[1] === undefined) throw new Error(`${whence}, line ${index + 1}: name=value is expected, such as headend=https://headend.example:8443.`);
    options.set(found[1], found[2] ?? '');
  }
  return options;
}

/** The sample of the package, or what the maker of the image wrote. */
export function readOptionFile(path: string): BootOptions {
  return readOptionLines(readFileSync(path, 'utf8'), path);
}

export function optionLines(options: BootOptions): string {
  return [...options].map(([name, value]) => `${name}=${value}\n`).join('');
}

/** Two copies, so that a power cut while they are written, or a rotten block, costs neither. Empty where nothing was chosen. */
export function readBootOptions(data: string): BootOptions {
  return readOptionLines(readTwoCopies(bootPath(data)) ?? '', bootPath(data));
}

export function writeBootOptions(data: string, options: BootOptions): void {
  const text = optionLines(options);
  if (text.length > limits.bootConfigBytes) throw new Error(`The boot configuration has ${text.length} characters; ${limits.bootConfigBytes} are allowed.`);
  writeTwoCopies(bootPath(data), text);
}

/** As arguments: `on` and `off` stand for an option without a value. */
export function asArguments(options: BootOptions): readonly string[] {
  return [...options].flatMap(([name, value]) => (value === 'off' ? [] : [value === 'on' ? `--${name}` : `--${name}=${value}`]));
}

function bootPath(data: string): string {
  return join(data, 'boot-config');
}
