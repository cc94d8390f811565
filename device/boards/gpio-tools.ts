import type { PinEdge } from './pins.ts';

/**
 * The command-line tools of libgpiod, whose versions 1 (Debian 12) and 2 (Debian 13) share names and differ in nearly everything else.
 * They are how the box reaches the kernel's GPIO lines without native code. What they print was recorded from real ones, in
 * test/unit/device/boards/.
 */
export type GpioToolsVersion = 1 | 2;

/** Reads `gpiodetect --version`; null where it is neither. */
export function gpioToolsVersion(text: string): GpioToolsVersion | null {
  const major = /\(libgpiod\) v(\d+)\./.exec(text)?.[1];
  return major === '1' ? 1 : major === '2' ? 2 : null;
}

/** The chip's name, such as `gpiochip4`, of a label: reads what `gpiodetect` prints. Version 2 takes names only. */
export function chipOfLabel(text: string, label: string): string | null {
  for (const match of text.matchAll(/^(\S+) \[(.*)\] \(\d+ lines\)$/gm)) if (match[2] === label) return match[1] ?? null;
  return null;
}

const join = (lines: readonly number[]): readonly string[] => lines.map(String);

/** Prints a line an edge, at once, until it is ended. */
export function monitorCommand(version: GpioToolsVersion, chip: string, lines: readonly number[]): readonly string[] {
  return version === 1
    ? ['gpiomon', '--line-buffered', '--bias=pull-up', '--format=%o %e %s %n', chip, ...join(lines)]
    : ['gpiomon', '--bias=pull-up', '--event-clock=monotonic', '--format=%o %e %S', '--chip', chip, ...join(lines)];
}

/** Prints the levels once. A line that somebody holds makes it fail. */
export function readCommand(version: GpioToolsVersion, chip: string, lines: readonly number[]): readonly string[] {
  return version === 1 ? ['gpioget', '--bias=pull-up', chip, ...join(lines)] : ['gpioget', '--numeric', '--bias=pull-up', '--chip', chip, ...join(lines)];
}

/** Drives a line until it is ended. */
export function holdCommand(version: GpioToolsVersion, chip: string, line: number, high: boolean): readonly string[] {
  const wish = `${line}=${high ? 1 : 0}`;
  return version === 1 ? ['gpioset', '--mode=signal', chip, wish] : ['gpioset', '--chip', chip, wish];
}

/** Drives a line and lets go of it: most chips leave it so. */
export function leaveCommand(version: GpioToolsVersion, chip: string, line: number, high: boolean): readonly string[] {
  const wish = `${line}=${high ? 1 : 0}`;
  return version === 1 ? ['gpioset', '--mode=exit', chip, wish] : ['gpioset', '--toggle', '0', '--chip', chip, wish];
}

/** One printed edge; null for any other line. Version 1 prints nanoseconds without leading zeroes, version 2 a decimal fraction of nine digits. */
export function readEdge(version: GpioToolsVersion, text: string): PinEdge | null {
  const match = (version === 1 ? /^(\d+) ([01]) (\d+) (\d{1,9})$/ : /^(\d+) ([12]) (\d+)\.(\d{9})$/).exec(text);
  if (match === null) return null;
  const [, line = '', kind, seconds = '0', nanoseconds = '0'] = match;
  return { pin: Number(line), high: kind === '1', atNs: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds) };
}

/** `0 1` of gpioget, in the order asked; null where it is anything else. */
export function readLevels(text: string, count: number): readonly boolean[] | null {
  const words = text.trim().split(/\s+/);
  return words.length === count && words.every((word) => word === '0' || word === '1') ? words.map((word) => word === '1') : null;
}

/** Who holds which line, of what `gpioinfo` prints. */
export function readHolders(text: string): ReadonlyMap<number, string> {
  const holders = new Map<number, string>();
  for (const match of text.matchAll(/^\s+line +(\d+):(.*)$/gm)) {
    const [, line = '', rest = ''] = match;
    const holder = /consumer="?([^"\s]+)/.exec(rest)?.[1] ?? (rest.includes('[used') ? /"([^"]+)"\s+(?:input|output)/.exec(rest)?.[1] : undefined);
    if (holder !== undefined) holders.set(Number(line), holder);
  }
  return holders;
}
