import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPinsBoard, type PinsBoard } from '../../../../device/boards/pins-board.ts';
import { SimulatedPins } from '../../../../device/boards/simulated-pins.ts';
import { linesOf, SIMULATED_WIRING } from '../../../../device/boards/wiring.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';

const OK = 13;
const [A, B] = [17, 27];
const FIRE_ALARM = 11;
const COIN_1 = 4;
const PLAYING_LAMP = 24;
const AMPLIFIER = 12;
const ACCEPT = 8;

let pins: SimulatedPins;
let board: PinsBoard;
let heard: string[];
let waiting: (() => void)[];

/** Into this test's own list: johnny-five's debounce may outlive the test that pressed. */
function listener(): (what: string) => void {
  const [mine, wakes] = [heard, waiting];
  return (what) => {
    mine.push(what);
    for (const wake of wakes.splice(0)) wake();
  };
}

async function until(what: string): Promise<void> {
  while (!heard.includes(what)) await new Promise<void>((resolve) => waiting.push(resolve));
}

/** johnny-five's own timers run in real time: so does this. */
beforeEach(async () => {
  heard = [];
  waiting = [];
  const hear = listener();
  const inputs = linesOf(SIMULATED_WIRING).filter(({ direction }) => direction === 'in');
  pins = new SimulatedPins(
    systemClock,
    inputs.map(({ pin }) => pin),
  );
  board = await openPinsBoard(
    'a board',
    pins,
    SIMULATED_WIRING,
    {
      key: (key, down) => hear(`${key} ${down ? 'down' : 'up'}`),
      contact: (contact, closed) => hear(`${contact} ${closed ? 'closed' : 'open'}`),
      coinEdge: (line, { low }) => hear(`coin ${line} ${low ? 'low' : 'high'}`),
      gone: hear,
    },
    systemClock,
  );
});
afterEach(() => board.close());

describe('johnny-five on our own IO plugin', () => {
  test('hears a button go down and up', async () => {
    pins.drive(OK, false);
    await until('KEY_OK down');
    pins.drive(OK, true);
    await until('KEY_OK up');
  });

  test('turns lamps and the relay, and never drives an input that a button pulls up', () => {
    board.lamp('playing', true);
    board.amplifier(true);
    board.accept(true);
    expect([PLAYING_LAMP, AMPLIFIER, ACCEPT].map((pin) => pins.level(pin))).toEqual([true, true, true]);
    board.lamp('playing', false);
    board.amplifier(false);
    board.accept(false);
    expect([PLAYING_LAMP, AMPLIFIER, ACCEPT].map((pin) => pins.level(pin))).toEqual([false, false, false]);
    pins.drive(OK, false);
    expect(pins.level(OK)).toBe(false);
  });

  test('reads an encoder a step at a time, in both directions, whatever bounces', () => {
    const turn = (levels: readonly (readonly [number, boolean])[]): void => {
      for (const [pin, high] of levels) pins.drive(pin, high);
    };
    turn([
      [A, false],
      [A, true],
      [A, false],
      [B, false],
      [A, true],
      [B, true],
    ]);
    turn([
      [B, false],
      [A, false],
      [B, true],
      [A, true],
    ]);
    expect(heard.filter((what) => what.endsWith('down'))).toEqual(['KEY_DOWN down', 'KEY_UP down']);
  });

  test('an encoder that moves half a step and back is none', () => {
    for (const [pin, high] of [
      [A, false],
      [B, false],
      [B, true],
      [A, true],
    ] as const)
      pins.drive(pin, high);
    expect(heard).toEqual([]);
  });

  test('tells a contact that stays closed, and not one that only bounces', async () => {
    pins.drive(FIRE_ALARM, false);
    pins.drive(FIRE_ALARM, true);
    pins.drive(FIRE_ALARM, false);
    await until('fire-alarm closed');
    pins.drive(FIRE_ALARM, true);
    await until('fire-alarm open');
    expect(heard).toEqual(['fire-alarm closed', 'fire-alarm open']);
  });

  test('hands coin edges on at once, past any debounce', () => {
    for (let pulse = 0; pulse < 10; pulse++) {
      pins.drive(COIN_1, false);
      pins.drive(COIN_1, true);
    }
    expect(heard).toEqual(Array.from({ length: 10 }, () => ['coin 0 low', 'coin 0 high']).flat());
  });

  test('says what is wired where, and how each line stands', () => {
    pins.drive(OK, false);
    board.lamp('playing', true);
    const lines = board.lines();
    expect(lines.find(({ pin }) => pin === OK)).toEqual({ pin: OK, direction: 'in', purpose: 'KEY_OK', high: false });
    expect(lines.find(({ pin }) => pin === PLAYING_LAMP)).toMatchObject({ direction: 'out', high: true });
    expect(new Set(lines.map(({ pin }) => pin)).size).toBe(lines.length);
  });
});
