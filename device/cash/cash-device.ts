import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';

/** A coin as its source remembers it. `counter` is absolute within the epoch: the first coin is 1. */
export interface CountedCoin extends CounterReading {
  readonly valueMinor: bigint;
}

/**
 * Where money comes from: the simulated acceptor, pulses of coins or cards seen by the kernel or an MCU, coins and bills over ccTalk. Each counts by itself and
 * remembers, so that coins that fall while the app is away are told when it comes back.
 *
 * Accepting is actively driven (ruling 29): `accept()` holds for limits.acceptLeaseMs; without another one the device inhibits
 * by itself. A dead process or a fresh boot is inhibited.
 */
export interface CashDevice {
  /** Stable name, part of every coin's key; at most 36 bytes. */
  readonly source: string;
  /** Whose money it is in the books: coins and bills lie in the cash box, a card's money does not. */
  readonly funding: 'paid' | 'card';
  reading(): CounterReading;
  /** The coins after `counter` of the current epoch, oldest first, as far back as the device remembers. */
  coinsAfter(counter: number): readonly CountedCoin[];
  accept(): void;
  inhibit(): void;
  accepting(): boolean;
  /** Called after a coin was counted. @returns the cancellation */
  onCoin(listener: () => void): () => void;
}
