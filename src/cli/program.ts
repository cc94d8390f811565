import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A program that does not end when asked to is ended: everything that counts is durable before it is acted upon. */
const STOP_TIMEOUT_MS = 10_000;

/** A line of JSON that a program of ours printed about itself. */
export type ProgramEvent = Readonly<Record<string, unknown>> & { readonly event: string };

export interface ProgramOptions {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** Added to our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Its standard error goes here; null: to ours. Its standard input stays open as long as we live: a program told so ends with us. */
  readonly logFile: string | null;
  onEvent(event: ProgramEvent): void;
  /** Called when it ended though nobody asked it to. */
  onDeath(how: string): void;
}

/** One of our programs as a child process: it tells what it is doing in JSON lines, and goes quietly on SIGTERM. */
export class Program {
  readonly #options: ProgramOptions;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #asked = false;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#child = spawn(process.execPath, [...(options.nodeFlags ?? []), options.script, ...options.args], {
      stdio: ['pipe', 'pipe', options.logFile === null ? 'inherit' : 'pipe'],
      detached: true,
      env: { ...process.env, ...options.environment },
    });
    this.#gone = new Promise((resolve) => {
      // Not 'exit': its last words may still be on their way.
      this.#child.once('close', (code, signal) => {
        resolve();
        if (!this.#asked) options.onDeath(signal ?? `exit code ${code}`);
      });
    });
    if (options.logFile !== null) this.#child.stderr?.pipe(createWriteStream(options.logFile, { flags: 'a', mode: 0o600 }));
    if (this.#child.stdout !== null) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#onLine(line));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async stop(): Promise<void> {
    this.#asked = true;
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#gone;
    clearTimeout(impatience);
  }

  #onLine(line: string): void {
    try {
      const event: unknown = JSON.parse(line);
      if (typeof event === 'object' && event !== null && 'event' in event) this.#options.onEvent(event as ProgramEvent);
    } catch {
      // Not one of ours: a library spoke. Its words are of no use here.
    }
  }
}
