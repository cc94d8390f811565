import type { Clock } from '../../src/ports/clock.ts';
import type { Board, BoardEvents } from '../boards/board.ts';
import type { BoxConfig } from '../box-config.ts';
import type { KeyTaker } from '../input/key-desk.ts';
import type { Say } from '../say.ts';
import type { FirstBootBox } from './first-boot-box.ts';

interface PanelParts {
  readonly config: BoxConfig;
  readonly box: FirstBootBox;
  readonly clock: Clock;
  readonly say: Say;
}

/** The front panel of a box that is not set up: buttons and display, no coins (they stay inhibited, as the hardware begins). */
export async function openFirstPanel({ config, box, clock, say }: PanelParts, takesKey: KeyTaker): Promise<{ close(): Promise<void> } | null> {
  const { board, lcd } = config.hardware;
  if (board === null || (board.kind !== 'panel' && board.kind !== 'gpio')) return null;
  const [{ FrontPanel }, { openKernelLcd }] = await Promise.all([import('../panel/front-panel.ts'), import('../panel/kernel-lcd.ts')]);
  const tell = (message: string): void => say({ event: 'notice', message });
  const display = lcd === null ? null : openKernelLcd(lcd, tell);
  const panel = new FrontPanel({
    ...{ box, clock, takesKey, say: tell, show: display === null ? null : display.show, onConnection() {} },
    open: (events) => openBoard(board, { ...events, contact() {} }, clock),
  });
  await panel.start();
  return {
    async close() {
      await panel.stop();
      display?.close();
    },
  };
}

type FittedBoard = Exclude<NonNullable<BoxConfig['hardware']['board']>, { readonly kind: 'simulated' }>;

async function openBoard(board: FittedBoard, events: BoardEvents, clock: Clock): Promise<Board> {
  const { GPIO_BOARDS, PANEL_BOARD } = await import('../boards/wiring.ts');
  if (board.kind === 'panel') return await (await import('../boards/panel-board.ts')).openPanelBoard(board.path, PANEL_BOARD, { ...events, coins() {} }, clock);
  const [{ GpiodPins }, { openPinsBoard }] = await Promise.all([import('../boards/gpiod-pins.ts'), import('../boards/pins-board.ts')]);
  const { title, wiring, ...found } = GPIO_BOARDS[board.name];
  const pins = await GpiodPins.open({ title, wiring, ...found }, events.gone);
  return await openPinsBoard(`${title} on ${pins.name}`, pins, wiring, { ...events, coinEdge() {} }, clock);
}
