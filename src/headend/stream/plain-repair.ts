import { limits } from '../../limits.ts';
import { packetsIn } from '../../units/time.ts';
import { wrapRtx } from '../../wire/rtx.ts';
import { RepairBudget } from './repair-budget.ts';

/** What was sent lately to a plain client, for when it says that something is missing (RFC 4585 NACK). */
export class PlainRepair {
  readonly #budget = new RepairBudget();
  readonly #kept = new Map<number, Uint8Array>();
  readonly #rtxSsrc: number | null;
  readonly #send: (bytes: Uint8Array) => void;
  #rtxSequence = 0;

  /**
   * @param rtxSsrc SSRC of the retransmission stream; null for a client that set up plain AVP and knows no RTX (ffmpeg, mpv: they
   *   do ask): it gets the same packet again
   */
  constructor(rtxSsrc: number | null, send: (bytes: Uint8Array) => void) {
    this.#rtxSsrc = rtxSsrc;
    this.#send = send;
  }

  keep(sequence: number, packet: Uint8Array): void {
    this.#budget.noteFirstSend();
    this.#kept.set(sequence, packet);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > packetsIn(limits.retransmitDeadlineMs) && oldest.done !== true) this.#kept.delete(oldest.value);
  }

  /** Sends again what is still worth it, as far as the budget goes. */
  repeat(lost: readonly number[]): void {
    for (const sequence of lost) {
      const packet = this.#kept.get(sequence);
      if (packet === undefined) continue;
      if (!this.#budget.take()) return;
      this.#send(this.#rtxSsrc === null ? packet : this.#wrap(packet, this.#rtxSsrc));
    }
  }

  get repeats(): number {
    return this.#budget.repeats;
  }

  #wrap(packet: Uint8Array, ssrc: number): Uint8Array {
    const wrapped = wrapRtx(packet, { ssrc, sequence: this.#rtxSequence });
    this.#rtxSequence = (this.#rtxSequence + 1) % 65_536;
    return wrapped;
  }
}
