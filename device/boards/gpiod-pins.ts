import { type ChildProcess, execFile } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import {
  chipOfLabel,
  type GpioToolsVersion,
  gpioToolsVersion,
  holdCommand,
  leaveCommand,
  monitorCommand,
  readCommand,
  readEdge,
  readHolders,
  readLevels,
} from './gpio-tools.ts';
import { HeldLine, spawnWhileWeLive } from './held-line.ts';
import type { PinEdge, Pins } from './pins.ts';
import { type GpioBoard, linesOf } from './wiring.ts';

const run = promisify(execFile);
const TOOL_MS = 5_000;

export interface GpioChip {
  readonly version: GpioToolsVersion;
  /** `gpiochip0` */
  readonly name: string;
}

/** Finds the board's chip by its label. Rejects with words where the tools or the chip are missing. */
export async function findChip(board: GpioBoard): Promise<GpioChip> {
  const version = gpioToolsVersion(await output(['gpiodetect', '--version']));
  if (version === null) throw new Error('gpiodetect is of no version that is known here: 1 and 2 are (Debian 12 and 13).');
  const listed = await output(['gpiodetect']);
  const name = chipOfLabel(listed, board.chipLabel);
  if (name === null)
    throw new Error(
      `This machine has no GPIO chip ${board.chipLabel}: is it a ${board.title}? It has: ${listed.trim().split('\n').join('; ') || 'none at all'}.`,
    );
  return { version, name };
}

async function output(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command;
  try {
    return (await run(program, args, { timeout: TOOL_MS })).stdout;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') throw new Error(`${program} is missing: apt-get install gpiod`);
    const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr).trim() : String(thrown);
    throw new Error(said || `${program} failed`);
  }
}

/** The levels of lines that nobody holds; null for the others, and who holds them. */
export async function readLines(
  chip: GpioChip,
  pins: readonly number[],
): Promise<readonly { readonly pin: number; readonly high: boolean | null; readonly holder: string | null }[]> {
  const holders = readHolders(await output(chip.version === 1 ? ['gpioinfo', chip.name] : ['gpioinfo', '--chip', chip.name]));
  const free = pins.filter((pin) => !holders.has(pin));
  const levels = free.length === 0 ? [] : readLevels(await output(readCommand(chip.version, chip.name, free)), free.length);
  if (levels === null) throw new Error('gpioget answered in a form that is not known here.');
  return pins.map((pin) => ({ pin, high: levels[free.indexOf(pin)] ?? null, holder: holders.get(pin) ?? null }));
}

/** The kernel's GPIO lines through libgpiod's tools: one gpiomon for all inputs, a gpioset for each output that is high. */
export class GpiodPins implements Pins {
  readonly name: string;
  readonly #levels: Map<number, boolean>;
  readonly #outputs: ReadonlyMap<number, HeldLine>;
  readonly #listeners = new Set<(edge: PinEdge) => void>();
  readonly #monitor: ChildProcess;
  #closed = false;

  /** Rejects with words where a line can not be had. `onGone` is called once, when the inputs can not be heard any more. */
  static async open(board: GpioBoard, onGone: (message: string) => void): Promise<GpiodPins> {
    const chip = await findChip(board);
    const inputs = linesOf(board.wiring).filter(({ direction }) => direction === 'in');
    const read = await readLines(
      chip,
      inputs.map(({ pin }) => pin),
    );
    const held = read.find(({ holder }) => holder !== null);
    if (held !== undefined)
      throw new Error(`Line ${held.pin} of ${chip.name} belongs to ${JSON.stringify(held.holder)} already: end that, or wire it elsewhere.`);
    return new GpiodPins(board, chip, new Map(read.map(({ pin, high }) => [pin, high ?? true])), onGone);
  }

  private constructor(board: GpioBoard, chip: GpioChip, levels: Map<number, boolean>, onGone: (message: string) => void) {
    const { version, name } = chip;
    this.name = `gpiod ${name} [${board.chipLabel}]`;
    this.#levels = levels;
    const outputs = linesOf(board.wiring).filter(({ direction }) => direction === 'out');
    this.#outputs = new Map(
      outputs.map(({ pin }) => {
        const commands = { hold: holdCommand(version, name, pin, true), leaveLow: leaveCommand(version, name, pin, false) };
        return [pin, new HeldLine(commands, (message) => this.#gone(`Line ${pin} can not be driven: ${message}`, onGone))];
      }),
    );
    this.#monitor = spawnWhileWeLive(monitorCommand(version, name, [...levels.keys()]));
    this.#listen(version, onGone);
  }

  level(pin: number): boolean | null {
    return this.#levels.get(pin) ?? this.#outputs.get(pin)?.high ?? null;
  }

  write(pin: number, high: boolean): void {
    this.#outputs.get(pin)?.set(high);
  }

  onEdge(listener: (edge: PinEdge) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    const ended = new Promise<void>((resolve) => {
      if (this.#monitor.exitCode !== null || this.#monitor.signalCode !== null) resolve();
      else this.#monitor.once('close', () => resolve());
    });
    this.#monitor.stdin?.end();
    await Promise.all([ended, ...[...this.#outputs.values()].map((line) => line.close())]);
  }

  #listen(version: GpioToolsVersion, onGone: (message: string) => void): void {
    const { stdout, stderr, stdin } = this.#monitor;
    let said = '';
    stdin?.on('error', () => {});
    stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-200);
    });
    if (stdout !== null) createInterface({ input: stdout }).on('line', (text) => this.#take(readEdge(version, text)));
    this.#monitor.on('error', (error) => this.#gone(error.message, onGone));
    this.#monitor.on('close', () => this.#gone(`The board’s lines are gone: ${said.trim() || 'gpiomon ended'}.`, onGone));
  }

  #take(edge: PinEdge | null): void {
    if (edge === null) return;
    this.#levels.set(edge.pin, edge.high);
    for (const listener of this.#listeners) listener(edge);
  }

  #gone(message: string, onGone: (message: string) => void): void {
    if (this.#closed) return;
    this.#closed = true;
    onGone(message);
  }
}
