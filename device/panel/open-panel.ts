import type { Clock } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';
import { PANEL_BOARD } from '../boards/wiring.ts';
import { cashFaults } from '../cash/cash-faults.ts';
import { CoinFeed } from '../cash/coin-feed.ts';
import type { CoinSlot } from '../cash/coin-slot.ts';
import { PanelCoins } from '../cash/panel-coins.ts';
import type { BoxControl } from '../session/box-view.ts';
import type { BoxEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';
import { FrontPanel } from './front-panel.ts';

export interface PanelParts {
  readonly path: string;
  /** What a coin of each of the board's lines is worth. */
  readonly coinsMinor: readonly bigint[];
  readonly box: BoxControl & { moneyMoved(): Promise<void>; raise(event: BoxEvent): void };
  readonly book: Book;
  readonly slot: CoinSlot;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  say(message: string): void;
}

/** The front panel with everything behind it: keys to intents, coins into the book, the view onto lamps and display. */
export async function openFrontPanel(parts: PanelParts): Promise<{ close(): Promise<void> }> {
  const { path, coinsMinor, box, book, slot, clock, random, log, say } = parts;
  const faults = cashFaults({ book, log, raise: (event) => box.raise(event) });
  const coins = new PanelCoins({ book, random, valuesMinor: coinsMinor, faults });
  const feeds = coins.acceptors.map((device) => new CoinFeed({ device, book, clock, log, onFault: faults.fault, onCredit: () => void box.moneyMoved() }));
  const panel = new FrontPanel({
    ...{ path, wiring: PANEL_BOARD, box, clock, log, say },
    onCoins: (report) => void coins.take(report),
    onConnection: (send) => coins.connected(send),
  });
  await panel.start();
  for (const acceptor of coins.acceptors) slot.add(acceptor);
  return {
    async close() {
      await panel.stop();
      await Promise.all(feeds.map((feed) => feed.stop()));
    },
  };
}
