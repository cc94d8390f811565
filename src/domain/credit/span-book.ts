import { limits } from '../../limits.ts';
import type { Span } from './billing-class.ts';
import { isCountable } from './class-cells.ts';
import type { WindowMessage } from './messages.ts';

/** A run of slots whose span was never heard of, because too many WINDOWs were lost: nobody acknowledges them. */
interface Unheard {
  readonly sequence: number;
  readonly billingClass: null;
}
type Entry = Span | Unheard;

/**
 * What the device knows about the class and price of slots, from WINDOW messages.
 *
 * ```
 *   span 0      span 1            span 2
 *   |-----------|-----------------|..........      horizon = nextSequence of the newest WINDOW
 *                                        ^ horizon: slots from here on may belong to a span that is still to be announced
 * ```
 * Below the horizon nothing changes any more: a headend that renames the class or price of a slot is not believed.
 */
export interface SpanBook {
  entries: readonly Entry[];
  horizon: number;
  /** WINDOWs that contradicted what was known. */
  contradictions: number;
}

export function createSpanBook(start: number): SpanBook {
  return { entries: [], horizon: start, contradictions: 0 };
}

/** @returns the span of a slot, or null while it is unknown */
export function spanOf(book: SpanBook, sequence: number): Span | null {
  if (sequence >= book.horizon) return null;
  const entry = entryAt(book.entries, sequence);
  return entry === undefined || entry.billingClass === null ? null : entry;
}

/** Learns spans and horizon; out-of-order and contradicting WINDOWs change nothing. */
export function learnSpans(book: SpanBook, window: Pick<WindowMessage, 'spans' | 'nextSequence'>): void {
  const { spans, nextSequence } = window;
  const { horizon } = book;
  if (nextSequence < horizon || !isOrdered(spans, nextSequence)) return;
  const covering = spans.findLast((span) => span.sequence < horizon);
  const known = entryAt(book.entries, horizon - 1);
  if (covering !== undefined && known !== undefined && known.billingClass !== null && !continues(covering, known)) {
    book.contradictions += 1;
    return;
  }
  const fresh: Entry[] = spans.filter((span) => span.sequence >= horizon);
  if ((fresh[0]?.sequence ?? nextSequence) > horizon) {
    if (covering === undefined) fresh.unshift({ sequence: horizon, billingClass: null });
    else if (known === undefined || known.billingClass === null) fresh.unshift(restOf(covering, horizon));
  }
  book.entries = [...book.entries.filter((entry) => entry.sequence < horizon), ...fresh].slice(-limits.spansRemembered);
  book.horizon = nextSequence;
}

/** Forgets spans that lie wholly below `base`. */
export function forgetSpans(book: SpanBook, base: number): void {
  const keep = book.entries.findLastIndex((entry) => entry.sequence <= base);
  if (keep > 0) book.entries = book.entries.slice(keep);
}

function entryAt(entries: readonly Entry[], sequence: number): Entry | undefined {
  return entries.findLast((entry) => entry.sequence <= sequence);
}

/** True where both give every slot the same packet, class and price. */
function continues(span: Span, known: Span): boolean {
  return span.packetIndex - span.sequence === known.packetIndex - known.sequence && span.billingClass === known.billingClass && span.node === known.node;
}

function restOf(span: Span, sequence: number): Span {
  return { ...span, sequence, packetIndex: span.packetIndex + sequence - span.sequence };
}

function isOrdered(spans: readonly Span[], nextSequence: number): boolean {
  return spans.every((span, at) => {
    const before = spans[at - 1];
    return isCountable(span.node) && span.sequence <= nextSequence && (before === undefined || before.sequence < span.sequence);
  });
}
