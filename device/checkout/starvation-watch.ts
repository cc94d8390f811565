import { lossAllowance } from '../../src/domain/credit/loss-allowance.ts';
import type { WindowMessage } from '../../src/domain/credit/messages.ts';
import type { CreditTerms } from '../../src/domain/credit/terms.ts';
import { limits } from '../../src/limits.ts';

const SLICE_MS = 500;
const SLICES = Math.ceil(limits.starvedWithinMs / SLICE_MS);

/**
 * Says when a play crawls: of the last `limits.starvedWithinMs` in which somebody wanted to hear it and there was a connection, more than
 * half was silent. One silence counts for at most `limits.starvedOnceMs`: what lasts longer is an outage, which ends or is given up
 * elsewhere, and is no crawl when it is over. Losses that hold the window are none: no time heals them.
 *
 * ```
 * crawl   ..##......#.....##.......#......##......     silence comes back: ends
 * outage  ####################......................####     one silence, however long: goes on
 * ```
 * Units: milliseconds that passed, from whoever has the clock.
 */
export class StarvationWatch {
  /** Of each slice of that time how much was silent, the newest last. */
  readonly #silentMs: number[] = [];
  #sliceMs = 0;
  #sliceSilentMs = 0;
  #silenceMs = 0;

  /**
   * So much time passed, with sound or without. What a process slept through is not counted.
   * @param heldByLosses see `isHeldByLosses`
   * @returns true where the play is to be ended
   */
  pass(passedMs: number, sounds: boolean, heldByLosses: boolean): boolean {
    const forMs = Math.min(passedMs, SLICE_MS);
    this.#silenceMs = sounds ? 0 : this.#silenceMs + forMs;
    if (this.#silenceMs > limits.starvedOnceMs && !heldByLosses) return false;
    this.#sliceMs += forMs;
    this.#sliceSilentMs += sounds ? 0 : forMs;
    if (this.#sliceMs < SLICE_MS) return false;
    this.#silentMs.push(this.#sliceSilentMs / this.#sliceMs);
    this.#sliceMs = 0;
    this.#sliceSilentMs = 0;
    if (this.#silentMs.length > SLICES) this.#silentMs.shift();
    return this.#silentMs.length === SLICES && this.#silentMs.reduce((sum, share) => sum + share, 0) > SLICES / 2;
  }
}

/** True where losses beyond what the terms forgive hold more than half of the credit window, for good: the sender may hardly send. */
export function isHeldByLosses(terms: CreditTerms, window: Pick<WindowMessage, 'creditWindowPackets' | 'acknowledgedPaid' | 'lostPaid'>): boolean {
  const { creditWindowPackets, acknowledgedPaid, lostPaid } = window;
  return 2 * (lostPaid - lossAllowance(terms.lossAllowancePerMille, acknowledgedPaid, lostPaid, terms.policy)) > creditWindowPackets;
}
