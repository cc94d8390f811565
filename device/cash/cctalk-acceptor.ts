import { join } from 'node:path';
import type { CounterReading } from '../../src/domain/cash/coin-counter.ts';
import { limits } from '../../src/limits.ts';
import { readIfThere, writeDurably } from '../../src/platform/durable-file.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every, monotonicMs } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Currency } from '../../src/units/money.ts';
import { CCTALK, type CctalkEvent, cctalkCoin, decodeCctalkEvents, newCctalkEvents } from '../../src/wire/cctalk.ts';
import type { CashDevice, CountedCoin } from './cash-device.ts';
import type { CctalkLine } from './cctalk-line.ts';
import { newEpoch } from './coin-memory.ts';

const POLL_MS = 200;
const POSITIONS = 16;
/** So many polls without an answer, and the acceptor counts as gone. */
const SILENT_POLLS = 5;
const COUNTRY: Readonly<Record<string, string>> = { EU: 'EUR', GB: 'GBP', US: 'USD', CH: 'CHF' };
/** Error codes of a coin acceptor that stop it until somebody looks (specification part 3, table 2): blocked sensors, jams, a coin on a string. */
const SERIOUS: ReadonlySet<number> = new Set([6, 7, 12, 14, 15, 16, 17, 20, 254, 255]);

/** What the host remembers for an acceptor whose own counter has eight bits and forgets at power-up. */
interface Memory {
  readonly counterEpoch: number;
  /** Coins since the epoch began. */
  readonly counter: number;
  /** The acceptor's event counter when this was written; null where the two have not met: what fell before is not this box's money. */
  readonly event: number | null;
  readonly coins: readonly { readonly counter: number; readonly valueMinor: string }[];
}

export interface CctalkOptions {
  readonly line: CctalkLine;
  readonly folder: string;
  readonly currency: Currency;
  readonly clock: Clock;
  readonly random: Random;
  /** Codes: acceptor-silent, acceptor-alien, acceptor-error, coins-lost, coin-unknown. */
  onFault(code: string, message: string): void;
  onCleared(code: string): void;
}

/**
 * A ccTalk coin acceptor. It is polled; its counter of events says how many coins fell, also while nobody asked; more than five
 * between two polls can not be told any more, and are a fault, never a guess.
 */
export class CctalkAcceptor implements CashDevice {
  readonly source = 'cctalk';
  readonly funding = 'paid';
  readonly #options: CctalkOptions;
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #memory: Memory;
  /** By position; empty until the acceptor introduced itself. */
  #coins: readonly (bigint | null)[] = [];
  #acceptUntilMs = Number.NEGATIVE_INFINITY;
  #enabled: boolean | null = null;
  #silentPolls = 0;
  #polling: Promise<void> | null = null;
  #stopPolling: () => void = () => {};

  constructor(options: CctalkOptions) {
    this.#options = options;
    this.#path = join(options.folder, 'cctalk-acceptor.json');
    this.#memory = readMemory(readIfThere(this.#path)) ?? this.#newEpoch();
  }

