import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Currency } from '../../src/units/money.ts';
import type { BoxEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';
import { cashFaults } from './cash-faults.ts';
import { CctalkAcceptor } from './cctalk-acceptor.ts';
import { CctalkLine } from './cctalk-line.ts';
import { CoinFeed } from './coin-feed.ts';
import type { CoinSlot } from './coin-slot.ts';
import { SerialLine } from './serial-line.ts';

const BAUD_RATE = 9_600;

export interface CctalkParts {
  readonly path: string;
  readonly folder: string;
  readonly currency: Currency;
  readonly box: { moneyMoved(): Promise<void>; raise(event: BoxEvent): void };
  readonly book: Book;
  readonly slot: CoinSlot;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A ccTalk acceptor on a serial line, with its coins carried into the book. */
export function openCctalk(parts: CctalkParts): { close(): Promise<void> } {
  const { path, folder, currency, box, book, slot, clock, random, log } = parts;
  const faults = cashFaults({ book, log, raise: (event) => box.raise(event) });
  const line = new SerialLine(path, BAUD_RATE, clock);
  const acceptor = new CctalkAcceptor({
    ...{ line: new CctalkLine(line, clock), folder, currency, clock, random },
    onFault: faults.fault,
    onCleared: faults.cleared,
  });
  const feed = new CoinFeed({ device: acceptor, book, clock, log, onFault: faults.fault, onCredit: () => void box.moneyMoved() });
  slot.add(acceptor);
  acceptor.start();
  return {
    async close() {
      await acceptor.stop();
      await line.close();
      await feed.stop();
    },
  };
}
