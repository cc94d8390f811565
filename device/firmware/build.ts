import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = import.meta.dirname;
const FLAGS = ['-std=gnu11', '-Os', '-Wall', '-Wextra', '-Werror', '-flto', '-mmcu=atmega328p', '-DF_CPU=16000000UL'];

/**
 * Builds the panel board's firmware with Debian's gcc-avr and avr-libc.
 * @returns the path of the Intel hex file, ready for avrdude
 * Throws what the compiler said.
 */
export function buildFirmware(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const elf = join(folder, 'ackbox-panel.elf');
  const hex = join(folder, 'ackbox-panel.hex');
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'));
  run('avr-gcc', [...FLAGS, '-o', elf, ...sources.map((name) => join(SOURCES, name))]);
  run('avr-objcopy', ['-O', 'ihex', '-j', '.text', '-j', '.data', elf, hex]);
  return hex;
}

function run(program: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return;
  const missing = error !== undefined && 'code' in error && error.code === 'ENOENT';
  throw new Error(missing ? `${program} is missing: apt-get install gcc-avr avr-libc` : `${program} failed:\n${stderr}`);
}
