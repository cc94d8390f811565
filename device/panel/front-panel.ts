import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every, monotonicMs } from '../../src/ports/clock.ts';
import type { Log } from '../../src/ports/log.ts';
import { type CoinReport, encodeDisplay, PANEL_SYSEX } from '../../src/wire/panel-board.ts';
import { openPanelBoard, type PanelBoard } from '../boards/panel-board.ts';
import type { Lamp, Wiring } from '../boards/wiring.ts';
import { KeyDesk } from '../input/key-desk.ts';
import type { BoxControl } from '../session/box-view.ts';
import { type PanelFace, panelFace } from './panel-face.ts';

const BUTTON = '3';
const SOURCE = 'panel';
const TURN_MS = 300;

export interface FrontPanelOptions {
  readonly path: string;
  readonly wiring: Wiring;
  readonly box: BoxControl;
  readonly clock: Clock;
  readonly log: Log;
  onCoins(report: CoinReport): void;
  /** The board can be spoken to, or (null) not any more. */
  onConnection(send: ((message: readonly number[]) => void) | null): void;
  /** For people: the board came, went, or can not be found. */
  say(message: string): void;
}

/** The front panel on its serial line: keys in, lamps and display out. Looks for its board again whenever it is gone. */
export class FrontPanel {
  readonly #options: FrontPanelOptions;
  readonly #keys: KeyDesk;
  #board: PanelBoard | null = null;
  #shown: PanelFace | null = null;
  #cancelRetry: () => void = () => {};
  #lastTrouble = '';
  #stopped = false;
  readonly #stopWatching: (() => void)[];

  constructor(options: FrontPanelOptions) {
    this.#options = options;
    this.#keys = new KeyDesk(options.box, options.clock, BUTTON);
    this.#stopWatching = [options.box.onChange(() => this.#draw()), every(options.clock, TURN_MS, () => this.#draw())];
  }

  /** Resolves after the first try; without a board the box goes on, and the panel keeps looking. */
  async start(): Promise<void> {
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    for (const stop of this.#stopWatching) stop();
    await this.#board?.close();
  }

  async #connect(): Promise<void> {
    const { path, wiring, clock, onCoins, onConnection, say } = this.#options;
    try {
      const board = await openPanelBoard(
        path,
        wiring,
        { key: (key, down) => this.#keys.key(SOURCE, key, down), coins: onCoins, gone: (message) => this.#gone(message) },
        clock,
      );
      if (this.#stopped) return await board.close();
      this.#board = board;
      this.#shown = null;
      this.#lastTrouble = '';
      say(`panel board on ${path}`);
      onConnection((message) => board.send(message));
      board.send([PANEL_SYSEX.query]);
      this.#draw();
    } catch (thrown) {
      this.#trouble(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #gone(message: string): void {
    this.#board = null;
    this.#options.onConnection(null);
    this.#keys.gone(SOURCE);
    this.#trouble(message);
  }

  /** Said once, not at every try. */
  #trouble(message: string): void {
    if (message !== this.#lastTrouble) this.#options.say(message);
    this.#lastTrouble = message;
    if (!this.#stopped) this.#cancelRetry = this.#options.clock.after(limits.panelBoardRetryMs, () => void this.#connect());
  }

  #draw(): void {
    const board = this.#board;
    if (board === null) return;
    const face = panelFace(this.#options.box.view(), monotonicMs(this.#options.clock));
    const shown = this.#shown;
    face.lines.forEach((line, row) => {
      if (shown?.lines[row] !== line) board.send(encodeDisplay(row === 0 ? 0 : 1, line));
    });
    for (const lamp of Object.keys(face.lamps) as Lamp[]) if (shown?.lamps[lamp] !== face.lamps[lamp]) board.lamp(lamp, face.lamps[lamp]);
    if (shown?.amplifier !== face.amplifier) board.amplifier(face.amplifier);
    this.#shown = face;
  }
}
