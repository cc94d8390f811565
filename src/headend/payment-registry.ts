import type { AckReceipt } from '../domain/credit/statements.ts';
import type { Clock } from '../ports/clock.ts';
import type { RegistryStore, SessionProgress } from '../ports/headend-stores.ts';
import type { Log } from '../ports/log.ts';
import type { SessionId } from '../units/ids.ts';

/** Acknowledged counts become durable together, ten times a second. Losing one interval costs nothing: the device repeats them. */
const GROUP_COMMIT_MS = 100;
/** After a failed commit (disk full, database locked) the next attempt waits this long. */
const RETRY_MS = 1_000;

/**
 * The payment registry (document 001, line 97): acknowledgements of all sessions accumulate here and become durable in groups.
 * Receipts and confirmations are durable before the call returns, because credit and paid content follow from them.
 */
export class PaymentRegistry {
  readonly #store: RegistryStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pending = new Map<SessionId, { readonly progress: SessionProgress; readonly committed: () => void }>();
  #cancel: (() => void) | null = null;

  constructor(deps: { readonly store: RegistryStore; readonly clock: Clock; readonly log: Log }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Remembers the newest cumulative counts of a session; they are durable within the group commit interval, and then `committed` is called. */
  accumulate(progress: SessionProgress, committed: () => void = () => {}): void {
    this.#pending.set(progress.sid, { progress, committed });
    this.#arm(GROUP_COMMIT_MS);
  }

  /**
   * Makes a verified receipt durable, and before it the acknowledgements it follows: they know which packets of the work it counts.
   * False where the store failed: then nothing may rest on the receipt.
   */
  putReceipt(sid: SessionId, receipt: AckReceipt, bytes: Uint8Array, signature: Uint8Array): boolean {
    this.flush();
    return this.#attempt('receipt-not-stored', () => this.#store.putReceipt(sid, receipt, bytes, signature));
  }

  /** Makes the user's yes durable. False where the store failed: the device repeats its CONFIRM. */
  putConfirmation(sid: SessionId, eventId: string): boolean {
    return this.#attempt('confirmation-not-stored', () => this.#store.putConfirmation(sid, eventId));
  }

  /** Commits everything pending now. False where the store failed; the counts are kept and tried again. */
  flush(): boolean {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#pending.size === 0) return true;
    const group = [...this.#pending.values()];
    if (!this.#attempt('progress-not-stored', () => this.#store.mergeProgress(group.map(({ progress }) => progress)))) {
      this.#arm(RETRY_MS);
      return false;
    }
    this.#pending.clear();
    for (const { committed } of group) committed();
    return true;
  }

  /** Commits what is pending and stops. */
  close(): void {
    this.flush();
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(delayMs: number): void {
    this.#cancel ??= this.#clock.after(delayMs, () => this.flush());
  }

  #attempt(event: string, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#log.warn(event, { todo: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }
}
