import { Program, type ProgramEvent } from './program.ts';

const RESTART_DELAY_MS = 200;
/** A program that can not start (its disk is full, its port is taken) is tried again, more and more slowly. */
const RESTART_DELAY_MAX_MS = 5_000;
const READY_TIMEOUT_MS = 60_000;

export interface Kept {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly logFile: string | null;
  /** Of the first new start after it was up; 200 ms unless said otherwise. */
  readonly restartDelayMs?: number;
  say(line: string): void;
  onEvent?(event: ProgramEvent): void;
}

/** Starts what keeps running: a program that dies is started again with the same arguments, as systemd would on a device. */
export class Keeper {
  readonly #kept: Kept;
  /** The event with which the program said that it is up; rejects with its own words where it could not start. */
  readonly ready: Promise<ProgramEvent>;
  #program: Program | null = null;
  #stopped = false;
  #wasReady = false;
  #delayMs: number;
  /** Its own last words, and those that were passed on. */
  #words = '';
  #told = '';
  #resolve: (event: ProgramEvent) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(kept: Kept) {
    this.#kept = kept;
    this.#delayMs = this.#firstDelayMs;
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever awaits it hears of it; until then it is not unhandled.
    this.ready.catch(() => {});
    const timeout = setTimeout(() => this.#fail(`did not come up within ${READY_TIMEOUT_MS / 1_000} s`), READY_TIMEOUT_MS);
    timeout.unref();
    this.#start();
  }

  get pid(): number | undefined {
    return this.#program?.pid;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#program?.stop();
  }

  get #firstDelayMs(): number {
    return this.#kept.restartDelayMs ?? RESTART_DELAY_MS;
  }

  #start(): void {
    if (this.#stopped) return;
    const { name, script, args, nodeFlags = [], environment = {}, logFile } = this.#kept;
    this.#program = new Program({
      name,
      script,
      args,
      nodeFlags,
      environment,
      logFile,
      onEvent: (event) => this.#hear(event),
      onDeath: (how) => this.#mourn(how),
    });
  }

  #hear(event: ProgramEvent): void {
    this.#kept.onEvent?.(event);
    if (event.event === 'failed') {
      this.#words = String(event.message);
      this.#reject(new Error(this.#words));
    }
    if (event.event !== 'ready') return;
    this.#wasReady = true;
    this.#delayMs = this.#firstDelayMs;
    this.#told = '';
    this.#resolve(event);
  }

  #mourn(how: string): void {
    if (this.#stopped) return;
    if (!this.#wasReady) {
      this.#fail(`ended at once (${how})`);
      return;
    }
    // A box that was told to restart, or was reset, ends in order.
    this.#tell(this.#words === '' && how === 'exit code 0' ? 'ended in order' : `died (${this.#words || how})`);
    this.#words = '';
    setTimeout(() => this.#start(), this.#delayMs);
    this.#delayMs = Math.min(RESTART_DELAY_MAX_MS, this.#delayMs * 2);
  }

  /** The same reason is told once, however often it keeps the program from starting. */
  #tell(how: string): void {
    if (how !== this.#told) this.#kept.say(`the ${this.#kept.name} ${how}; starting it again`);
    this.#told = how;
  }

  #fail(what: string): void {
    this.#reject(new Error(`The ${this.#kept.name} ${what}.${this.#kept.logFile === null ? '' : ` Its log: ${this.#kept.logFile}`}`));
  }
}
