import { limits } from '../../src/limits.ts';

export interface CashFacts {
  /** The book is open and takes writes. */
  readonly bookWritable: boolean;
  readonly storageLow: boolean;
  /** A work can be played now: streamed or checked out (ruling 12). */
  readonly playable: boolean;
  readonly inService: boolean;
  readonly creditMinor: bigint;
  /** Coins that fell and are not booked yet. */
  readonly coinsWaiting: number;
}

export type InhibitReason = 'book-not-writable' | 'storage-low' | 'nothing-playable' | 'out-of-service' | 'credit-full' | 'coins-waiting';

/** Why no coin is taken now, or null. Where nothing can be played, nothing is taken. */
export function inhibitReason(facts: CashFacts): InhibitReason | null {
  if (!facts.bookWritable) return 'book-not-writable';
  if (facts.storageLow) return 'storage-low';
  if (!facts.inService) return 'out-of-service';
  if (!facts.playable) return 'nothing-playable';
  if (facts.creditMinor >= BigInt(limits.patronCreditMaxMinor)) return 'credit-full';
  if (facts.coinsWaiting > 0) return 'coins-waiting';
  return null;
}
