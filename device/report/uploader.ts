import { limits } from '../../src/limits.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { monotonicMs } from '../../src/ports/clock.ts';
import type { HeadendApi, HeadendError } from '../../src/ports/headend-api.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Result } from '../../src/units/result.ts';
import type { OutboxRecord, ReportRequest, ReportResponse } from '../../src/wire/http-api.ts';
import { standInFor } from '../../src/wire/refused-record.ts';
import type { ConnectivityEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';
import { backoffMs } from './backoff.ts';
import { CommandInbox } from './command-inbox.ts';
import { cutBatch } from './report-batch.ts';
import { ReportDoubt } from './report-doubt.ts';
import type { HeadendSettlement } from './settlement-check.ts';

export type CommandResult = ReportRequest['commandResults'][number];
export type HeadendCommand = ReportResponse['commands'][number];

export interface UploaderOptions {
  readonly book: Pick<Book, 'pendingRecords' | 'acknowledgeRecords' | 'rewindRecords'>;
  readonly headend: Pick<HeadendApi, 'report'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What the box says of itself with each report. */
  status(): ReportRequest['status'];
  /** Runs what the headend asked for; each command id is handed over once per run of the program. */
  onCommands(commands: readonly HeadendCommand[]): Promise<readonly CommandResult[]>;
  /**
   * The closing statements that the headend took (a stand-in of one too), and what it answered to them. The records are acknowledged only when this has
   * resolved: an answer that is lost between the two comes again.
   */
  onSettlements(statements: readonly OutboxRecord[], settlements: readonly HeadendSettlement[]): Promise<void>;
  /** Raised on the change only. */
  onConnectivity?(event: ConnectivityEvent): void;
}

export interface Uploader {
  start(): void;
  /** Money was recorded: report now, unless the headend asked to wait. */
  kick(): void;
  /** Reports until nothing is pending. @returns false where it took longer */
  drain(timeoutMs: number): Promise<boolean>;
  /** Wall time of the last answer, null before the first. */
  lastContactMs(): number | null;
  stop(): Promise<void>;
}

/**
 * The one way out of the box (ruling 30): batches of the outbox, strictly in order, one at a time, until the headend says that
 * they are durable. It waits any length of absence out and never gives a record up; a conflict counts as delivered and is shown. So
 * does a record whose form the headend refuses: something that says so is delivered under its number.
 */
export function createUploader(options: UploaderOptions): Uploader {
  return new OutboxUploader(options);
}

class OutboxUploader implements Uploader {
  readonly #options: UploaderOptions;
  readonly #commands: CommandInbox;
  readonly #doubt = new ReportDoubt();
  #cancelTimer: () => void = () => {};
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = true;
  #failures = 0;
  #notBeforeMs = 0;
  #online: boolean | null = null;
  #lastContactMs: number | null = null;

  constructor(options: UploaderOptions) {
    this.#options = options;
    this.#commands = new CommandInbox((commands) => options.onCommands(commands), options.log);
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#arm(0);
  }

  kick(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (this.#running === null) this.#arm(this.#waitMs());
  }

  lastContactMs(): number | null {
    return this.#lastContactMs;
  }

  async drain(timeoutMs: number): Promise<boolean> {
    const { book, clock } = this.#options;
    const endMs = monotonicMs(clock) + timeoutMs;
    for (;;) {
      if ((await book.pendingRecords(1)).records.length === 0) return true;
      const leftMs = endMs - monotonicMs(clock);
      if (leftMs <= 0 || this.#stopped) return false;
      if (this.#waitMs() > 0) await this.#pause(Math.min(this.#waitMs(), leftMs));
      else await this.#runOnce();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  #waitMs(): number {
    return Math.max(0, this.#notBeforeMs - monotonicMs(this.#options.clock));
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(delayMs, resolve);
    });
  }

  #arm(delayMs: number): void {
    this.#cancelTimer();
    if (!this.#stopped) this.#cancelTimer = this.#options.clock.after(delayMs, () => void this.#runOnce());
  }

  /** One run at a time; whoever comes meanwhile waits for the one under way. */
  #runOnce(): Promise<void> {
    this.#cancelTimer();
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      this.#arm(this.#again || this.#failures > 0 ? this.#waitMs() : limits.reportIntervalMs);
    });
    return this.#running;
  }

  /** Reports batch after batch until the outbox is empty or the headend fails. */
  async #run(): Promise<void> {
    this.#again = false;
    try {
      while (!this.#stopped && (await this.#reportBatch())) {}
    } catch (thrown) {
      this.#options.log.warn('report-failed', { message: thrown instanceof Error ? thrown.message : String(thrown) });
      this.#fail(null);
    }
  }

  /** @returns whether more is to be reported at once */
  async #reportBatch(): Promise<boolean> {
    const { book, headend, status } = this.#options;
    const { generation, records } = await book.pendingRecords(limits.batchRecords);
    const batch = this.#doubt.narrow(cutBatch(records)).map((record) => this.#deliverable(record));
    const commandResults = this.#commands.results();
    const answer: Result<ReportResponse, HeadendError> = await headend.report({
      generation,
      records: [...batch],
      status: this.#doubt.plain ? {} : status(),
      commandResults: this.#doubt.plain ? [] : [...commandResults],
    });
    if (!answer.ok) return this.#refused(answer.error, batch);
    const whole = !this.#doubt.plain;
    const blamed = this.#doubt.taken(batch);
    if (blamed) this.#options.log.warn('status-refused', { results: commandResults.length });
    if (whole || blamed) this.#commands.delivered(commandResults);
    await this.#accept(generation, records, batch.at(-1)?.sequence ?? 0, answer.value);
    if (await this.#rewound(generation, batch[0]?.sequence ?? 0, answer.value)) return true;
    const progressed = batch.length === 0 || answer.value.acknowledgedThrough >= (batch[0]?.sequence ?? 0);
    if (!progressed) this.#fail(null);
    return progressed && records.length > 0 && (records.length === limits.batchRecords || batch.length < records.length);
  }

  /** A headend that was restored from a backup has less than it confirmed: it is told again what is still here. */
  async #rewound(generation: string, first: number, { acknowledgedThrough }: ReportResponse): Promise<boolean> {
    if (first === 0 || acknowledgedThrough >= first - 1) return false;
    const { book, log } = this.#options;
    const again = await book.rewindRecords(generation, acknowledgedThrough);
    if (again) log.warn('records-told-again', { from: acknowledgedThrough + 1, to: first - 1 });
    return again;
  }

  #deliverable(record: OutboxRecord): OutboxRecord {
    const refusal = this.#doubt.refusalOf(record.sequence);
    return refusal === null ? record : standInFor(record, refusal, '', sha256Hex);
  }

  async #accept(generation: string, records: readonly OutboxRecord[], lastSent: number, answer: ReportResponse): Promise<void> {
    const { book, clock, log, onSettlements } = this.#options;
    this.#succeed(clock.wallMs());
    if (answer.conflicts.length > 0) log.warn('records-quarantined', { sequences: answer.conflicts });
    // Never believed beyond what was sent: the headend confirms, it does not invent.
    const through = Math.min(lastSent, answer.acknowledgedThrough);
    const statements = records.filter((record) => record.kind === 'receipt' && record.sequence <= through);
    if (statements.length + answer.settlements.length > 0) await onSettlements(statements, answer.settlements);
    if (lastSent > 0) await book.acknowledgeRecords(generation, through, answer.conflicts);
    this.#commands.take(answer.commands, () => this.kick());
  }

  #succeed(wallMs: number): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.#lastContactMs = wallMs;
    if (this.#online !== true) this.#options.onConnectivity?.({ type: 'net.online' });
    this.#online = true;
  }

  /** @returns whether to report again at once, with less */
  #refused(error: HeadendError, batch: readonly OutboxRecord[]): boolean {
    const { log, onConnectivity } = this.#options;
    const { code, problem, message } = error;
    log.warn('report-refused', { code, problem, message });
    // A busy headend is there; only silence is absence.
    const offline = code === 'unreachable' || code === 'untrusted' || code === 'not-enrolled';
    if (offline && this.#online !== false) onConnectivity?.({ type: 'net.offline', reason: code });
    if (offline) this.#online = false;
    const next = code === 'refused' && ReportDoubt.isAboutContent(problem) ? this.#doubt.refused(batch, message) : null;
    if (next === 'set-aside') log.warn('record-set-aside', { sequence: batch[0]?.sequence ?? 0, message });
    if (next === null) this.#fail(error.retryAfterMs);
    return next !== null;
  }

  #fail(retryAfterMs: number | null): void {
    this.#failures += 1;
    this.#notBeforeMs = monotonicMs(this.#options.clock) + backoffMs(this.#failures, retryAfterMs, this.#options.random);
  }
}
