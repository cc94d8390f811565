import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { ShownText } from './shown-text.ts';

const SEEN_MS = 40_000;
/** What the console of a box asks with; it waits for a line when one of these is the last that is shown. */
const WAITING = /(?:^|\n)(?:ackbox> |role \([^)]*\): |PIN: |one-time code: |choose a PIN of 4 to 12 digits: |--more-- )$/;

/** A technician's laptop: picocom in a terminal of its own on the cable of a box. */
export class Picocom {
  shown = new ShownText();
  /** Every byte that came, as it came. */
  bytes = '';
  readonly #child: ChildProcess;
  readonly #told = new EventEmitter();

  constructor(path: string) {
    const command = `picocom --baud 115200 --noreset ${path}`;
    const env = { ...process.env, TERM: 'vt100', COLUMNS: '80', LINES: '24', SHELL: '/bin/sh' };
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.bytes += chunk.toString('latin1');
      this.shown.write(chunk.toString());
      this.#told.emit('told');
    });
  }

  /** Once picocom holds the line: what comes before is the box's to say again. */
  async ready(): Promise<void> {
    await this.sees('Terminal ready\n');
    this.shown = new ShownText();
    this.bytes = '';
  }

  /** Keys as they are hit, faster than by any hand. */
  type(keys: string | Buffer): void {
    this.#child.stdin?.write(keys);
  }

  /** A line, and all that is shown for it until the console waits for the next. */
  async line(text: string, meanwhile: () => Promise<void> = async () => {}): Promise<string> {
    const from = this.shown.text().length;
    this.type(`${text}\r`);
    await meanwhile();
    await this.sees((shown) => shown.includes('\n') && WAITING.test(shown), from, `the end of ${JSON.stringify(text)}`);
    return this.shown.text().slice(from);
  }

  /** Until the console asks for something. */
  async waits(): Promise<string> {
    await this.sees((shown) => WAITING.test(shown), 0, 'a prompt');
    return this.shown.text();
  }

  /** Looks at every change of what is shown. */
  async sees(there: string | RegExp | ((shown: string) => boolean), from = 0, what = String(there)): Promise<void> {
    const limit = AbortSignal.timeout(SEEN_MS);
    const holds = (shown: string): boolean =>
      typeof there === 'function' ? there(shown) : typeof there === 'string' ? shown.includes(there) : there.test(shown);
    while (!holds(this.shown.text().slice(from)))
      await once(this.#told, 'told', { signal: limit }).catch(() => {
        throw new Error(`${what} was not seen on the console, but:\n${this.shown.text().slice(from)}`);
      });
  }

  /** Ctrl-A Ctrl-X, as its manual says; the cable stays where it is. */
  async leave(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.type('\u0001\u0018');
    await gone;
  }
}
