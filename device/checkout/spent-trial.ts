import type { WindowMessage } from '../../src/domain/credit/messages.ts';
import { limits } from '../../src/limits.ts';

/**
 * Notices that nothing more of a pre-listen will come. What was on its way when one side crashed counts as granted and is not granted
 * again (P16), so the last packets of a trial may never be sent; who listens must be asked all the same. The headend says so by a
 * WINDOW of phase `trial` after which nothing is on its way, again and again: what merely pauses has gone on by then.
 */
export class SpentTrial {
  #nextSequence = -1;
  #sinceMs = 0;
  #looking = false;

  /** The headend was asked to play. */
  begin(): void {
    this.#nextSequence = -1;
    this.#looking = true;
  }

  /** It was asked to pause, or is gone. */
  halt(): void {
    this.#looking = false;
  }

  /** @returns true once: the trial is over, however little of it was heard */
  note({ phase, abandonedBelow, nextSequence }: WindowMessage, nowMs: number): boolean {
    const idle = phase === 'trial' && abandonedBelow === nextSequence;
    if (!idle || nextSequence !== this.#nextSequence) {
      this.#nextSequence = idle ? nextSequence : -1;
      this.#sinceMs = nowMs;
    }
    const spent = this.#looking && idle && nowMs - this.#sinceMs >= limits.linkSilenceMs;
    if (spent) this.#looking = false;
    return spent;
  }
}
