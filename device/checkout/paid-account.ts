import type { BillingClass, Span } from '../../src/domain/credit/billing-class.ts';
import { addIndexes, indexesIn, NO_INDEXES, type PaidRanges } from '../../src/domain/credit/paid-ranges.ts';

interface OpenSlot {
  readonly sequence: number;
  readonly packetIndex: number;
}

const SPANS_KEPT = 16;

/**
 * Which packets of the work this play has paid for. The closing statement needs it: what was paid for and never heard goes back
 * (ruling 6). A slot's class is known only once a WINDOW told its span.
 */
export class PaidAccount {
  #ranges: PaidRanges;
  #open: OpenSlot[] = [];
  #spans: Span[] = [];

  /** @param paidThrough packets up to this index count as paid already (a resume after a crash), -1 for none */
  constructor(paidThrough = -1) {
    this.#ranges = addIndexes(NO_INDEXES, 0, paidThrough + 1);
  }

  note(sequence: number, packetIndex: number): void {
    this.#open.push({ sequence, packetIndex });
  }

  /** @param nextSequence slots below this belong to the spans told so far */
  noteSpans(spans: readonly Span[], nextSequence: number): void {
    for (const span of spans) {
      if (this.#spans.every((known) => known.sequence !== span.sequence)) this.#spans.push(span);
    }
    this.#spans.sort((left, right) => left.sequence - right.sequence);
    this.#spans = this.#spans.slice(-SPANS_KEPT);
    const open = this.#open;
    this.#open = [];
    for (const slot of open) {
      if (slot.sequence >= nextSequence) this.#open.push(slot);
      else if (this.#classOf(slot.sequence) === 'paid') this.#ranges = addIndexes(this.#ranges, slot.packetIndex, 1);
    }
  }

  /** Paid packets from index `heardPackets` on. */
  unheard(heardPackets: number): number {
    return indexesIn(
      this.#ranges
        .map(([first, packets]) => [Math.max(first, heardPackets), first + packets - Math.max(first, heardPackets)] as const)
        .filter(([, packets]) => packets > 0),
    );
  }

  #classOf(sequence: number): BillingClass | null {
    return this.#spans.findLast((span) => span.sequence <= sequence)?.billingClass ?? null;
  }
}
