import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import { countCoins } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Book, PayerRow } from '../stores/book-port.ts';
import type { CashDevice } from './cash-device.ts';

export interface CoinFeedOptions {
  readonly device: CashDevice;
  readonly book: Pick<Book, 'insertCoin'>;
  readonly clock: Clock;
  readonly log: Log;
  /** After the coin is durable, never before. */
  onCredit(payer: PayerRow): void;
  onFault(code: string, message: string): void;
}

const RETRY_MS = 1_000;

/**
 * Carries coins from their source into the book, each until it is durable there. The book refuses doubles by the coin's
 * absolute counter, so that everything the source still remembers is simply told again after a restart.
 */
export class CoinFeed {
  readonly #options: CoinFeedOptions;
  readonly #unsubscribe: () => void;
  #known: CounterReading | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  /** Starts with what fell while the app was away. */
  constructor(options: CoinFeedOptions) {
    this.#options = options;
    this.#unsubscribe = options.device.onCoin(() => this.#wake());
    this.#wake();
  }

  /** Coins counted by the source and not yet in the book. */
  waiting(): number {
    const reading = this.#options.device.reading();
    if (this.#known === null || this.#known.counterEpoch !== reading.counterEpoch) return this.#options.device.coinsAfter(0).length;
    return Math.max(0, reading.counter - this.#known.counter);
  }

  /** Resolves when every coin counted so far is in the book. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    await this.#running;
  }

  #wake(): void {
    this.#again = true;
    this.#running ??= this.#carry().finally(() => {
      this.#running = null;
    });
  }

  async #carry(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#carryAll();
    }
  }

  async #carryAll(): Promise<void> {
    const { device, onFault } = this.#options;
    const reading = device.reading();
    const counted = countCoins(this.#known ?? this.#oldestRemembered(reading), reading);
    if (!counted.ok) {
      onFault(counted.error.code, counted.error.message);
      return;
    }
    const [first] = counted.value;
    if (first === undefined) return;
    for (const coin of device.coinsAfter(first - 1)) {
      while (!(await this.#book(coin))) {
        if (this.#stopped) return;
        await sleep(this.#options.clock, RETRY_MS);
      }
      this.#known = { counterEpoch: coin.counterEpoch, counter: coin.counter };
    }
  }

  /** After a start everything remembered is told again; older coins were booked long ago. */
  #oldestRemembered(reading: CounterReading): CounterReading {
    return { counterEpoch: reading.counterEpoch, counter: Math.max(0, reading.counter - limits.coinsPerReading) };
  }

  /** @returns false where the book could not take it now: the same key is tried again */
  async #book(coin: { readonly counterEpoch: number; readonly counter: number; readonly valueMinor: bigint }): Promise<boolean> {
    const { book, device, log, onCredit, onFault } = this.#options;
    try {
      const { payer, duplicate } = await book.insertCoin({
        source: device.source,
        counterEpoch: coin.counterEpoch,
        counter: coin.counter,
        valueMinor: coin.valueMinor,
        funding: device.funding,
      });
      if (!duplicate) onCredit(payer);
      return true;
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'coin-not-booked';
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      log.warn('coin-not-booked', { code, counter: coin.counter });
      onFault(code, message);
      return REFUSED_FOR_GOOD.has(code);
    }
  }
}

/** Asking again would never help; the fault is shown, and the following coins go on. */
const REFUSED_FOR_GOOD: ReadonlySet<string> = new Set(['coin-invalid', 'key-reused']);
