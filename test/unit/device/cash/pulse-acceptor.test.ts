import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CoinMemory } from '../../../../device/cash/coin-memory.ts';
import { PulseAcceptor } from '../../../../device/cash/pulse-acceptor.ts';
import { PulseCoins } from '../../../../device/cash/pulse-coins.ts';
import type { CoinLine } from '../../../../device/hardware-config.ts';
import { limits } from '../../../../src/limits.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const BURSTS: CoinLine = {
  funding: 'paid',
  coding: {
    kind: 'bursts',
    values: new Map([
      [1, 50n],
      [2, 100n],
      [4, 200n],
    ]),
  },
};
const CARD: CoinLine = { funding: 'card', coding: { kind: 'each', valueMinor: 500n } };

let folder: string;
let clock: VirtualClock;
let accepting: boolean[];
let faults: string[];
let noted: number[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-pulses-'));
  clock = new VirtualClock();
  accepting = [];
  faults = [];
  noted = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function coins(lines: readonly CoinLine[] = [BURSTS, CARD]): PulseCoins {
  return new PulseCoins({
    ...{ lines, pulses: { shortestMs: 15, longestMs: 550, burstPauseMs: 400 }, folder, clock, random: new SeededRandom(3) },
    book: {
      async notePulses(_source, pulses) {
        noted.push(pulses);
      },
    },
    faults: { fault: (code) => faults.push(code), cleared: (code) => faults.push(`cleared ${code}`) },
    accept: (on) => accepting.push(on),
  });
}

const ms = (): number => Number(clock.monotonicNs()) / 1e6;

/** In small steps, and with what waits for the input to be read. */
async function pass(forMs: number): Promise<void> {
  for (let passed = 0; passed < forMs; passed += 25) {
    await clock.advance(25);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Pulses of 50 and 50 ms, told as they come. */
async function throwCoin(into: PulseCoins, line: number, pulses: number): Promise<void> {
  for (let pulse = 0; pulse < pulses; pulse++) {
    into.edge(line, { low: true, atMs: ms() });
    await pass(50);
    into.edge(line, { low: false, atMs: ms() });
    await pass(50);
  }
}

const values = (of: PulseCoins, line: number): readonly bigint[] => (of.acceptors[line]?.coinsAfter(0) ?? []).map(({ valueMinor }) => valueMinor);

describe('coins told by pulses on GPIO lines', () => {
  test('are worth what their bursts are worth, each line for itself', async () => {
    const slot = coins();
    await throwCoin(slot, 0, 4);
    await pass(600);
    await throwCoin(slot, 0, 1);
    await throwCoin(slot, 1, 2);
    await pass(600);
    expect(values(slot, 0)).toEqual([200n, 50n]);
    expect(values(slot, 1)).toEqual([500n, 500n]);
    expect(slot.acceptors.map(({ funding }) => funding)).toEqual(['paid', 'card']);
  });

  test('a burst that is no coin is noted as its pulses, and never rounded to one', async () => {
    const slot = coins();
    await throwCoin(slot, 0, 3);
    await pass(600);
    expect(values(slot, 0)).toEqual([]);
    expect(noted).toEqual([3]);
    expect(faults).toEqual(['coin-pulse-unexplained']);
  });

  test('a burst that a stall tells late and all at once is the coin that it was', async () => {
    const waiting: (() => void)[] = [];
    const acceptor = new PulseAcceptor({
      ...{ source: 'gpio-1', funding: 'paid', clock },
      setup: { bounceMs: 5, shortestMs: 15, longestMs: 550, burstPauseMs: 400, jamMs: 2_000, coding: BURSTS.coding },
      memory: new CoinMemory({ folder, source: 'gpio-1', random: new SeededRandom(3) }),
      afterInput: (run) => waiting.push(run),
      onAccepting() {},
      onUnexplained: (pulses) => noted.push(pulses),
      onJam() {},
    });
    const from = ms();
    acceptor.edge({ low: true, atMs: from });
    acceptor.edge({ low: false, atMs: from + 50 });
    // The host stalls for two seconds: its timer fires late, and only then is the pipe read.
    await clock.advance(2_000);
    expect(waiting).toHaveLength(1);
    acceptor.edge({ low: true, atMs: from + 100 });
    acceptor.edge({ low: false, atMs: from + 150 });
    for (let turn = 0; turn < 20; turn++) {
      for (const run of waiting.splice(0)) run();
      await clock.advance(50);
    }
    expect(acceptor.coinsAfter(0).map(({ valueMinor }) => valueMinor)).toEqual([100n]);
    expect(noted).toEqual([]);
  });

  test('count on after a restart, under the same name', async () => {
    const before = coins();
    await throwCoin(before, 1, 1);
    await pass(200);
    before.stop();
    const slot = coins();
    await throwCoin(slot, 1, 1);
    await pass(200);
    expect(slot.acceptors[1]?.coinsAfter(0).map(({ counter }) => counter)).toEqual([1, 2]);
    expect(slot.acceptors[1]?.reading().counterEpoch).toBe(before.acceptors[1]?.reading().counterEpoch);
  });

  test('are taken only while every lease is renewed: a box that says nothing more has a shut slot', async () => {
    const slot = coins();
    expect(accepting).toEqual([]);
    for (const acceptor of slot.acceptors) acceptor.accept();
    expect(accepting).toEqual([true]);
    await pass(limits.acceptLeaseMs - 100);
    expect(accepting).toEqual([true]);
    await pass(200);
    expect(accepting).toEqual([true, false]);
  });

  test('a board that comes back is told again', () => {
    const slot = coins();
    slot.acceptors[0]?.accept();
    slot.connected();
    expect(accepting).toEqual([true, true]);
    slot.stop();
  });

  test('a coin that is stuck shuts the slot until the line is free', async () => {
    const slot = coins();
    slot.edge(0, { low: true, atMs: ms() });
    await pass(2_500);
    expect(faults).toEqual(['coin-jam']);
    slot.edge(0, { low: false, atMs: ms() });
    await pass(100);
    expect(faults).toEqual(['coin-jam', 'cleared coin-jam']);
    expect(values(slot, 0)).toEqual([]);
  });
});
