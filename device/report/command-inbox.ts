import type { Log } from '../../src/ports/log.ts';
import type { ReportRequest, ReportResponse } from '../../src/wire/http-api.ts';

type CommandResult = ReportRequest['commandResults'][number];
type HeadendCommand = ReportResponse['commands'][number];

/** The API takes so many results with one report. */
const RESULTS_MAX = 20;
const REMEMBERED_MAX = 1_000;

/**
 * Commands that came with the headend's answers: each id runs once, however often it is sent, and its result rides with the
 * next reports until one was answered. (That a restart of the box does not run it again is the journal of device/commands.)
 */
export class CommandInbox {
  readonly #run: (commands: readonly HeadendCommand[]) => Promise<readonly CommandResult[]>;
  readonly #log: Log;
  readonly #seen = new Set<string>();
  #results: readonly CommandResult[] = [];

  constructor(run: (commands: readonly HeadendCommand[]) => Promise<readonly CommandResult[]>, log: Log) {
    this.#run = run;
    this.#log = log;
  }

  /** Does not wait: a slow command never holds the reports up. */
  take(commands: readonly HeadendCommand[], whenDone: () => void): void {
    const fresh = commands.filter(({ id }) => !this.#seen.has(id));
    if (fresh.length === 0) return;
    for (const { id } of fresh) this.#remember(id);
    this.#run(fresh).then(
      (results) => {
        this.#results = [...this.#results, ...results];
        whenDone();
      },
      (thrown: unknown) => {
        const text = thrown instanceof Error ? thrown.message : String(thrown);
        this.#log.warn('command-failed', { text });
        this.#results = [...this.#results, ...fresh.map(({ id }) => ({ id, ok: false, code: 'command-failed', text: text.slice(0, 2_000) }))];
        whenDone();
      },
    );
  }

  results(): readonly CommandResult[] {
    return this.#results.slice(0, RESULTS_MAX);
  }

  delivered(results: readonly CommandResult[]): void {
    const done = new Set(results.map(({ id }) => id));
    this.#results = this.#results.filter(({ id }) => !done.has(id));
  }

  #remember(id: string): void {
    this.#seen.add(id);
    if (this.#seen.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest);
      return;
    }
  }
}
