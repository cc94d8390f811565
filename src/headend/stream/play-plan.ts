import type { SpanPlan } from '../../domain/credit/paid-ranges.ts';

/** Walks the spans of one PLAY packet by packet. */
export class PlayPlan {
  readonly #spans: readonly SpanPlan[];
  /** The one that is being sent; null before the first. */
  #span: SpanPlan | null = null;
  #entered = 0;
  #sentOfSpan = 0;

  constructor(spans: readonly SpanPlan[]) {
    this.#spans = spans;
  }

  /**
   * Steps into the next span where the present one is used up, telling `open`.
   * @returns the packet of the work to send next, or null at the end of the plan
   */
  next(open: (span: SpanPlan) => void): number | null {
    while (this.#span === null || this.#sentOfSpan >= this.#span.packets) {
      const span = this.#spans[this.#entered];
      if (span === undefined) return null;
      this.#span = span;
      this.#entered += 1;
      this.#sentOfSpan = 0;
      open(span);
    }
    return this.#span.packetIndex + this.#sentOfSpan;
  }

  /** Every packet of the last span was sent. */
  get isOver(): boolean {
    return this.#entered === this.#spans.length && (this.#span === null || this.#sentOfSpan >= this.#span.packets);
  }

  noteSent(): void {
    this.#sentOfSpan += 1;
  }
}
