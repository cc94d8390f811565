import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import type { CoinReport } from '../../src/wire/panel-board.ts';
import type { CashDevice, CountedCoin } from './cash-device.ts';

/**
 * One coin line of the panel board. The board counts and remembers by itself; this is what it said last. Every pulse is a coin of one
 * value (one line per coin).
 */
export class PanelAcceptor implements CashDevice {
  readonly source: string;
  readonly funding = 'paid';
  readonly #valueMinor: bigint;
  readonly #lease: (leaseMs: number) => void;
  readonly #listeners = new Set<() => void>();
  #reading: CounterReading = { counterEpoch: 0, counter: 0 };
  #baseline = 0;
  #accepting = false;

  /** @param lease tells the board to take coins for so long; 0 inhibits. Does nothing while the board is away */
  constructor(options: { readonly line: number; readonly valueMinor: bigint; lease(leaseMs: number): void }) {
    this.source = `panel-${options.line}`;
    this.#valueMinor = options.valueMinor;
    this.#lease = options.lease;
  }

  /** @param baseline where the counter stood when this box first saw the board: what fell before is not this box's money */
  note(report: CoinReport, line: number, baseline: number): void {
    const before = this.#reading;
    this.#reading = { counterEpoch: report.epoch, counter: report.pulses[line] ?? 0 };
    this.#baseline = baseline;
    this.#accepting = report.accepting;
    if (before.counterEpoch === this.#reading.counterEpoch && before.counter === this.#reading.counter) return;
    for (const listener of this.#listeners) listener();
  }

  reading(): CounterReading {
    return this.#reading;
  }

  coinsAfter(counter: number): readonly CountedCoin[] {
    const { counterEpoch, counter: newest } = this.#reading;
    const oldest = Math.max(counter, this.#baseline, newest - limits.coinsPerReading);
    return Array.from({ length: Math.max(0, newest - oldest) }, (_, index) => ({
      counterEpoch,
      counter: oldest + 1 + index,
      valueMinor: this.#valueMinor,
    }));
  }

  accept(): void {
    this.#lease(limits.acceptLeaseMs);
  }

  inhibit(): void {
    this.#lease(0);
  }

  accepting(): boolean {
    return this.#accepting;
  }

  onCoin(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
