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

/** Why no coin is taken now, all that is so; none: coins are taken. Where nothing can be played, nothing is taken. */
export function inhibitReasons(facts: CashFacts): readonly InhibitReason[] {
  const judged: readonly (readonly [InhibitReason, boolean])[] = [
    ['book-not-writable', !facts.bookWritable],
    ['storage-low', facts.storageLow],
    ['out-of-service', !facts.inService],
    ['nothing-playable', !facts.playable],
    ['credit-full', facts.creditMinor >= BigInt(limits.patronCreditMaxMinor)],
    ['coins-waiting', facts.coinsWaiting > 0],
  ];
  return judged.filter(([, holds]) => holds).map(([reason]) => reason);
}
