import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { SerialPort } from 'serialport';
import { systemClock } from '../../src/platform/system-clock.ts';
import { every } from '../../src/ports/clock.ts';
import { ROOT } from '../tidy/source-tree.ts';
import { missing } from './walk-text.ts';

const SEEN_MS = 60_000;
const PRESS_AGAIN_MS = 500;
const KEYS: Readonly<Record<string, string>> = { enter: '\r', space: ' ', down: '\u001b[B', up: '\u001b[A', backspace: '\u007f' };
/** The live view paints from the top left corner; what follows the last of these is what is on the screen. */
const PAINT = '\u001b[1;1H';

/** The desk of the walker: one terminal that runs `npm start`, one for other commands, and the serial cable. */
export class WalkTerminal {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #data: string;
  readonly #told = new EventEmitter();
  #house: ChildProcess | null = null;
  #screen = '';
  #cable: SerialPort | null = null;
  #line = '';

  constructor(data: string) {
    this.#data = data;
    this.#environment = { ...process.env, ACKBOX_DATA: data, TERM: 'xterm', COLUMNS: '100', LINES: '40', SHELL: '/bin/sh' };
  }

  /** `npm start` in a pseudo terminal, so that it shows its live view. */
  async start(command: string, seen: readonly string[]): Promise<void> {
    const house = spawn('script', ['-qefc', command, '/dev/null'], { cwd: ROOT, env: this.#environment, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#house = house;
    house.stdout?.on('data', (chunk: Buffer) => {
      this.#screen += chunk.toString();
      this.#told.emit('told');
    });
    house.on('exit', () => this.#told.emit('told'));
    await this.#until(command, seen, () => this.#screen);
  }

  /** What is on the screen at last, without a key. */
  async shows(seen: readonly string[]): Promise<void> {
    await this.#until('the live view', seen, () => this.#screen.split(PAINT).at(-1) ?? '');
  }

  async press(key: string, seen: readonly string[]): Promise<void> {
    const house = this.#house?.stdin;
    const shown = (): string => this.#screen.split(PAINT).at(-1) ?? '';
    house?.write(KEYS[key] ?? key);
    if (key === 'q') return this.#ended();
    // The receipt comes a moment after the song has ended: a person presses again.
    const again = key === 'r' ? every(systemClock, PRESS_AGAIN_MS, () => house?.write(key)) : () => {};
    try {
      await this.#until(`the key ${key}`, seen, shown);
    } finally {
      again();
    }
  }

  /** A line of the shell. One that only shows is repeated until it shows what the README says, as a person would. */
  async run(command: string, seen: readonly string[]): Promise<void> {
    const deadline = performance.now() + SEEN_MS;
    for (;;) {
      const shown = await this.#output(command);
      const lacks = missing(seen, shown);
      if (lacks === null) return;
      if (!/ tell show /.test(command) || performance.now() > deadline) throw new Error(`${command}: the README promises "${lacks}", seen was:\n${shown}`);
    }
  }

  async typeOnConsole(line: string, seen: readonly string[]): Promise<void> {
    const cable = await this.#plugIn();
    const deadline = performance.now() + SEEN_MS;
    for (;;) {
      this.#line = '';
      cable.write(`${line}\r`);
      await this.#until(line, ['ackbox>'], () => this.#line.slice(this.#line.indexOf('\n') + 1));
      const lacks = missing(seen, stripVTControlCharacters(this.#line));
      if (lacks === null) return;
      if (!line.startsWith('show ') || performance.now() > deadline) throw new Error(`${line}: the README promises "${lacks}", seen was:\n${this.#line}`);
    }
  }

  async close(): Promise<void> {
    if (this.#cable?.isOpen === true) await new Promise<void>((resolve) => this.#cable?.close(() => resolve()));
    if (this.#house === null || this.#house.exitCode !== null) return;
    this.#house.stdin?.write('q');
    await this.#ended();
  }

  async #plugIn(): Promise<SerialPort> {
    if (this.#cable !== null) return this.#cable;
    const cable = new SerialPort({ path: join(this.#data, 'box', 'console'), baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => cable.open((error) => (error === null ? resolve() : reject(error))));
    cable.on('data', (chunk: Buffer) => {
      this.#line += chunk.toString();
      this.#told.emit('told');
    });
    this.#cable = cable;
    return cable;
  }

  async #output(command: string): Promise<string> {
    const child = spawn('sh', ['-c', command], { cwd: ROOT, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'], timeout: SEEN_MS });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(child, 'close');
    return text;
  }

  /** Looks at every change of what is shown, until all that was promised is there. */
  async #until(typed: string, seen: readonly string[], shown: () => string): Promise<void> {
    const limit = AbortSignal.timeout(SEEN_MS);
    for (;;) {
      const text = stripVTControlCharacters(shown()).replaceAll('\r', '');
      const lacks = missing(seen, text);
      if (lacks === null) return;
      const gone = this.#house?.exitCode ?? null;
      if (gone !== null) throw new Error(`${typed}: npm start ended with ${gone} before "${lacks}" was seen:\n${text}`);
      await once(this.#told, 'told', { signal: limit }).catch(() => {
        throw new Error(`${typed}: the README promises "${lacks}", seen was:\n${text}`);
      });
    }
  }

  async #ended(): Promise<void> {
    if (this.#house === null || this.#house.exitCode !== null) return;
    await once(this.#house, 'exit', { signal: AbortSignal.timeout(SEEN_MS) });
  }
}
