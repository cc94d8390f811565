import type { Rational } from '../../units/rational.ts';
import type { AttributesInForce } from './attributes.ts';
import type { ColumnIndex } from './columns.ts';
import type { CycleBill } from './cycle-bill.ts';
import type { PreparedEntry } from './prepared-model.ts';

/** Why an amount stands in a column. */
export type PostingReason =
  | { readonly kind: 'use'; readonly eventId: string; readonly eventStartMs: number }
  | { readonly kind: 'time'; readonly eventId: string; readonly eventStartMs: number; readonly ms: number }
  | { readonly kind: 'opening' | 'close' | 'bundle' }
  | { readonly kind: 'acceptance'; readonly eventId: string }
  | { readonly kind: 'discount'; readonly entry: PreparedEntry }
  | { readonly kind: 'later-discount' }
  | { readonly kind: 'quote'; readonly eventId: string };

export interface Posting {
  readonly atMs: number;
  readonly column: ColumnIndex;
  /** Exact, major units. */
  readonly amount: Rational;
  readonly reason: PostingReason;
  readonly attributes: AttributesInForce;
}

/** Is told what the rater does, in order. Watching never changes a bill: it only makes every posting come alone. */
export interface RatingObserver {
  opened(atMs: number, index: number): void;
  posted(posting: Posting): void;
  fired(atMs: number, entry: PreparedEntry, attributes: AttributesInForce): void;
  closed(bill: CycleBill): void;
}
