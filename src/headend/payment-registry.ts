import type { Clock } from '../ports/clock.ts';
import { monotonicMs } from '../ports/clock.ts';
import type { ReceiptToStore, RegistryGroup, SessionProgress } from '../ports/headend-stores.ts';
import type { Log } from '../ports/log.ts';
import type { SessionId } from '../units/ids.ts';

/**
 * Acknowledged counts become durable within this time. Losing them costs nothing, as the device repeats them; a receipt may speak of a credit
 * window more than is durable (`findReceiptFault`), so it is less than the shortest usual one.
 */
const PROGRESS_COMMIT_MS = 400;
/** Counts that go into one transaction: those of hundreds of sessions at once would hold up the packets of all. */
const PROGRESS_GROUP = 64;
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

interface Pending {
  readonly session: Progressing;
  readonly dueMs: number;
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
  /** The oldest first. */
  readonly #sessions = new Map<SessionId, Pending>();
  /** When those of them are due that can not wait so long. */
  readonly #urgent = new Map<SessionId, number>();
  #receipts: Waiting<ReceiptToStore>[] = [];
  #confirmations: Waiting<RegistryGroup['confirmations'][number]>[] = [];
  #timer: { readonly dueMs: number; readonly cancel: () => void } | null = null;
  /** The group on its way to the disk; the next one waits for it. */
  #writing: Promise<void> | null = null;

  constructor(deps: { readonly store: RegistryWriter; readonly clock: Clock; readonly log: Log }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /**
   * Remembers that a session went on: its counts are durable within that time. Then `committed` is called, or `fenced` where the session
   * may not go on.
   */
  accumulate(session: Progressing, withinMs = PROGRESS_COMMIT_MS): void {
    const { sid } = session;
    const urgent = withinMs < PROGRESS_COMMIT_MS;
    const waits = this.#sessions.get(sid)?.session === session;
    // Whoever waits already is written not later than that.
    if (waits && (!urgent || this.#urgent.has(sid))) return;
    const nowMs = monotonicMs(this.#clock);
    if (!waits) {
      // Of another epoch before: now it is the youngest of all.
      this.#sessions.delete(sid);
      this.#sessions.set(sid, { session, dueMs: nowMs + PROGRESS_COMMIT_MS });
    }
    if (urgent) this.#urgent.set(sid, nowMs + withinMs);
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
    this.#write(0);
  }

  /** Commits everything pending. Resolves when it was tried: what a failing store did not take of the counts is kept, and tried again. */
  flush(): Promise<void> {
    if (this.#writing !== null) return this.#writing.then(() => this.flush());
    this.#write(Number.POSITIVE_INFINITY);
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
    this.#write(monotonicMs(this.#clock) >= this.#progressDueMs() ? PROGRESS_GROUP : 0);
  }

  /** When counts are to be written next. */
  #progressDueMs(): number {
    const oldestMs = this.#sessions.values().next().value?.dueMs ?? Number.POSITIVE_INFINITY;
    return Math.min(oldestMs, ...this.#urgent.values());
  }

  /** @param most counts of sessions that sent no receipt, the oldest first */
  #write(most: number): void {
    if (this.#writing !== null) return;
    const [receipts, confirmations] = [this.#receipts, this.#confirmations];
    const sessions = this.#take(new Set([...receipts, ...confirmations].map(({ entry }) => entry.sid)), most);
    if (this.#sessions.size === 0) this.#disarm();
    if (sessions.length + receipts.length + confirmations.length === 0) return;
    this.#receipts = [];
    this.#confirmations = [];
    const progress = sessions.map((session) => session.progress());
    const group = { progress, receipts: receipts.map(({ entry }) => entry), confirmations: confirmations.map(({ entry }) => entry) };
    this.#commit(group, (goingOn) => {
      this.#writing = null;
      for (const [index, session] of sessions.entries()) this.#settle(session, progress[index], goingOn);
      for (const { done } of [...receipts, ...confirmations]) done(goingOn !== null);
      this.#armRest(goingOn !== null);
    });
  }

  /** The sessions whose counts are written now: those that are named, and as many as may go along. */
  #take(named: Set<SessionId>, most: number): readonly Progressing[] {
    if (most > 0) for (const sid of this.#urgent.keys()) named.add(sid);
    const sessions: Progressing[] = [];
    const take = (sid: SessionId): void => {
      const session = this.#sessions.get(sid)?.session;
      this.#urgent.delete(sid);
      this.#sessions.delete(sid);
      if (session !== undefined) sessions.push(session);
    };
    for (const sid of named) take(sid);
    const room = sessions.length + most;
    for (const sid of this.#sessions.keys()) {
      if (sessions.length >= room) break;
      take(sid);
    }
    return sessions;
  }

  #settle(session: Progressing, progress: SessionProgress | undefined, goingOn: ReadonlySet<SessionId> | null): void {
    if (goingOn !== null && progress !== undefined) {
      if (goingOn.has(session.sid)) session.committed(progress);
      else session.fenced();
    }
    if (goingOn === null && !this.#sessions.has(session.sid)) this.#sessions.set(session.sid, { session, dueMs: monotonicMs(this.#clock) });
  }

  #armRest(stored: boolean): void {
    if (this.#receipts.length + this.#confirmations.length > 0) this.#arm(0);
    else if (this.#sessions.size > 0) this.#arm(stored ? Math.max(0, this.#progressDueMs() - monotonicMs(this.#clock)) : RETRY_MS);
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
