import { limits } from '../../limits.ts';

/** Repair is bounded: of all packets sent at most a tenth are repetitions, whatever a peer asks for (ruling 23). */
export class RepairBudget {
  #firstSends = 0;
  #repeats = 0;

  noteFirstSend(): void {
    this.#firstSends += 1;
  }

  /** @returns whether one more may be sent again; if so it is counted */
  take(): boolean {
    const { retransmitShareOfSentPerMille: share } = limits;
    if (1_000 * (this.#repeats + 1) > share * (this.#firstSends + this.#repeats + 1)) return false;
    this.#repeats += 1;
    return true;
  }

  get repeats(): number {
    return this.#repeats;
  }
}
