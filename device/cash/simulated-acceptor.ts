import { join } from 'node:path';
import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { monotonicMs } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { CashDevice, CountedCoin } from './cash-device.ts';

interface Memory {
  readonly counterEpoch: number;
  readonly counter: number;
  /** The newest coins, oldest first. */
  readonly coins: readonly { readonly counter: number; readonly valueMinor: string }[];
}

/**
 * An acceptor without hardware that behaves like one with a memory: its absolute counter is durable before anybody hears of the
 * coin, and it counts on after a restart. A lost memory starts a new epoch, never the old numbers again.
 */
export class SimulatedAcceptor implements CashDevice {
  readonly source: string;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #memory: Memory;
  #acceptUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly folder: string; readonly clock: Clock; readonly random: Random; readonly source?: string }) {
    this.source = options.source ?? 'simulated';
    this.#path = join(options.folder, `${this.source}-acceptor.json`);
    this.#clock = options.clock;
    this.#memory = readMemory(readIfThere(this.#path)) ?? { counterEpoch: newEpoch(options.random), counter: 0, coins: [] };
  }

  reading(): CounterReading {
    return { counterEpoch: this.#memory.counterEpoch, counter: this.#memory.counter };
  }

  coinsAfter(counter: number): readonly CountedCoin[] {
    const { counterEpoch, coins } = this.#memory;
    return coins.filter((coin) => coin.counter > counter).map((coin) => ({ counterEpoch, counter: coin.counter, valueMinor: BigInt(coin.valueMinor) }));
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
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws a coin in. @returns the coin, or null where the slot is shut and it falls through */
  insert(valueMinor: bigint): CountedCoin | null {
    if (!this.accepting()) return null;
    const { counterEpoch, counter, coins } = this.#memory;
    const coin = { counter: counter + 1, valueMinor: String(valueMinor) };
    const memory: Memory = { counterEpoch, counter: coin.counter, coins: [...coins, coin].slice(-limits.coinsPerReading) };
    writeDurably(this.#path, JSON.stringify(memory));
    this.#memory = memory;
    for (const listener of this.#listeners) listener();
    return { counterEpoch, counter: coin.counter, valueMinor };
  }
}

function newEpoch(random: Random): number {
  return random.bytes(6).reduce((number, byte) => number * 256 + byte, 0);
}

/** @returns null where there is none or it cannot be read: then a new epoch begins */
function readMemory(text: string | null): Memory | null {
  if (text === null) return null;
  try {
    const raw = JSON.parse(text) as Partial<Memory>;
    const sound = Number.isSafeInteger(raw.counterEpoch) && Number.isSafeInteger(raw.counter) && Array.isArray(raw.coins);
    return sound ? (raw as Memory) : null;
  } catch {
    return null;
  }
}
