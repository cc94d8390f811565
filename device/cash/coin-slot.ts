import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every } from '../../src/ports/clock.ts';
import type { CashDevice } from './cash-device.ts';
import type { CoinFeed } from './coin-feed.ts';
import { type CashFacts, type InhibitReason, inhibitReasons } from './inhibit-rule.ts';
import type { SimulatedAcceptor } from './simulated-acceptor.ts';

/** What the slot can not see itself. */
export type SlotFacts = () => Omit<CashFacts, 'coinsWaiting'>;

/** Drives acceptors that inhibit themselves unless they are told again and again that coins may be taken (rulings 12, 29). */
export class CoinSlot {
  readonly #simulated: SimulatedAcceptor;
  readonly #feed: CoinFeed;
  readonly #clock: Clock;
  readonly #facts: SlotFacts;
  readonly #devices: CashDevice[];
  #stop: (() => void) | null = null;

  constructor(parts: { readonly acceptor: SimulatedAcceptor; readonly feed: CoinFeed; readonly clock: Clock; readonly facts: SlotFacts }) {
    this.#simulated = parts.acceptor;
    this.#feed = parts.feed;
    this.#clock = parts.clock;
    this.#facts = parts.facts;
    this.#devices = [parts.acceptor];
  }

  /** A device that was found later: it follows what the others do from now on. */
  add(device: CashDevice): void {
    this.#devices.push(device);
    if (this.#stop !== null) this.#tell(device);
  }

  accept(on: boolean): void {
    this.#stop?.();
    this.#stop = null;
    if (!on) {
      for (const device of this.#devices) device.inhibit();
      return;
    }
    this.#stop = every(this.#clock, limits.acceptLeaseMs / 3, () => this.#renew());
    this.#renew();
  }

  /** By what holds now. */
  #renew(): void {
    for (const device of this.#devices) this.#tell(device);
  }

  #tell(device: CashDevice): void {
    if (this.reasons().length === 0) device.accept();
    else device.inhibit();
  }

  /** Why no coin is taken now, as far as the money goes; the chart may know of more (a door, a collection). */
  reasons(): readonly InhibitReason[] {
    return inhibitReasons({ ...this.#facts(), coinsWaiting: this.#feed.waiting() });
  }

  /** Throws a coin into the simulated acceptor; resolves when it is credit in the book. */
  async insert(valueMinor: bigint): Promise<void> {
    if (this.#stop !== null) this.#renew();
    if (this.#simulated.insert(valueMinor) === null) throw new Error('The slot is shut: no coin is taken just now.');
    await this.#feed.settled();
  }
}
