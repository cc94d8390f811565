import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import { PANEL_SYSEX } from '../../src/wire/panel-board.ts';
import type { Board, BoardEvents } from '../boards/board.ts';
import { GpiodPins } from '../boards/gpiod-pins.ts';
import type { HardwareDesk } from '../boards/hardware-desk.ts';
import { openPanelBoard } from '../boards/panel-board.ts';
import { openPinsBoard, type PinsBoard } from '../boards/pins-board.ts';
import { SimulatedPins } from '../boards/simulated-pins.ts';
import { GPIO_BOARDS, linesOf, PANEL_BOARD, SIMULATED_WIRING } from '../boards/wiring.ts';
import type { CashDevice } from '../cash/cash-device.ts';
import { type CashFaults, cashFaults } from '../cash/cash-faults.ts';
import { CoinFeed } from '../cash/coin-feed.ts';
import type { CoinSlot } from '../cash/coin-slot.ts';
import { CoinWatch } from '../cash/coin-watch.ts';
import { PanelCoins } from '../cash/panel-coins.ts';
import { PulseCoins } from '../cash/pulse-coins.ts';
import type { BoardChoice, CoinLine, CoinPulses } from '../hardware-config.ts';
import type { KeyTaker } from '../input/key-desk.ts';
import type { BoxControl } from '../session/box-view.ts';
import type { BoxEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';
import { tellContact } from './contacts.ts';
import { FrontPanel } from './front-panel.ts';
import { openKernelLcd } from './kernel-lcd.ts';

export interface PanelParts {
  readonly choice: BoardChoice;
  readonly coinLines: readonly CoinLine[];
  readonly coinPulses: CoinPulses;
  readonly lcd: string | null;
  /** Where acceptors without a memory of their own keep one. */
  readonly folder: string;
  readonly box: BoxControl & { moneyMoved(): Promise<void>; raise(event: BoxEvent): void };
  readonly book: Book;
  readonly slot: CoinSlot;
  readonly hardware: HardwareDesk;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly takesKey: KeyTaker;
  say(message: string): void;
}

/** One way to a board: how it is opened, and what it does for coins. */
interface Way {
  readonly acceptors: readonly CashDevice[];
  open(events: BoardEvents): Promise<Board>;
  connected(board: Board | null): void;
  stop(): void;
}

/** The front panel with everything behind it: keys to intents, contacts to events, coins into the book, the view onto lamps and display. */
export async function openFrontPanel(parts: PanelParts): Promise<{ close(): Promise<void> }> {
  const { choice, box, book, slot, hardware, clock, log, say, takesKey, lcd } = parts;
  const faults = cashFaults({ book, log, raise: (event) => box.raise(event) });
  const way = choice.kind === 'panel' ? panelWay(parts, choice.path, faults) : pinsWay(parts, choice, faults);
  const feeds = way.acceptors.map((device) => new CoinFeed({ device, book, clock, log, onFault: faults.fault, onCredit: () => void box.moneyMoved() }));
  const display = lcd === null ? null : openKernelLcd(lcd, say);
  const panel = new FrontPanel({
    ...{ box, clock, say, takesKey },
    show: display === null ? null : display.show,
    shownLamps: () => hardware.shownLamps,
    open: (events) => way.open({ ...events, contact: (contact, closed) => tellContact({ box, faults }, contact, closed) }),
    onConnection(board) {
      hardware.board = board;
      way.connected(board);
    },
  });
  await panel.start();
  for (const acceptor of way.acceptors) slot.add(acceptor);
  return {
    async close() {
      way.stop();
      await panel.stop();
      display?.close();
      await Promise.all(feeds.map((feed) => feed.stop()));
    },
  };
}

/** The MCU counts by itself and remembers. */
function panelWay({ book, clock, random, coinLines, coinPulses }: PanelParts, path: string, faults: CashFaults): Way {
  const valuesMinor = coinLines.flatMap(({ coding }) => (coding.kind === 'each' ? [coding.valueMinor] : []));
  const coins = new PanelCoins({ book, random, valuesMinor, pulses: coinPulses, faults });
  let send: ((message: readonly number[]) => void) | null = null;
  return {
    acceptors: coins.acceptors,
    async open(events) {
      const board = await openPanelBoard(path, PANEL_BOARD, { ...events, coins: (report) => void coins.take(report) }, clock);
      send = board.send;
      return board;
    },
    connected(board) {
      coins.connected(board === null ? null : send);
      if (board !== null) send?.([PANEL_SYSEX.query]);
    },
    stop() {},
  };
}

/** Lines of the kernel or of the simulation: coins are decoded here, from the kernel's times. */
function pinsWay(parts: PanelParts, choice: Exclude<BoardChoice, { readonly kind: 'panel' }>, faults: CashFaults): Way {
  const { clock, hardware } = parts;
  let board: PinsBoard | null = null;
  const coins = new PulseCoins({ ...parts, lines: parts.coinLines, pulses: parts.coinPulses, faults, accept: (on) => board?.accept(on) });
  const watch = new CoinWatch();
  hardware.coinWatch = watch;
  return {
    acceptors: coins.acceptors,
    async open(events) {
      const edges = {
        ...events,
        coinEdge(line: number, edge: { readonly low: boolean; readonly atMs: number }) {
          watch.edge(line, edge);
          coins.edge(line, edge);
        },
      };
      board = choice.kind === 'gpio' ? await openGpio(choice, edges, clock) : await openSimulated(hardware, edges, clock);
      return board;
    },
    connected(there) {
      if (there === null) board = null;
      else coins.connected();
    },
    stop: () => coins.stop(),
  };
}

async function openGpio(
  { name }: Extract<BoardChoice, { readonly kind: 'gpio' }>,
  events: Parameters<typeof openPinsBoard>[3],
  clock: Clock,
): Promise<PinsBoard> {
  const board = GPIO_BOARDS[name];
  const pins = await GpiodPins.open(board, events.gone);
  return await openPinsBoard(`${board.title} on ${pins.name}`, pins, board.wiring, events, clock);
}

async function openSimulated(hardware: HardwareDesk, events: Parameters<typeof openPinsBoard>[3], clock: Clock): Promise<PinsBoard> {
  const inputs = linesOf(SIMULATED_WIRING).filter(({ direction }) => direction === 'in');
  const pins = new SimulatedPins(
    clock,
    inputs.map(({ pin }) => pin),
  );
  hardware.drive = (pin, high) => pins.drive(pin, high);
  return await openPinsBoard('simulated board', pins, SIMULATED_WIRING, events, clock);
}
