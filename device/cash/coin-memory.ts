import { join } from 'node:path';
import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import type { Random } from '../../src/ports/random.ts';
import type { CountedCoin } from './cash-device.ts';

interface Kept {
  readonly counterEpoch: number;
  readonly counter: number;
  /** The newest coins, oldest first. */
  readonly coins: readonly { readonly counter: number; readonly valueMinor: string }[];
}

/**
 * The memory of an acceptor that has none of its own: an absolute counter, durable before anybody hears of a coin, which counts on after
 * a restart. A lost memory starts a new epoch, never the old numbers again.
 */
export class CoinMemory {
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #kept: Kept;

  constructor(options: { readonly folder: string; readonly source: string; readonly random: Random }) {
    this.#path = join(options.folder, `${options.source}-acceptor.json`);
    this.#kept = readKept(readIfThere(this.#path)) ?? { counterEpoch: newEpoch(options.random), counter: 0, coins: [] };
  }

  reading(): CounterReading {
    return { counterEpoch: this.#kept.counterEpoch, counter: this.#kept.counter };
  }

  coinsAfter(counter: number): readonly CountedCoin[] {
    const { counterEpoch, coins } = this.#kept;
    return coins.filter((coin) => coin.counter > counter).map((coin) => ({ counterEpoch, counter: coin.counter, valueMinor: BigInt(coin.valueMinor) }));
  }

  /** Durable when this returns, and told to the listeners. */
  add(valueMinor: bigint): CountedCoin {
    const { counterEpoch, counter, coins } = this.#kept;
    const coin = { counter: counter + 1, valueMinor: String(valueMinor) };
    const kept: Kept = { counterEpoch, counter: coin.counter, coins: [...coins, coin].slice(-limits.coinsPerReading) };
    writeDurably(this.#path, JSON.stringify(kept));
    this.#kept = kept;
    for (const listener of this.#listeners) listener();
    return { counterEpoch, counter: coin.counter, valueMinor };
  }

  onCoin(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A name for a memory that begins: 48 random bits. */
export function newEpoch(random: Random): number {
  return random.bytes(6).reduce((number, byte) => number * 256 + byte, 0);
}

/** @returns null where there is none or it cannot be read: then a new epoch begins */
function readKept(text: string | null): Kept | null {
  if (text === null) return null;
  try {
    const raw = JSON.parse(text) as Partial<Kept>;
    const sound = Number.isSafeInteger(raw.counterEpoch) && Number.isSafeInteger(raw.counter) && Array.isArray(raw.coins);
    return sound ? (raw as Kept) : null;
  } catch {
    return null;
  }
}
