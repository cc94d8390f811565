import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/units/result.ts';
import { type CoinReport, decodeCoinReport, encodeAccept, encodeEpoch, encodeSetup, PANEL_SYSEX } from '../../../../src/wire/panel-board.ts';
import { PanelBoard, PanelMemory, PowerCut } from '../../../fakes/panel-board.ts';

const EPOCH = 4_711;
const ACCEPT_PIN = 4;
const LINE = [2, 3] as const;

/** A board and the host's side of its line: keeps every coin report. */
class Scene {
  readonly board: PanelBoard;
  readonly reports: CoinReport[] = [];
  #frame: number[] | null = null;

  constructor(memory?: PanelMemory) {
    this.board = new PanelBoard(memory);
    this.board.onByte = (byte) => this.#take(byte);
    this.board.run(20);
  }

  tell(message: readonly number[]): void {
    this.board.send([0xf0, ...message, 0xf7]);
    this.board.run(10);
  }

  last(): CoinReport {
    this.tell([PANEL_SYSEX.query]);
    const report = this.reports.at(-1);
    expect(report).toBeDefined();
    return report as CoinReport;
  }

  pulse(line: 0 | 1, downMs: number, upMs: number): void {
    this.board.drive(LINE[line], false);
    this.board.run(downMs);
    this.board.drive(LINE[line], true);
    this.board.run(upMs);
  }

  #take(byte: number): void {
    if (byte === 0xf0) this.#frame = [];
    else if (byte === 0xf7 && this.#frame?.[0] === PANEL_SYSEX.coins) {
      const report = decodeCoinReport(this.#frame.slice(1));
      expect(report).toMatchObject(ok({}));
      if (report.ok) this.reports.push(report.value);
    } else this.#frame?.push(byte);
  }
}

function named(memory?: PanelMemory): Scene {
  const scene = new Scene(memory);
  scene.tell(encodeEpoch(EPOCH));
  scene.board.run(200);
  return scene;
}

describe('the panel board takes coins only while the host says so', () => {
  test('is inhibited after a reset, and while its memory has no name', () => {
    const scene = new Scene();
    expect(scene.board.driven(ACCEPT_PIN)).toBe(false);
    scene.tell(encodeAccept(1_000));
    expect(scene.board.driven(ACCEPT_PIN)).toBe(false);
  });

  test('accepts for the lease and no longer', () => {
    const scene = named();
    scene.tell(encodeAccept(500));
    expect(scene.last().accepting).toBe(true);
    expect(scene.board.driven(ACCEPT_PIN)).toBe(true);
    scene.board.run(460);
    expect(scene.board.driven(ACCEPT_PIN)).toBe(true);
    scene.board.run(40);
    expect(scene.board.driven(ACCEPT_PIN)).toBe(false);
    expect(scene.reports.at(-1)?.accepting).toBe(false);
  });

  test('inhibits at once when told, and on a system reset', () => {
    const scene = named();
    scene.tell(encodeAccept(10_000));
    scene.tell(encodeAccept(0));
    expect(scene.board.driven(ACCEPT_PIN)).toBe(false);
    scene.tell(encodeAccept(10_000));
    scene.board.send([0xff]);
    scene.board.run(5);
    expect(scene.board.driven(ACCEPT_PIN)).toBe(false);
  });

  test('a line held down is a jam: told, and no coins are taken', () => {
    const scene = named();
    scene.board.drive(LINE[0], false);
    scene.board.run(2_100);
    expect(scene.reports.at(-1)?.jammed).toBe(true);
    scene.tell(encodeAccept(1_000));
    expect(scene.board.driven(ACCEPT_PIN)).toBe(false);
    scene.board.drive(LINE[0], true);
    scene.board.run(400);
    expect(scene.last()).toMatchObject({ jammed: false, pulses: [0, 0] });
  });
});

