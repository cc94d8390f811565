import { openPinsBoard } from '../../../device/boards/pins-board.ts';
import { SimulatedPins } from '../../../device/boards/simulated-pins.ts';
import { linesOf, SIMULATED_WIRING } from '../../../device/boards/wiring.ts';
import { FrontPanel } from '../../../device/panel/front-panel.ts';
import type { BoxControl, BoxView } from '../../../device/session/box-view.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { sleep } from '../../../src/ports/clock.ts';
import { encodeDisplay } from '../../../src/wire/panel-board.ts';
import { PanelBoard } from '../../fakes/panel-board.ts';
import { sampleView } from '../../fakes/sample-view.ts';

const BETWEEN_MS = 20;

/** From the edge of a button to the intent, and from a new view to the last lamp and row: on the simulated board, in real time. */
export async function panelLatency(presses: number): Promise<{ readonly pressMs: readonly number[]; readonly redrawMs: readonly number[] }> {
  let view: BoxView = sampleView;
  let listener: (view: BoxView) => void = () => {};
  let intentAt = 0;
  let drawnAt = 0;
  const box = {
    view: () => view,
    onChange(listen: typeof listener) {
      listener = listen;
      return () => {};
    },
    intent() {
      intentAt = performance.now();
    },
  } as unknown as BoxControl;
  const inputs = linesOf(SIMULATED_WIRING).filter(({ direction }) => direction === 'in');
  const pins = new SimulatedPins(
    systemClock,
    inputs.map(({ pin }) => pin),
  );
  const panel = new FrontPanel({
    ...{ box, clock: systemClock },
    takesKey: () => false,
    open: (events) => openPinsBoard('bench', pins, SIMULATED_WIRING, { ...events, contact() {}, coinEdge() {} }, systemClock),
    show() {
      drawnAt = performance.now();
    },
    onConnection() {},
    say() {},
  });
  await panel.start();
  const [down] = SIMULATED_WIRING.buttons.filter(({ key }) => key === 'KEY_DOWN');
  const pressMs: number[] = [];
  const redrawMs: number[] = [];
  for (let press = 0; press < presses; press++) {
    const pressedAt = performance.now();
    intentAt = 0;
    pins.drive(down?.pin ?? -1, false);
    while (intentAt === 0) await sleep(systemClock, 1);
    pressMs.push(intentAt - pressedAt);
    pins.drive(down?.pin ?? -1, true);
    await sleep(systemClock, BETWEEN_MS);
    view = { ...view, shortLine: `press ${press}` };
    const changedAt = performance.now();
    listener(view);
    redrawMs.push(drawnAt - changedAt);
  }
  await panel.stop();
  return { pressMs, redrawMs };
}

const RS_TO_D7 = [14, 16, 17, 18, 19];

/** Both rows of the panel board's display written anew: from the first byte on its serial line to the last stroke on the glass. Virtual time. */
export function displayRedrawMs(): number {
  const board = new PanelBoard();
  board.run(500);
  const state = (): string => RS_TO_D7.map((pin) => board.driven(pin)).join();
  for (const row of [0, 1] as const) board.send([0xf0, ...encodeDisplay(row, `${row}AbCdEfGhIjKlMnOp`), 0xf7]);
  let before = state();
  let last = 0;
  for (let ms = 1; ms <= 200; ms++) {
    board.run(1);
    const now = state();
    if (now !== before) last = ms;
    before = now;
  }
  return last;
}
