import { once } from 'node:events';
import firmata from 'firmata-io';
import five from 'johnny-five';
import { SerialPort } from 'serialport';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type CoinReport, decodeCoinReport, encodeDisplay, PANEL_SYSEX } from '../../src/wire/panel-board.ts';
import type { Board, BoardEvents } from './board.ts';
import { wireParts } from './wire-parts.ts';
import { linesOf, type Wiring } from './wiring.ts';

const BAUD_RATE = 57_600;
const FIRMWARE = 'ackbox-panel';

export interface PanelBoardEvents extends BoardEvents {
  coins(report: CoinReport): void;
}

/** A panel board on a serial line: johnny-five for buttons, lamps and the relay, our own frames for coins and the display. */
export interface PanelBoard extends Board {
  /** A frame of wire/panel-board.ts. */
  send(message: readonly number[]): void;
}

type Transport = InstanceType<typeof firmata.Firmata>;

/**
 * Opens the line and waits until the board is ready.
 * Throws with words where there is no such line, where nobody answers, or where the board carries another firmware.
 */
export async function openPanelBoard(path: string, wiring: Wiring, events: PanelBoardEvents, clock: Clock): Promise<PanelBoard> {
  const port = await openPort(path);
  let over = false;
  const gone = (message: string): void => {
    if (over) return;
    over = true;
    events.gone(message);
  };
  port.on('error', (error) => gone(`The panel board’s line failed: ${error.message}`));
  port.on('close', () => gone('The panel board was unplugged.'));
  const io = new firmata.Firmata(port, { reportVersionTimeout: 100 });
  // The package keeps these handlers for all boards in one table; a new connection takes the old one's place.
  io.clearSysexResponse(PANEL_SYSEX.coins);
  io.sysexResponse(PANEL_SYSEX.coins, (bytes) => {
    const report = decodeCoinReport(bytes);
    if (report.ok) events.coins(report.value);
  });
  try {
    await ready(io, path, clock);
  } catch (thrown) {
    over = true;
    await closed(port);
    throw thrown;
  }
  const board = new five.Board({ io, repl: false, debug: false, sigint: false });
  await once(board, 'ready');
  const send = (message: readonly number[]): void => {
    if (port.isOpen) io.sysexCommand(message);
  };
  return {
    title: `panel board on ${path}`,
    ...wireParts(board, io, wiring, events, clock),
    send,
    show: (row, text) => send(encodeDisplay(row, text)),
    lines: () => linesOf(wiring).map((line) => ({ ...line, high: levelOf(io, wiring, line.pin) })),
    close: async () => {
      over = true;
      await closed(port);
    },
  };
}

/** The coin lines are the firmware's own: Firmata does not know how they are. */
function levelOf(io: Transport, wiring: Wiring, pin: number): boolean | null {
  return wiring.coinPins.includes(pin) ? null : io.pins[pin]?.value === 1;
}

function openPort(path: string): Promise<SerialPort> {
  return new Promise((resolve, reject) => {
    // Hanging up resets some boards; their reset line is better cut (deploy/), but nothing is gained by pulling it.
    const port = new SerialPort({ path, baudRate: BAUD_RATE, hupcl: false }, (error) =>
      error === null ? resolve(port) : reject(new Error(`The panel board’s line ${path} can not be opened: ${error.message}`)),
    );
  });
}

function closed(port: SerialPort): Promise<void> {
  return new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
}

function ready(io: Transport, path: string, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limits.panelBoardReadyMs, () =>
      reject(new Error(`Nothing answers on ${path}: is it the panel board, with our firmware (npm run firmware)?`)),
    );
    io.once('ready', () => {
      cancel();
      if (io.firmware.name.startsWith(FIRMWARE)) resolve();
      else reject(new Error(`The board on ${path} carries ${JSON.stringify(io.firmware.name)}, not ${FIRMWARE}: write our firmware to it (npm run firmware).`));
    });
  });
}
