import type { CoinEdge } from '../../src/domain/cash/pulse-decoder.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { CoinLine, CoinPulses } from '../hardware-config.ts';
import type { Book } from '../stores/book-port.ts';
import type { CashFaults } from './cash-faults.ts';
import { CoinMemory } from './coin-memory.ts';
import { PulseAcceptor } from './pulse-acceptor.ts';

/** A shorter contact is a bounce; a longer one a coin that is stuck. */
const CONTACT = { bounceMs: 5, jamMs: 2_000 } as const;

export interface PulseCoinsOptions {
  readonly lines: readonly CoinLine[];
  readonly pulses: CoinPulses;
  readonly folder: string;
  readonly book: Pick<Book, 'notePulses'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: CashFaults;
  /** The board's one inhibit line. */
  accept(on: boolean): void;
}

/** The coin lines of a board with GPIO lines together: one inhibit line for all, a jam of one shuts all. */
export class PulseCoins {
  readonly acceptors: readonly PulseAcceptor[];
  readonly #options: PulseCoinsOptions;
  readonly #jammed = new Set<number>();
  #told = false;

  constructor(options: PulseCoinsOptions) {
    this.#options = options;
    this.acceptors = options.lines.map((line, index) => this.#acceptor(line, index));
  }

  edge(line: number, edge: CoinEdge): void {
    this.acceptors[line]?.edge(edge);
  }

  /** A board that was gone forgot its outputs. */
  connected(): void {
    this.#told = false;
    this.#drive();
  }

  stop(): void {
    for (const acceptor of this.acceptors) acceptor.stop();
  }

  #acceptor({ funding, coding }: CoinLine, index: number): PulseAcceptor {
    const { folder, clock, random, pulses } = this.#options;
    const source = `gpio-${index + 1}`;
    return new PulseAcceptor({
      ...{ source, funding, clock },
      setup: { ...CONTACT, ...pulses, coding },
      memory: new CoinMemory({ folder, source, random }),
      afterInput: (run) => void setImmediate(run),
      onAccepting: () => this.#drive(),
      onUnexplained: (pulses, why) => this.#unexplained(source, pulses, why),
      onJam: (jammed) => this.#jam(index, jammed),
    });
  }

  #drive(): void {
    const on = this.acceptors.some((acceptor) => acceptor.accepting());
    if (on === this.#told) return;
    this.#told = on;
    this.#options.accept(on);
  }

  /** Booked as what they are: how many pulses, and never as money. */
  #unexplained(source: string, pulses: number, why: 'width' | 'burst'): void {
    const { book, faults } = this.#options;
    const what = why === 'width' ? 'was too short or too long for a coin' : 'is no coin’s number of pulses';
    faults.fault('coin-pulse-unexplained', `${source}: a burst of ${pulses} ${pulses === 1 ? 'pulse' : 'pulses'} ${what}: check the acceptor (coin watch).`);
    book.notePulses(source, pulses).catch((thrown: unknown) => faults.fault('pulses-not-booked', String(thrown)));
  }

  #jam(index: number, jammed: boolean): void {
    const { faults } = this.#options;
    const before = this.#jammed.size;
    if (jammed) this.#jammed.add(index);
    else this.#jammed.delete(index);
    if (before === 0 && jammed) faults.fault('coin-jam', 'A coin is stuck: no coins are taken until the line is free.');
    if (before > 0 && this.#jammed.size === 0) faults.cleared('coin-jam');
  }
}
