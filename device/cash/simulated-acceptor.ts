import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { monotonicMs } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { CashDevice, CountedCoin } from './cash-device.ts';
import { CoinMemory } from './coin-memory.ts';

/** An acceptor without hardware that behaves like one with a memory. */
export class SimulatedAcceptor implements CashDevice {
  readonly source: string;
  readonly funding = 'paid';
  readonly #clock: Clock;
  readonly #memory: CoinMemory;
  #acceptUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly folder: string; readonly clock: Clock; readonly random: Random; readonly source?: string }) {
    this.source = options.source ?? 'simulated';
    this.#memory = new CoinMemory({ ...options, source: this.source });
    this.#clock = options.clock;
  }

  reading(): CounterReading {
    return this.#memory.reading();
  }

  coinsAfter(counter: number): readonly CountedCoin[] {
    return this.#memory.coinsAfter(counter);
  }

  accept(): void {
    this.#acceptUntilMs = monotonicMs(this.#clock) + limits.acceptLeaseMs;
  }

  inhibit(): void {
    this.#acceptUntilMs = Number.NEGATIVE_INFINITY;
  }

  accepting(): boolean {
    return monotonicMs(this.#clock) < this.#acceptUntilMs;
  }

  onCoin(listener: () => void): () => void {
    return this.#memory.onCoin(listener);
  }

  /** Throws a coin in. @returns the coin, or null where the slot is shut and it falls through */
  insert(valueMinor: bigint): CountedCoin | null {
    return this.accepting() ? this.#memory.add(valueMinor) : null;
  }
}
