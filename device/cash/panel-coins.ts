import type { Random } from '../../src/ports/random.ts';
import { type CoinReport, encodeAccept, encodeEpoch, encodeSetup } from '../../src/wire/panel-board.ts';
import type { CoinPulses } from '../hardware-config.ts';
import type { Book } from '../stores/book-port.ts';
import type { CashFaults } from './cash-faults.ts';
import { PanelAcceptor } from './panel-acceptor.ts';

const BASELINE_SETTING = 'panel-coin-baseline';
const NAMED_SETTING = 'panel-coin-epoch';

interface Baseline {
  readonly epoch: number;
  readonly pulses: readonly number[];
}

/** The panel board's coin lines together: names a blank memory, and keeps apart what fell before this box met the board. */
export class PanelCoins {
  readonly acceptors: readonly PanelAcceptor[];
  readonly #book: Pick<Book, 'getSetting' | 'putSetting'>;
  readonly #random: Random;
  readonly #faults: CashFaults;
  readonly #pulses: CoinPulses;
  #send: (message: readonly number[]) => void = () => {};
  #baseline: Baseline | null = null;
  #unexplained = 0;
  #jammed = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly book: Pick<Book, 'getSetting' | 'putSetting'>;
    readonly random: Random;
    /** What a coin of each line is worth. */
    readonly valuesMinor: readonly bigint[];
    readonly pulses: CoinPulses;
    readonly faults: CashFaults;
  }) {
    this.#book = options.book;
    this.#random = options.random;
    this.#faults = options.faults;
    this.#pulses = options.pulses;
    this.acceptors = options.valuesMinor.map(
      (valueMinor, line) => new PanelAcceptor({ line: line + 1, valueMinor, lease: (leaseMs) => this.#send(encodeAccept(leaseMs)) }),
    );
  }

  /** The board is there, hears this, and learns what a pulse is, which it forgets at a reset; or it is gone, and nothing is accepted. */
  connected(send: ((message: readonly number[]) => void) | null): void {
    this.#send = send ?? (() => {});
    this.#send(encodeSetup(this.#pulses));
  }

  /** Reports are taken one after the other: what one needs of the book is there before the next is looked at. */
  take(report: CoinReport): Promise<void> {
    this.#turn = this.#turn.then(() => this.#take(report)).catch((thrown: unknown) => this.#faults.fault('coin-not-booked', String(thrown)));
    return this.#turn;
  }

  async #take(report: CoinReport): Promise<void> {
    if (report.epoch === 0) return await this.#name();
    const baseline = await this.#baselineOf(report);
    this.acceptors.forEach((acceptor, line) => {
      acceptor.note(report, line, baseline.pulses[line] ?? 0);
    });
    if (report.jammed && !this.#jammed) this.#faults.fault('coin-jam', 'A coin is stuck: no coins are taken until the line is free.');
    if (!report.jammed && this.#jammed) this.#faults.cleared('coin-jam');
    this.#jammed = report.jammed;
    if (report.unexplained > this.#unexplained)
      this.#faults.fault(
        'coin-pulse-unexplained',
        `${report.unexplained - this.#unexplained} pulses of the coin acceptor were no coin: check it (coin watch).`,
      );
    this.#unexplained = report.unexplained;
  }

  /** A blank memory counts from zero: written down before the board hears its name, so that none of its coins is taken for an old one. */
  async #name(): Promise<void> {
    const [high = 0, low = 1] = this.#random.bytes(2);
    const epoch = Math.max(1, high * 256 + low);
    await this.#book.putSetting(NAMED_SETTING, String(epoch));
    this.#send(encodeEpoch(epoch));
  }

  async #baselineOf(report: CoinReport): Promise<Baseline> {
    this.#baseline ??= readBaseline(await this.#book.getSetting(BASELINE_SETTING));
    if (this.#baseline?.epoch === report.epoch) return this.#baseline;
    const ownName = (await this.#book.getSetting(NAMED_SETTING)) === String(report.epoch);
    const baseline = { epoch: report.epoch, pulses: ownName ? report.pulses.map(() => 0) : report.pulses };
    await this.#book.putSetting(BASELINE_SETTING, JSON.stringify(baseline));
    this.#baseline = baseline;
    return baseline;
  }
}

function readBaseline(text: string | null): Baseline | null {
  if (text === null) return null;
  const raw = JSON.parse(text) as Partial<Baseline>;
  return Number.isSafeInteger(raw.epoch) && Array.isArray(raw.pulses) ? (raw as Baseline) : null;
}
