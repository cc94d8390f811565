import { limits } from '../../limits.ts';
import type { StoredWork } from '../../ports/headend-stores.ts';
import { packetMsOf, packetsIn } from '../../units/time.ts';

/**
 * How much of a work a stranger gets, in packets: free works whole, of priced ones the pre-listen, which is at most
 * `limits.trialMs` and at most a third of the work, so that no work of a few seconds is given away (wire.md 5.8).
 * A work of one or two packets has none.
 */
export function strangerPackets(work: Pick<StoredWork, 'free' | 'packets' | 'video'>): number {
  return work.free ? work.packets : Math.min(Math.floor(work.packets / 3), packetsIn(limits.trialMs, packetMsOf(work)));
}

interface Heard {
  readonly sinceMs: number;
  readonly times: number;
}

/**
 * Counts the pre-listens of strangers, per address and work: else who asks again and again hears for ever. Lost with the process,
 * which costs nothing that matters; the oldest are forgotten where there are too many.
 */
export class PreListenQuota {
  readonly #heard = new Map<string, Heard>();

  /** True where this address heard the start of this work often enough for today. */
  isUsedUp(address: string, work: string, nowMs: number): boolean {
    return (this.#current(`${address} ${work}`, nowMs)?.times ?? 0) >= limits.plainTrialsPerWork;
  }

  note(address: string, work: string, nowMs: number): void {
    const key = `${address} ${work}`;
    const { sinceMs, times } = this.#current(key, nowMs) ?? { sinceMs: nowMs, times: 0 };
    this.#heard.delete(key);
    this.#heard.set(key, { sinceMs, times: times + 1 });
    const oldest = this.#heard.keys().next();
    if (this.#heard.size > limits.plainTrialsRemembered && oldest.done !== true) this.#heard.delete(oldest.value);
  }

  #current(key: string, nowMs: number): Heard | undefined {
    const heard = this.#heard.get(key);
    return heard === undefined || nowMs - heard.sinceMs >= limits.plainTrialRenewalMs ? undefined : heard;
  }
}