  start(): void {
    this.#stopPolling = every(this.#options.clock, POLL_MS, () => {
      this.#polling ??= this.#poll().finally(() => {
        this.#polling = null;
      });
    });
  }

  /** Inhibits; where the acceptor hears nobody any more, it inhibits itself after a second. */
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
    this.#acceptUntilMs = monotonicMs(this.#options.clock) + limits.acceptLeaseMs;
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

  async #poll(): Promise<void> {
    if (this.#coins.length === 0 && !(await this.#introduce())) return this.#noAnswer();
    const answer = await this.#options.line.ask(CCTALK.readEvents);
    const events = answer.ok ? decodeCctalkEvents(answer.value) : answer;
    if (!events.ok) return this.#noAnswer();
    this.#answered();
    if (this.#memory.event === null) this.#remember({ ...this.#memory, event: events.value.counter });
    else if (events.value.counter === 0 && this.#memory.event !== 0) return this.#restarted();
    const { events: fresh, lost } = newCctalkEvents(this.#memory.event ?? 0, events.value);
    if (lost > 0) this.#options.onFault('coins-lost', `${lost} events of the coin acceptor were overwritten before they were read: count the cash box.`);
    if (fresh.length > 0) this.#note(fresh, events.value.counter);
    await this.#drive();
  }

  /** Category, and the coin of every position; positions of another currency stay inhibited. */
  async #introduce(): Promise<boolean> {
    const { line, currency, onFault } = this.#options;
    const category = await line.ask(CCTALK.category);
    if (!category.ok) return false;
    const name = String.fromCharCode(...category.value);
    if (name !== 'Coin Acceptor') {
      onFault('acceptor-alien', `A ${JSON.stringify(name)} answers on the coin acceptor’s line.`);
      return false;
    }
    const coins: (bigint | null)[] = [];
    for (let position = 1; position <= POSITIONS; position++) {
      const id = await line.ask(CCTALK.coinId, [position]);
      const coin = id.ok ? cctalkCoin(id.value) : null;
      coins.push(coin !== null && COUNTRY[coin.country] === currency ? coin.valueMinor : null);
    }
    const mask = coins.reduce((bits, coin, index) => (coin === null ? bits : bits | (1 << index)), 0);
    const set = await line.ask(CCTALK.inhibits, [mask & 0xff, mask >> 8]);
    if (set.ok) this.#coins = coins;
    return set.ok;
  }

  #note(events: readonly CctalkEvent[], event: number): void {
    const { onFault } = this.#options;
    const coins = [...this.#memory.coins];
    let { counter } = this.#memory;
    for (const one of events) {
      const valueMinor = one.kind === 'coin' ? this.#coins[one.position - 1] : undefined;
      if (one.kind === 'error' && SERIOUS.has(one.code)) onFault('acceptor-error', `The coin acceptor reports error ${one.code}: open it and clear it.`);
      if (one.kind === 'coin' && (valueMinor === undefined || valueMinor === null))
        onFault('coin-unknown', `The coin acceptor took a coin of position ${one.position}, which has no value here.`);
      if (valueMinor === undefined || valueMinor === null) continue;
      counter += 1;
      coins.push({ counter, valueMinor: String(valueMinor) });
    }
    this.#remember({ ...this.#memory, counter, event, coins: coins.slice(-limits.coinsPerReading) });
    for (const listener of this.#listeners) listener();
  }

  /** The acceptor lost its power: its numbers begin again, and so do ours, under another name. It forgot its inhibits, too. */
  #restarted(): void {
    this.#remember({ ...this.#newEpoch(), event: 0 });
    this.#coins = [];
    this.#enabled = null;
  }

  /** Durable before anybody hears of a coin. */
  #remember(memory: Memory): void {
    writeDurably(this.#path, JSON.stringify(memory));
    this.#memory = memory;
  }

  async #drive(): Promise<void> {
    const wanted = monotonicMs(this.#options.clock) < this.#acceptUntilMs && this.#coins.length > 0;
    if (wanted === this.#enabled) return;
    const done = await this.#options.line.ask(CCTALK.masterInhibit, [wanted ? 1 : 0]);
    this.#enabled = done.ok ? wanted : null;
  }

  #noAnswer(): void {
    this.#silentPolls += 1;
    if (this.#silentPolls !== SILENT_POLLS) return;
    this.#coins = [];
    this.#enabled = null;
    this.#options.onFault('acceptor-silent', 'The coin acceptor does not answer: check its power and its cable. No coins are taken.');
  }

  #answered(): void {
    if (this.#silentPolls >= SILENT_POLLS) this.#options.onCleared('acceptor-silent');
    this.#silentPolls = 0;
  }

  #newEpoch(): Memory {
    return { counterEpoch: newEpoch(this.#options.random), counter: 0, event: null, coins: [] };
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
