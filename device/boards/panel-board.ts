import { once } from 'node:events';
import firmata from 'firmata-io';
import five from 'johnny-five';
import { SerialPort } from 'serialport';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type CoinReport, decodeCoinReport, PANEL_SYSEX } from '../../src/wire/panel-board.ts';
import type { KeyName } from '../input/keys.ts';
import type { Lamp, Wiring } from './wiring.ts';

const BAUD_RATE = 57_600;
const OUTPUT = 1;
const FIRMWARE = 'ackbox-panel';

export interface PanelBoardEvents {
  key(key: KeyName, down: boolean): void;
  coins(report: CoinReport): void;
  /** The line is gone: unplugged, or an error on it. Called once. */
  gone(message: string): void;
}

/** A panel board on a serial line: johnny-five for buttons, lamps and the relay, our own frames for coins and the display. */
export interface PanelBoard {
  /** A frame of wire/panel-board.ts. */
  send(message: readonly number[]): void;
  lamp(lamp: Lamp, on: boolean): void;
  amplifier(on: boolean): void;
  close(): Promise<void>;
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
  return {
    ...wire(board, io, wiring, events),
    send: (message) => {
      if (port.isOpen) io.sysexCommand(message);
    },
    close: async () => {
      over = true;
      await closed(port);
    },
  };
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

function wire(board: InstanceType<typeof five.Board>, io: Transport, wiring: Wiring, events: PanelBoardEvents): Pick<PanelBoard, 'lamp' | 'amplifier'> {
  for (const { key, pin } of wiring.buttons) {
    const button = new five.Button({ board, pin, isPullup: true });
    button.on('down', () => events.key(key, true));
    button.on('up', () => events.key(key, false));
  }
  const lamps = new Map(wiring.lamps.map(({ lamp, pin }) => [lamp, new five.Led({ board, pin })]));
  // johnny-five's Relay leaves the pin's mode to the firmware, and ours leaves every pin an input.
  if (wiring.amplifierPin !== null) io.pinMode(wiring.amplifierPin, OUTPUT);
  const relay = wiring.amplifierPin === null ? null : new five.Relay({ board, pin: wiring.amplifierPin, type: 'NO' });
  return {
    lamp(name, on) {
      const lamp = lamps.get(name);
      if (on) lamp?.on();
      else lamp?.off();
    },
    amplifier(on) {
      if (on) relay?.close();
      else relay?.open();
    },
  };
}
