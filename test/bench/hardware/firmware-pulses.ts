import { cashFaults } from '../../../device/cash/cash-faults.ts';
import { PanelCoins } from '../../../device/cash/panel-coins.ts';
import { limits } from '../../../src/limits.ts';
import { decodeCoinReport, PANEL_SYSEX } from '../../../src/wire/panel-board.ts';
import { PanelBoard } from '../../fakes/panel-board.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const COIN_LINE_1 = 2;
const ACCEPT_RELAY = 4;

export interface CountedPulses {
  readonly sent: number;
  /** Different coins that the host would book. */
  readonly counted: number;
  readonly unexplained: number;
}

/** The host's side of the panel board's line, as the box has it, with a memory for its settings. */
class Host {
  readonly coins: PanelCoins;
  readonly booked = new Set<string>();
  unexplained = 0;
  readonly #board: PanelBoard;
  #arrived: number[] = [];
  #frame: number[] | null = null;

  constructor(board: PanelBoard) {
    this.#board = board;
    board.onByte = (byte) => this.#arrived.push(byte);
    const settings = new Map<string, string>();
    const book = {
      getSetting: async (name: string) => settings.get(name) ?? null,
      putSetting: async (name: string, value: string) => void settings.set(name, value),
      recordFault: async () => {},
    };
    const faults = cashFaults({ book, log: { info() {}, warn() {} }, raise() {} });
    this.coins = new PanelCoins({
      book,
      random: new SeededRandom(1),
      valuesMinor: [100n],
      pulses: { shortestMs: 15, longestMs: 550, burstPauseMs: 400 },
      faults,
    });
    this.coins.connected((message) => board.send([0xf0, ...message, 0xf7]));
  }

  /** The loop turns again: everything that arrived meanwhile is read at once, and the lease renewed. */
  async turn(): Promise<void> {
    let reports = 0;
    for (const byte of this.#arrived.splice(0)) reports += (await this.#take(byte)) ? 1 : 0;
    if (reports > 0) this.#book();
    for (const acceptor of this.coins.acceptors) acceptor.accept();
  }

  query(): void {
    this.#board.send([0xf0, PANEL_SYSEX.query, 0xf7]);
  }

  #book(): void {
    for (const acceptor of this.coins.acceptors) {
      const known = Math.max(0, acceptor.reading().counter - limits.coinsPerReading);
      for (const coin of acceptor.coinsAfter(known)) this.booked.add(`${coin.counterEpoch}:${coin.counter}`);
    }
  }

  async #take(byte: number): Promise<boolean> {
    if (byte === 0xf0) this.#frame = [];
    else if (byte !== 0xf7 || this.#frame?.[0] !== PANEL_SYSEX.coins) this.#frame?.push(byte);
    else {
      const report = decodeCoinReport(this.#frame.slice(1));
      if (report.ok) {
        await this.coins.take(report.value);
        this.unexplained = report.value.unexplained;
      }
      return report.ok;
    }
    return false;
  }
}

/** Pulses of `downMs` and `upMs` without a pause between them, while the host stalls for `stallMs` again and again. */
export async function countThroughFirmware(sent: number, stallMs: number, downMs = 20, upMs = 20): Promise<CountedPulses & { readonly accepting: boolean }> {
  const board = new PanelBoard();
  const host = new Host(board);
  const wait = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      board.run(50);
      await host.turn();
    }
  };
  host.query();
  await wait(1_000);
  let sinceTurnMs = 0;
  for (let pulse = 0; pulse < sent; pulse++) {
    board.drive(COIN_LINE_1, false);
    board.run(downMs);
    board.drive(COIN_LINE_1, true);
    board.run(upMs);
    sinceTurnMs += downMs + upMs;
    if (sinceTurnMs < stallMs) continue;
    sinceTurnMs = 0;
    await host.turn();
  }
  const accepting = board.driven(ACCEPT_RELAY) === true;
  await wait(1_000);
  host.query();
  await wait(200);
  return { sent, counted: host.booked.size, unexplained: host.unexplained, accepting };
}
