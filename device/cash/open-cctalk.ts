import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Currency } from '../../src/units/money.ts';
import type { HardwareDesk } from '../boards/hardware-desk.ts';
import type { BoxEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';
import { cashFaults } from './cash-faults.ts';
import { CctalkAcceptor } from './cctalk-acceptor.ts';
import { CctalkLine } from './cctalk-line.ts';
import { CctalkValidator } from './cctalk-validator.ts';
import { CoinFeed } from './coin-feed.ts';
import type { CoinSlot } from './coin-slot.ts';
import { SerialLine } from './serial-line.ts';

const BAUD_RATE = 9_600;

export interface CctalkParts {
  /** The line of the coin acceptor, and of the bill validator; null where there is none. One bus may hold both. */
  readonly coins: string | null;
  readonly bills: string | null;
  readonly folder: string;
  readonly currency: Currency;
  readonly box: { moneyMoved(): Promise<void>; raise(event: BoxEvent): void };
  readonly book: Book;
  readonly slot: CoinSlot;
  readonly hardware: Pick<HardwareDesk, 'acceptors'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** ccTalk devices on serial lines, with their money carried into the book. */
export function openCctalk(parts: CctalkParts): { close(): Promise<void> } {
  const { coins, bills, folder, currency, box, book, slot, clock, random, log } = parts;
  const faults = cashFaults({ book, log, raise: (event) => box.raise(event) });
  const serial = new Map([coins, bills].flatMap((path) => (path === null ? [] : [[path, new SerialLine(path, BAUD_RATE, clock)] as const])));
  const lines = new Map([...serial].map(([path, line]) => [path, new CctalkLine(line, clock)]));
  const devices = [
    { path: coins, Device: CctalkAcceptor },
    { path: bills, Device: CctalkValidator },
  ].flatMap(({ path, Device }) => {
    const line = lines.get(path ?? '');
    return line === undefined ? [] : [new Device({ ...{ line, folder, currency, clock, random }, onFault: faults.fault, onCleared: faults.cleared })];
  });
  const feeds = devices.map((device) => new CoinFeed({ device, book, clock, log, onFault: faults.fault, onCredit: () => void box.moneyMoved() }));
  parts.hardware.acceptors = devices;
  for (const device of devices) {
    slot.add(device);
    device.start();
  }
  return {
    async close() {
      await Promise.all(devices.map((device) => device.stop()));
      await Promise.all([...serial.values()].map((line) => line.close()));
      await Promise.all(feeds.map((feed) => feed.stop()));
    },
  };
}
