import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';

/** A coin as its source remembers it. `counter` is absolute within the epoch: the first coin is 1. */
export interface CountedCoin extends CounterReading {
  readonly valueMinor: bigint;
}

/**
 * Where coins come from: the simulated acceptor, pulses counted by the kernel or an MCU, ccTalk. Each counts by itself and
 * remembers, so that coins that fall while the app is away are told when it comes back.
 *
 * Accepting is actively driven (ruling 29): `accept()` holds for limits.acceptLeaseMs; without another one the device inhibits
 * by itself. A dead process or a fresh boot is inhibited.
 */
export interface CashDevice {
  /** Stable name, part of every coin's key; at most 36 bytes. */
  readonly source: string;
  reading(): CounterReading;
  /** The coins after `counter` of the current epoch, oldest first, as far back as the device remembers. */
  coinsAfter(counter: number): readonly CountedCoin[];
  accept(): void;
  inhibit(): void;
  accepting(): boolean;
  /** Called after a coin was counted. @returns the cancellation */
  onCoin(listener: () => void): () => void;
}
