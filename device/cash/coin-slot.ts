import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';
import type { CoinFeed } from './coin-feed.ts';
import type { SimulatedAcceptor } from './simulated-acceptor.ts';

/** Drives an acceptor that inhibits itself unless it is told again and again that coins may be taken (ruling 29). */
export class CoinSlot {
  readonly #acceptor: SimulatedAcceptor;
  readonly #feed: CoinFeed;
  readonly #clock: Clock;
  #stop: () => void = () => {};

  constructor(parts: { readonly acceptor: SimulatedAcceptor; readonly feed: CoinFeed; readonly clock: Clock }) {
    this.#acceptor = parts.acceptor;
    this.#feed = parts.feed;
    this.#clock = parts.clock;
  }

  accept(on: boolean): void {
    this.#stop();
    this.#stop = () => {};
    if (!on) {
      this.#acceptor.inhibit();
      return;
    }
    this.#acceptor.accept();
    this.#stop = every(this.#clock, limits.acceptLeaseMs / 3, () => this.#acceptor.accept());
  }

  /** Throws a coin in; resolves when it is credit in the book. */
  async insert(valueMinor: bigint): Promise<void> {
    if (this.#acceptor.insert(valueMinor) === null) throw new Error('The slot is shut: no coin is taken just now.');
    await this.#feed.settled();
  }
}
