import type { SpanPlan } from '../../domain/credit/paid-ranges.ts';

/** Walks the spans of one PLAY packet by packet. */
export class PlayPlan {
  readonly #spans: readonly SpanPlan[];
  #at = -1;
  #sentOfSpan = 0;

  constructor(spans: readonly SpanPlan[]) {
    this.#spans = spans;
  }

  /**
   * Steps into the next span where the present one is used up, telling `open`.
   * @returns the packet of the work to send next, or null at the end of the plan
   */
  next(open: (span: SpanPlan) => void): number | null {
    let span = this.#spans[this.#at];
    while (span === undefined || this.#sentOfSpan >= span.packets) {
      span = this.#spans[this.#at + 1];
      if (span === undefined) return null;
      this.#at += 1;
      this.#sentOfSpan = 0;
      open(span);
    }
    return span.packetIndex + this.#sentOfSpan;
  }

  /** Every packet of the last span was sent. */
  get isOver(): boolean {
    const span = this.#spans[this.#at];
    return this.#at >= this.#spans.length - 1 && (span === undefined || this.#sentOfSpan >= span.packets);
  }

  noteSent(): void {
    this.#sentOfSpan += 1;
  }
}