describe('the panel board counts coin pulses by itself', () => {
  test.each([
    [20, 20],
    [20, 300],
    [50, 50],
    [100, 200],
    [500, 500],
  ])('pulses of %i ms with pauses of %i ms are counted one by one', (downMs, upMs) => {
    const scene = named();
    for (let i = 0; i < 30; i++) scene.pulse(1, downMs, upMs);
    scene.board.run(500);
    expect(scene.last()).toMatchObject({ epoch: EPOCH, pulses: [0, 30], unexplained: 0, writing: false });
  });

  test('both lines at once are kept apart', () => {
    const scene = named();
    for (let i = 0; i < 20; i++) {
      scene.board.drive(LINE[0], false);
      scene.board.run(10);
      scene.board.drive(LINE[1], false);
      scene.board.run(15);
      scene.board.drive(LINE[0], true);
      scene.board.run(15);
      scene.board.drive(LINE[1], true);
      scene.board.run(25);
    }
    scene.board.run(500);
    expect(scene.last()).toMatchObject({ pulses: [20, 20], unexplained: 0 });
  });

  test('contacts that bounce for two milliseconds are one pulse', () => {
    const scene = named();
    for (const high of [false, true, false, true, false]) {
      scene.board.drive(LINE[0], high);
      scene.board.run(1);
    }
    scene.board.run(30);
    for (const high of [true, false, true]) {
      scene.board.drive(LINE[0], high);
      scene.board.run(1);
    }
    scene.board.run(500);
    expect(scene.last()).toMatchObject({ pulses: [1, 0], unexplained: 0 });
  });

  test.each([10, 15, 600, 1_500])('a pulse of %i ms is no coin: unexplained, told at once, not counted', (ms) => {
    const scene = named();
    scene.pulse(0, ms, 500);
    expect(scene.reports.at(-1)).toMatchObject({ pulses: [0, 0], unexplained: 1 });
  });

  test('the widths can be set, and nonsense is refused', () => {
    const scene = named();
    scene.tell(encodeSetup({ shortestMs: 40, longestMs: 60, burstPauseMs: 100 }));
    scene.tell(encodeSetup({ shortestMs: 1, longestMs: 5_000, burstPauseMs: 100 }));
    scene.pulse(0, 20, 50);
    scene.pulse(0, 50, 300);
    expect(scene.last()).toMatchObject({ pulses: [1, 0], unexplained: 1 });
  });

  test('loses none of 300 pulses of 20/20 ms while the host stalls for 500 ms again and again', () => {
    const scene = named();
    for (let i = 0; i < 300; i++) {
      // The host only listens now and then; what it says meanwhile arrives in one heap.
      if (i % 12 === 0) scene.board.send(Array.from({ length: 20 }, () => [0xf0, PANEL_SYSEX.query, 0xf7]).flat());
      scene.pulse(0, 20, 20);
    }
    scene.board.run(600);
    expect(scene.last()).toMatchObject({ pulses: [300, 0], unexplained: 0, writing: false });
    expect(scene.board.resets).toBe(0);
  });
});

describe('the panel board forgets nothing that it told', () => {
  test('counts on after a power cut, in the same epoch', () => {
    const memory = new PanelMemory();
    const before = named(memory);
    for (let i = 0; i < 5; i++) before.pulse(0, 50, 50);
    before.board.run(600);
    expect(before.last().pulses).toEqual([5, 0]);

    const after = new Scene(memory);
    expect(after.last()).toMatchObject({ epoch: EPOCH, pulses: [5, 0] });
    after.tell(encodeEpoch(99));
    after.pulse(0, 50, 600);
    expect(after.last()).toMatchObject({ epoch: EPOCH, pulses: [6, 0] });
  });

  test('tells pulses only once they are in the memory, and writes once a burst', () => {
    const scene = named();
    const operations = scene.board.memory.operations;
    for (let i = 0; i < 10; i++) scene.pulse(0, 50, 50);
    expect(scene.last()).toMatchObject({ pulses: [0, 0], writing: true });
    scene.board.run(600);
    expect(scene.last()).toMatchObject({ pulses: [10, 0], writing: false });
    expect(scene.board.memory.operations - operations).toBe(32);
  });

  test('wears all cells alike: 200 bursts, and no cell is written more than a handful of times', () => {
    const memory = new PanelMemory();
    const writes = new Map<number, number>();
    const write = memory.writeMemory.bind(memory);
    memory.writeMemory = (address, value) => {
      writes.set(address, (writes.get(address) ?? 0) + 1);
      write(address, value);
    };
    const scene = named(memory);
    scene.tell(encodeSetup({ shortestMs: 20, longestMs: 60, burstPauseMs: 30 }));
    for (let i = 0; i < 200; i++) scene.pulse(0, 25, 120);
    scene.board.run(300);
    expect(scene.last().pulses).toEqual([200, 0]);
    expect(Math.max(...writes.values())).toBeLessThanOrEqual(4);
  });

  test('power cut before every single erasure and write: the old count or the new one, and never less than was told', () => {
    const operationsOfABurst = 32;
    for (let cut = 0; cut <= operationsOfABurst; cut++) {
      const memory = new PanelMemory();
      const scene = named(memory);
      scene.pulse(0, 50, 600);
      expect(scene.last().pulses).toEqual([1, 0]);
      memory.cutBefore = memory.operations + cut;
      let told = 1;
      try {
        for (let i = 0; i < 3; i++) scene.pulse(0, 50, 50);
        scene.board.run(600);
        told = scene.last().pulses[0] ?? 0;
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(PowerCut);
      }
      memory.cutBefore = Number.POSITIVE_INFINITY;
      const after = new Scene(memory).last();
      expect(after.epoch).toBe(EPOCH);
      expect([1, 4]).toContain(after.pulses[0]);
      expect(after.pulses[0]).toBeGreaterThanOrEqual(told);
    }
  });

  test('a scribbled memory is a blank one: a new epoch, never an old count under another name', () => {
    const memory = new PanelMemory();
    memory.bytes.forEach((_, address) => {
      memory.bytes[address] = (address * 37) & 0xff;
    });
    expect(new Scene(memory).last()).toMatchObject({ epoch: 0, pulses: [0, 0] });
  });
});
