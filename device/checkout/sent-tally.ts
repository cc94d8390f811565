import type { Span } from '../../src/domain/credit/billing-class.ts';
import type { WindowMessage } from '../../src/domain/credit/messages.ts';

const SPANS_KEPT = 64;

/** What the headend says it sent as paid, and the most of it that was ever unacknowledged. For people to see; no rule needs it. */
export class SentTally {
  readonly #spans = new Map<number, Span>();
  readonly #carriedPaid: number;
  readonly #start: number;
  #paid: number;
  #maxUnpaid = 0;
  #unpaid = 0;
  #next: number;

  /** @param carriedPaid paid packets of the epochs before, which end at slot `start` */
  constructor(carriedPaid: number, start: number) {
    this.#carriedPaid = carriedPaid;
    this.#start = start;
    this.#paid = carriedPaid;
    this.#next = start;
  }

  get unpaid(): number {
    return this.#unpaid;
  }

  get maxUnpaid(): number {
    return this.#maxUnpaid;
  }

  get nextSequence(): number {
    return this.#next;
  }

  note(window: WindowMessage): void {
    for (const span of window.spans) if (span.sequence >= this.#start) this.#spans.set(span.sequence, span);
    this.#next = Math.max(this.#next, window.nextSequence);
    this.#paid = this.#carriedPaid + this.#paidBelow(this.#next);
    this.#unpaid = Math.max(0, this.#paid - window.acknowledgedPaid - window.lostPaid);
    this.#maxUnpaid = Math.max(this.#maxUnpaid, this.#unpaid);
    if (this.#spans.size > SPANS_KEPT) this.#spans.delete([...this.#spans.keys()][0] ?? 0);
  }

  #paidBelow(end: number): number {
    const spans = [...this.#spans.values()].sort((left, right) => left.sequence - right.sequence);
    return spans.reduce((sum, span, at) => (span.billingClass === 'paid' ? sum + (spans[at + 1]?.sequence ?? end) - span.sequence : sum), 0);
  }
}
