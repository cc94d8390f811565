import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import {
  type CoinEdge,
  createPulseDecoder,
  type PulseDecoder,
  type PulseNews,
  type PulseSetup,
  passTime,
  takeEdge,
} from '../../src/domain/cash/pulse-decoder.ts';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { monotonicMs } from '../../src/ports/clock.ts';
import type { CashDevice, CountedCoin } from './cash-device.ts';
import type { CoinMemory } from './coin-memory.ts';

/** How long after an edge it is looked whether its burst is over or its line jammed; and how far a pipe may lag behind its kernel. */
const LOOK_MS = 50;
const PIPE_MS = 50;

export interface PulseOptions {
  /** The name of its line, such as `gpio-1`. */
  readonly source: string;
  /** `card` for a card reader that gives pulses. */
  readonly funding: 'paid' | 'card';
  readonly setup: PulseSetup;
  readonly memory: CoinMemory;
  readonly clock: Clock;
  /** Runs after the input that has arrived by now was read. */
  readonly afterInput: (run: () => void) => void;
  /** Whether this line takes coins; the board's one inhibit line follows all of them. */
  onAccepting(accepting: boolean): void;
  onUnexplained(pulses: number, why: 'width' | 'burst'): void;
  onJam(jammed: boolean): void;
}

/**
 * Coins told by pulses on a line whose edges carry the kernel's time: however long this program stalls, the coins are the same. Time
 * passes only up to where all edges are read: a burst is never ended by a clock that ran ahead of the pipe.
 */
export class PulseAcceptor implements CashDevice {
  readonly source: string;
  readonly funding: 'paid' | 'card';
  readonly #options: PulseOptions;
  readonly #decoder: PulseDecoder;
  #accepting = false;
  #looking = false;
  #cancelLook: () => void = () => {};
  #cancelLease: () => void = () => {};

  constructor(options: PulseOptions) {
    this.source = options.source;
    this.funding = options.funding;
    this.#options = options;
    this.#decoder = createPulseDecoder(options.setup);
  }

  edge(edge: CoinEdge): void {
    this.#tell(takeEdge(this.#decoder, edge));
    this.#look();
  }

  reading(): CounterReading {
    return this.#options.memory.reading();
  }

  coinsAfter(counter: number): readonly CountedCoin[] {
    return this.#options.memory.coinsAfter(counter);
  }

  accept(): void {
    this.#cancelLease();
    this.#cancelLease = this.#options.clock.after(limits.acceptLeaseMs, () => this.#set(false));
    this.#set(true);
  }

  inhibit(): void {
    this.#cancelLease();
    this.#set(false);
  }

  accepting(): boolean {
    return this.#accepting;
  }

  onCoin(listener: () => void): () => void {
    return this.#options.memory.onCoin(listener);
  }

  stop(): void {
    this.#cancelLook();
    this.inhibit();
  }

  #set(accepting: boolean): void {
    if (accepting === this.#accepting) return;
    this.#accepting = accepting;
    this.#options.onAccepting(accepting);
  }

  /** Only while there is something that time can end. */
  #look(): void {
    const { lowSinceMs, ending, quietSinceMs, jammed } = this.#decoder;
    const waits = (lowSinceMs !== null && !jammed) || ending !== null || quietSinceMs !== null;
    if (this.#looking || !waits) return;
    this.#looking = true;
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => {
      const untilMs = monotonicMs(this.#options.clock) - PIPE_MS;
      this.#options.afterInput(() => {
        this.#looking = false;
        if (untilMs >= this.#decoder.nowMs) this.#tell(passTime(this.#decoder, untilMs));
        this.#look();
      });
    });
  }

  #tell(news: readonly PulseNews[]): void {
    const { memory, onUnexplained, onJam } = this.#options;
    for (const one of news) {
      if (one.kind === 'coin') memory.add(one.valueMinor);
      else if (one.kind === 'unexplained') onUnexplained(one.pulses, one.why);
      else onJam(one.kind === 'jam');
    }
  }
}
