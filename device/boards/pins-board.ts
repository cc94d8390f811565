import { once } from 'node:events';
import five from 'johnny-five';
import type { CoinEdge } from '../../src/domain/cash/pulse-decoder.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Board, BoardEvents } from './board.ts';
import { PinIo } from './pin-io.ts';
import type { Pins } from './pins.ts';
import { wireParts } from './wire-parts.ts';
import { linesOf, type Wiring } from './wiring.ts';

export interface PinsBoardEvents extends BoardEvents {
  /** A change of a coin line (0 is the first), with the time at which the kernel saw it. */
  coinEdge(line: number, edge: CoinEdge): void;
}

export interface PinsBoard extends Board {
  /** Coins may fall, or not. */
  accept(on: boolean): void;
}

/** A board of plain lines, the kernel's or simulated: johnny-five on our own IO plugin. Coin edges go past it, with the kernel's time. */
export async function openPinsBoard(title: string, pins: Pins, wiring: Wiring, events: PinsBoardEvents, clock: Clock): Promise<PinsBoard> {
  const lines = linesOf(wiring);
  const io = new PinIo(pins, Math.max(...lines.map(({ pin }) => pin)) + 1);
  const board = new five.Board({ io, repl: false, debug: false, sigint: false });
  await once(board, 'ready');
  const stop = pins.onEdge(({ pin, high, atNs }) => {
    const line = wiring.coinPins.indexOf(pin);
    if (line >= 0) events.coinEdge(line, { low: !high, atMs: Number(atNs) / 1e6 });
  });
  return {
    title,
    ...wireParts(board, io, wiring, events, clock),
    show: null,
    accept(on) {
      if (wiring.acceptPin !== null) pins.write(wiring.acceptPin, on);
    },
    lines: () => lines.map((line) => ({ ...line, high: pins.level(line.pin) })),
    async close() {
      stop();
      io.close();
      await pins.close();
    },
  };
}
