import { join } from 'node:path';
import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every, monotonicMs } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Currency } from '../../src/units/money.ts';
import type { Result } from '../../src/units/result.ts';
import { CCTALK, newCctalkEvents } from '../../src/wire/cctalk.ts';
import type { CashDevice, CountedCoin } from './cash-device.ts';
import type { CctalkLine } from './cctalk-line.ts';
import { newEpoch } from './coin-memory.ts';

const POLL_MS = 200;
/** So many polls without an answer, and the device counts as gone. */
const SILENT_POLLS = 5;
export const CCTALK_COUNTRY: Readonly<Record<string, string>> = { EU: 'EUR', GB: 'GBP', US: 'USD', CH: 'CHF' };

/** A bill that is held: neither the box's nor the guest's yet. */
export interface Escrow {
  readonly bill: number;
  readonly valueMinor: string;
}

/** What the host remembers for a device whose own counter has eight bits and forgets at power-up. One file: a coin and its event can not part. */
interface Memory {
  readonly counterEpoch: number;
  /** Coins or bills since the epoch began. */
  readonly counter: number;
  /** The device's event counter when this was written; null where the two have not met: what fell before is not this box's money. */
  readonly event: number | null;
  readonly coins: readonly { readonly counter: number; readonly valueMinor: string }[];
  /** Dirty while a bill is held; null: everything is settled. */
  readonly escrow?: Escrow | null;
}

export interface CctalkOptions {
  readonly line: CctalkLine;
  readonly folder: string;
  readonly currency: Currency;
  readonly clock: Clock;
  readonly random: Random;
  onFault(code: string, message: string): void;
  onCleared(code: string): void;
}

/** What came of one poll's events. */
export interface CctalkNews {
  readonly valuesMinor: readonly bigint[];
  readonly escrow: Escrow | null;
}

/**
 * A device on a ccTalk bus. It is polled; its counter of events says how many there were, also while nobody asked; more than five
 * between two polls can not be told any more, and are a fault, never a guess.
 */
export abstract class CctalkDevice<Event> implements CashDevice {
  abstract readonly source: string;
  /** For people: `coin acceptor`. */
  abstract readonly title: string;
  /** As the device calls itself. */
  protected abstract readonly category: string;
  protected abstract readonly address: number;
  protected abstract readonly silentFault: string;
  readonly funding = 'paid';
  protected readonly options: CctalkOptions;
  readonly #file: string;
  readonly #listeners = new Set<() => void>();
  #memory: Memory;
  #ready = false;
  #acceptUntilMs = Number.NEGATIVE_INFINITY;
  #enabled: boolean | null = null;
  #silentPolls = 0;
  #polling: Promise<void> | null = null;
  #stopPolling: () => void = () => {};

  constructor(options: CctalkOptions, file: string) {
    this.options = options;
    this.#file = join(options.folder, file);
    this.#memory = readMemory(readIfThere(this.#file)) ?? this.#newEpoch();
  }

  /** Learns what the device knows, and lets in what is of value here. @returns false where it did not answer */
  protected abstract introduce(): Promise<boolean>;
  protected abstract readEvents(): Promise<
    Result<{ readonly counter: number; readonly newest: readonly Event[] }, { readonly code: string; readonly message: string }>
  >;
  /** Makes money of events, oldest first. */
  protected abstract take(events: readonly Event[], escrow: Escrow | null): CctalkNews;
  /** After every poll: what is held is to be routed. */
  protected async route(_escrow: Escrow | null): Promise<void> {}
  /** It lost its power with this in its hands. */
  protected lost(_escrow: Escrow): void {}

