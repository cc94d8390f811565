import { limits } from '../limits.ts';
import { type Clock, every, monotonicMs } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Notify } from './systemd-notify.ts';

/** One thing that must be so in a service that works. */
export interface Evidence {
  readonly name: string;
  /** Null where it is so, else words. */
  check(): Promise<string | null>;
}

export interface WatchdogParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly notify: Notify;
  /** Without a feed for so long, systemd ends the service and starts it again. */
  readonly timeoutMs: number;
}

/** Feeds the watchdog of systemd from evidence, never from a timer alone: what does not hold is logged, and not fed over. */
export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #evidence: Evidence[] = [];
  readonly #cancel: () => void;
  #looking = false;
  #dueMs: number;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    const periodMs = parts.timeoutMs / FEEDS_PER_TIMEOUT;
    this.#dueMs = monotonicMs(parts.clock) + periodMs;
    this.#cancel = every(parts.clock, periodMs, () => void this.#turn(periodMs));
  }

  /** What exists from now on is looked at from now on. */
  require(...evidence: readonly Evidence[]): void {
    this.#evidence.push(...evidence);
  }

  stop(): void {
    this.#cancel();
  }

  async #turn(periodMs: number): Promise<void> {
    const { clock, log, notify } = this.#parts;
    const lateMs = monotonicMs(clock) - this.#dueMs;
    this.#dueMs = monotonicMs(clock) + periodMs;
    // A check that does not end keeps the next one from starting: there is no evidence then.
    if (this.#looking) return log.warn('watchdog-withheld', { why: 'a check of the last turn has not ended' });
    this.#looking = true;
    const problems = await Promise.all(this.#evidence.map(async (evidence) => await this.#ask(evidence)));
    this.#looking = false;
    const why = [lateMs > limits.watchdogLoopDelayMs ? `the event loop was ${Math.round(lateMs)} ms late` : null, ...problems].filter(
      (words) => words !== null,
    );
    if (why.length === 0) notify('WATCHDOG=1');
    else log.warn('watchdog-withheld', { why: why.join('; ') });
  }

  async #ask({ name, check }: Evidence): Promise<string | null> {
    const words = await check().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    return words === null ? null : `${name}: ${words}`;
  }
}

/** Two turns may fail before the service is ended: a passing stall is no reason. */
const FEEDS_PER_TIMEOUT = 3;
