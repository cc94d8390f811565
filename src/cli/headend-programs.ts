import { Keeper } from './keeper.ts';
import type { ProgramEvent } from './program.ts';

/** Whoever listens waits for it: a box is silent until its sender is back. */
const SENDER_RESTART_MS = 10;

export interface HeadendPlan {
  readonly scripts: { readonly headend: string; readonly sender: string };
  readonly data: string;
  /** Further arguments of the headend: the sender is told by it. */
  readonly args: readonly string[];
  /** Null: our own standard error. */
  logFile(name: 'headend' | 'sender'): string | null;
  say(line: string): void;
  /** Events of the headend, and what its sender has to say to people. */
  onEvent(event: ProgramEvent): void;
}

/**
 * One headend as two processes that outlive each other: the registry with HTTP, and the sender of its streams. Both are kept running,
 * and both end with us, however we end.
 */
export class HeadendPrograms {
  readonly #registry: Keeper;
  readonly #sender: Keeper;
  /** The event with which the headend said that it is up; rejects with the words of the one that could not start. */
  readonly ready: Promise<ProgramEvent>;

  constructor({ scripts, data, args, logFile, say, onEvent }: HeadendPlan) {
    const own = ['--supervised', '--data', data];
    this.#registry = new Keeper({
      name: 'headend',
      script: scripts.headend,
      args: [...own, '--sender', 'apart', ...args],
      logFile: logFile('headend'),
      say,
      onEvent,
    });
    this.#sender = new Keeper({
      name: 'sender',
      script: scripts.sender,
      args: own,
      logFile: logFile('sender'),
      restartDelayMs: SENDER_RESTART_MS,
      say,
      onEvent: (event) => (event.event === 'ready' ? undefined : onEvent(event)),
    });
    this.ready = Promise.all([this.#registry.ready, this.#sender.ready]).then(([event]) => event);
    this.ready.catch(() => {});
  }

  /** Of the registry. */
  get pid(): number | undefined {
    return this.#registry.pid;
  }

  /** First nothing new is agreed on, then what is streamed ends. */
  async stop(): Promise<void> {
    await this.#registry.stop();
    await this.#sender.stop();
  }
}
