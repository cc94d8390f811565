import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { every, monotonicMs } from '../../src/ports/clock.ts';
import type { Board, BoardEvents } from '../boards/board.ts';
import type { Lamp } from '../boards/wiring.ts';
import { KeyDesk, type KeyTaker } from '../input/key-desk.ts';
import type { BoxControl } from '../session/box-view.ts';
import { type PanelFace, panelFace } from './panel-face.ts';

const BUTTON = '3';
const SOURCE = 'panel';
const TURN_MS = 300;

export interface FrontPanelOptions {
  readonly box: BoxControl;
  readonly clock: Clock;
  /** Whether another surface has the key first. */
  readonly takesKey: KeyTaker;
  /** Rejects with words where the board is not there. */
  open(events: Pick<BoardEvents, 'key' | 'gone'>): Promise<Board>;
  /** A display beside the board's own; null: none. */
  readonly show: Board['show'];
  /** Lamps that are lit whatever the box does, and no others; null or absent: as the box does. */
  readonly shownLamps?: () => ReadonlySet<string> | null;
  /** The board can be spoken to, or (null) not any more. */
  onConnection(board: Board | null): void;
  /** For people: the board came, went, or can not be found. */
  say(message: string): void;
}

/** The front panel: keys in, lamps and display out. Looks for its board again whenever it is gone. */
export class FrontPanel {
  readonly #options: FrontPanelOptions;
  readonly #keys: KeyDesk;
  #board: Board | null = null;
  #shown: PanelFace | null = null;
  #cancelRetry: () => void = () => {};
  #lastTrouble = '';
  #stopped = false;
  readonly #stopWatching: (() => void)[];

  constructor(options: FrontPanelOptions) {
    this.#options = options;
    this.#keys = new KeyDesk(options.box, options.clock, BUTTON, options.takesKey);
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
    const { open, onConnection, say } = this.#options;
    try {
      const board = await open({ key: (key, down) => this.#keys.key(SOURCE, key, down), gone: (message) => this.#gone(message) });
      if (this.#stopped) return await board.close();
      this.#board = board;
      this.#shown = null;
      this.#lastTrouble = '';
      say(board.title);
      onConnection(board);
      this.#draw();
    } catch (thrown) {
      this.#trouble(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #gone(message: string): void {
    void this.#board?.close().catch(() => {});
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
    face.lines.forEach((line, index) => {
      if (shown?.lines[index] === line) return;
      const row = index === 0 ? 0 : 1;
      board.show?.(row, line);
      this.#options.show?.(row, line);
    });
    const tested = this.#options.shownLamps?.() ?? null;
    const lamps =
      tested === null
        ? face.lamps
        : { ok: tested.has('ok'), back: tested.has('back'), playing: tested.has('playing'), fault: tested.has('fault'), sign: tested.has('sign') };
    for (const lamp of Object.keys(lamps) as Lamp[]) if (shown?.lamps[lamp] !== lamps[lamp]) board.lamp(lamp, lamps[lamp]);
    if (shown?.amplifier !== face.amplifier) board.amplifier(face.amplifier);
    this.#shown = { ...face, lamps };
  }
}
