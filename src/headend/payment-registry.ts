import type { Clock } from '../ports/clock.ts';
import { monotonicMs } from '../ports/clock.ts';
import type { ReceiptToStore, RegistryGroup, SessionProgress } from '../ports/headend-stores.ts';
import type { Log } from '../ports/log.ts';
import type { SessionId } from '../units/ids.ts';

/** Acknowledged counts become durable together. Losing one interval costs nothing: the device repeats them. */
const PROGRESS_COMMIT_MS = 400;
/**
 * Receipts that come within this time share one transaction, so that the disk bounds no number of streams. Nobody waits for it: what may be
 * unsigned (`limits.receiptWindowMs`) is far more.
 */
const RECEIPT_COMMIT_MS = 50;
/** After a failed commit (disk full, database locked) the next attempt waits this long. */
const RETRY_MS = 1_000;

type GoingOn = readonly SessionId[];

/** Where groups go: durable when it returns, or when what it returned resolves. Gives the sessions that may go on. */
export interface RegistryWriter {
  commitGroup(group: RegistryGroup): GoingOn | Promise<GoingOn>;
}

/** A session that has something to tell. It is asked when it is written, so that many ACKs cost one reading. */
export interface Progressing {
  readonly sid: SessionId;
  progress(): SessionProgress;
  committed(progress: SessionProgress): void;
  /** Another epoch or another holder of the lease is in force: nothing may be sent any more. */
  fenced(): void;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  /** Hears whether it is durable: where the store failed nothing may rest on it. */
  readonly done: (stored: boolean) => void;
}

/**
 * The payment registry (document 001, line 97): acknowledgements of all sessions accumulate here and become durable in groups.
 * Receipts and confirmations are answered for once they are durable, because credit and paid content follow from them.
 */
export class PaymentRegistry {
  readonly #store: RegistryWriter;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sessions = new Map<SessionId, Progressing>();
  #receipts: Waiting<ReceiptToStore>[] = [];
  #confirmations: Waiting<RegistryGroup['confirmations'][number]>[] = [];
  #timer: { readonly dueMs: number; readonly cancel: () => void } | null = null;
  #progressDueMs = 0;
  /** The group on its way to the disk; the next one waits for it. */
  #writing: Promise<void> | null = null;

  constructor(deps: { readonly store: RegistryWriter; readonly clock: Clock; readonly log: Log }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /**
   * Remembers that a session went on: its counts are durable within the commit interval. Then `committed` is called, or `fenced`
   * where the session may not go on.
   */
  accumulate(session: Progressing, withinMs = PROGRESS_COMMIT_MS): void {
    // Whoever waits already is written not later than that.
    if (withinMs === PROGRESS_COMMIT_MS && this.#sessions.get(session.sid) === session) return;
    const dueMs = monotonicMs(this.#clock) + withinMs;
    this.#progressDueMs = this.#sessions.size === 0 ? dueMs : Math.min(this.#progressDueMs, dueMs);
    this.#sessions.set(session.sid, session);
    this.#arm(withinMs);
  }

  /** Makes a verified receipt durable, together with the acknowledgements that its session told before. */
  putReceipt(receipt: ReceiptToStore, done: (stored: boolean) => void): void {
    this.#receipts.push({ entry: receipt, done });
    this.#arm(RECEIPT_COMMIT_MS);
  }

  /** Makes the user's yes durable, at once; where that fails the device repeats its CONFIRM. */
  putConfirmation(sid: SessionId, eventId: string, done: (stored: boolean) => void): void {
    this.#confirmations.push({ entry: { sid, eventId }, done });
    this.#write(false);
  }

  /** Commits everything pending. Resolves when it was tried: what a failing store did not take of the counts is kept, and tried again. */
  flush(): Promise<void> {
    if (this.#writing !== null) return this.#writing.then(() => this.flush());
    this.#write(true);
    return this.#writing ?? Promise.resolve();
  }

  /** Commits what is pending and stops. */
  async close(): Promise<void> {
    await this.flush();
    this.#disarm();
  }

  /** Calls `#write` not later than in `delayMs`. */
  #arm(delayMs: number): void {
    const dueMs = monotonicMs(this.#clock) + delayMs;
    if (this.#timer !== null && this.#timer.dueMs <= dueMs) return;
    this.#disarm();
    this.#timer = { dueMs, cancel: this.#clock.after(delayMs, () => this.#onTime()) };
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #onTime(): void {
    this.#timer = null;
    this.#write(monotonicMs(this.#clock) >= this.#progressDueMs);
  }

  /** @param everything also the counts of sessions that sent no receipt */
  #write(everything: boolean): void {
    if (this.#writing !== null) return;
    if (everything) this.#disarm();
    const [receipts, confirmations] = [this.#receipts, this.#confirmations];
    const sids = new Set([...receipts, ...confirmations].map(({ entry }) => entry.sid));
    const sessions = [...this.#sessions.values()].filter(({ sid }) => everything || sids.has(sid));
    if (sessions.length + receipts.length + confirmations.length === 0) return;
    this.#receipts = [];
    this.#confirmations = [];
    for (const { sid } of sessions) this.#sessions.delete(sid);
    const progress = sessions.map((session) => session.progress());
    const group = { progress, receipts: receipts.map(({ entry }) => entry), confirmations: confirmations.map(({ entry }) => entry) };
    this.#commit(group, (goingOn) => {
      this.#writing = null;
      for (const [index, session] of sessions.entries()) this.#settle(session, progress[index], goingOn);
      for (const { done } of [...receipts, ...confirmations]) done(goingOn !== null);
      this.#armRest(goingOn !== null);
    });
  }

  #settle(session: Progressing, progress: SessionProgress | undefined, goingOn: ReadonlySet<SessionId> | null): void {
    if (goingOn !== null && progress !== undefined) {
      if (goingOn.has(session.sid)) session.committed(progress);
      else session.fenced();
    }
    if (goingOn === null && !this.#sessions.has(session.sid)) this.#sessions.set(session.sid, session);
  }

  #armRest(stored: boolean): void {
    if (this.#receipts.length + this.#confirmations.length > 0) this.#arm(0);
    else if (this.#sessions.size > 0) this.#arm(stored ? Math.max(0, this.#progressDueMs - monotonicMs(this.#clock)) : RETRY_MS);
  }

  /** @param done told the sessions that may go on, or null where the store failed */
  #commit(group: RegistryGroup, done: (goingOn: ReadonlySet<SessionId> | null) => void): void {
    const fail = (error: unknown): void => {
      this.#log.warn('registry-not-stored', { todo: error instanceof Error ? error.message : String(error) });
      done(null);
    };
    let answer: GoingOn | Promise<GoingOn>;
    try {
      answer = this.#store.commitGroup(group);
    } catch (error) {
      fail(error);
      return;
    }
    if (answer instanceof Promise) this.#writing = answer.then((goingOn) => done(new Set(goingOn)), fail);
    else done(new Set(answer));
  }
}