  start(): void {
    this.#stopPolling = every(this.options.clock, POLL_MS, () => {
      this.#polling ??= this.#poll().finally(() => {
        this.#polling = null;
      });
    });
  }

  /** Inhibits; where the device hears nobody any more, it inhibits itself after a second. */
  async stop(): Promise<void> {
    this.#stopPolling();
    await this.#polling;
    this.inhibit();
    await this.#drive();
  }

  reading(): CounterReading {
    return { counterEpoch: this.#memory.counterEpoch, counter: this.#memory.counter };
  }

  coinsAfter(counter: number): readonly CountedCoin[] {
    const { counterEpoch, coins } = this.#memory;
    return coins.filter((coin) => coin.counter > counter).map((coin) => ({ counterEpoch, counter: coin.counter, valueMinor: BigInt(coin.valueMinor) }));
  }

  accept(): void {
    this.#acceptUntilMs = monotonicMs(this.options.clock) + limits.acceptLeaseMs;
  }

  inhibit(): void {
    this.#acceptUntilMs = Number.NEGATIVE_INFINITY;
  }

  accepting(): boolean {
    return this.#enabled === true;
  }

  onCoin(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks the device who it is, now. Null: no answer. */
  async identify(): Promise<{ readonly name: string; readonly expected: boolean } | null> {
    const category = await this.ask(CCTALK.category);
    if (!category.ok) return null;
    const name = String.fromCharCode(...category.value);
    return { name, expected: name === this.category };
  }

  /** The box wants money now. */
  protected get wanted(): boolean {
    return monotonicMs(this.options.clock) < this.#acceptUntilMs;
  }

  protected ask(header: number, data: readonly number[] = []): ReturnType<CctalkLine['ask']> {
    return this.options.line.ask(header, data, this.address);
  }

  async #poll(): Promise<void> {
    if (!this.#ready && !(await this.#meet())) return this.#noAnswer();
    const events = await this.readEvents();
    if (!events.ok) return this.#noAnswer();
    this.#answered();
    const { event } = this.#memory;
    if (event === null) this.#remember({ ...this.#memory, event: events.value.counter });
    else if (events.value.counter === 0 && event !== 0) return this.#restarted();
    const { events: fresh, lost } = newCctalkEvents(this.#memory.event ?? 0, events.value);
    if (lost > 0) this.options.onFault('coins-lost', `${lost} events of the ${this.title} were overwritten before they were read: count the cash box.`);
    if (fresh.length > 0) this.#note(fresh, events.value.counter);
    await this.route(this.#memory.escrow ?? null);
    await this.#drive();
  }

  async #meet(): Promise<boolean> {
    const identity = await this.identify();
    if (identity === null) return false;
    if (!identity.expected) {
      this.options.onFault('acceptor-alien', `A ${JSON.stringify(identity.name)} answers where the ${this.title} should.`);
      return false;
    }
    this.#ready = await this.introduce();
    return this.#ready;
  }

  #note(events: readonly Event[], event: number): void {
    const news = this.take(events, this.#memory.escrow ?? null);
    const coins = [...this.#memory.coins];
    let { counter } = this.#memory;
    for (const valueMinor of news.valuesMinor) {
      counter += 1;
      coins.push({ counter, valueMinor: String(valueMinor) });
    }
    this.#remember({ ...this.#memory, counter, event, coins: coins.slice(-limits.coinsPerReading), escrow: news.escrow });
    for (const listener of this.#listeners) listener();
  }

  /** The device lost its power: its numbers begin again, and so do ours, under another name. It forgot its inhibits, too. */
  #restarted(): void {
    const { escrow } = this.#memory;
    if (escrow) this.lost(escrow);
    this.#remember({ ...this.#newEpoch(), event: 0 });
    this.#ready = false;
    this.#enabled = null;
  }

  /** Durable before anybody hears of a coin. */
  #remember(memory: Memory): void {
    writeDurably(this.#file, JSON.stringify(memory));
    this.#memory = memory;
  }

  async #drive(): Promise<void> {
    const wanted = this.wanted && this.#ready;
    if (wanted === this.#enabled) return;
    const done = await this.ask(CCTALK.masterInhibit, [wanted ? 1 : 0]);
    this.#enabled = done.ok ? wanted : null;
  }

  #noAnswer(): void {
    this.#silentPolls += 1;
    if (this.#silentPolls !== SILENT_POLLS) return;
    this.#ready = false;
    this.#enabled = null;
    this.options.onFault(this.silentFault, `The ${this.title} does not answer: check its power and its cable. No money is taken.`);
  }

  #answered(): void {
    if (this.#silentPolls >= SILENT_POLLS) this.options.onCleared(this.silentFault);
    this.#silentPolls = 0;
  }

  #newEpoch(): Memory {
    return { counterEpoch: newEpoch(this.options.random), counter: 0, event: null, coins: [] };
  }
}

function readMemory(text: string | null): Memory | null {
  if (text === null) return null;
  try {
    const raw = JSON.parse(text) as Partial<Memory>;
    const sound = [raw.counterEpoch, raw.counter, raw.event ?? 0].every((value) => Number.isSafeInteger(value)) && Array.isArray(raw.coins);
    return sound ? (raw as Memory) : null;
  } catch {
    return null;
  }
}
