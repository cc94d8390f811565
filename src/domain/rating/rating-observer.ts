import type { Rational } from '../../units/rational.ts';
import type { AttributesInForce } from './attributes.ts';
import type { ColumnIndex } from './columns.ts';
import type { CycleBill } from './cycle-bill.ts';
import type { Firing } from './periods.ts';
import type { PreparedEntry } from './prepared-model.ts';

/** Why an amount stands in a column. */
export type PostingReason =
  | { readonly kind: 'use'; readonly eventId: string; readonly eventStartMs: number }
  | { readonly kind: 'time'; readonly eventId: string; readonly eventStartMs: number; readonly ms: number }
  | { readonly kind: 'opening' | 'close' | 'bundle' | 'later-discount' }
  | { readonly kind: 'acceptance' | 'quote'; readonly eventId: string; readonly eventStartMs: number }
  | { readonly kind: 'discount'; readonly entry: PreparedEntry };

export interface Posting {
  readonly cycleIndex: number;
  readonly atMs: number;
  readonly column: ColumnIndex;
  /** Exact, major units. */
  readonly amount: Rational;
  readonly reason: PostingReason;
  /** In force at the posting, and what made them so. */
  readonly attributes: AttributesInForce;
  readonly firings: readonly Firing[];
}

/** Is told what the rater does, in order. Watching never changes a bill. */
export interface RatingObserver {
  posted(posting: Posting): void;
  fired(cycleIndex: number, atMs: number, entry: PreparedEntry, attributes: AttributesInForce): void;
  /** @param exact the columns before they were rounded */
  closed(cycleIndex: number, bill: CycleBill, exact: readonly Rational[]): void;
}
