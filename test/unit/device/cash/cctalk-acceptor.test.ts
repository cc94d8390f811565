import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CctalkAcceptor } from '../../../../device/cash/cctalk-acceptor.ts';
import { CctalkLine } from '../../../../device/cash/cctalk-line.ts';
import { CctalkBus } from '../../../fakes/cctalk-bus.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

let folder: string;
let clock: VirtualClock;
let bus: CctalkBus;
let faults: string[];
const random = new SeededRandom(7);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-cctalk-'));
  clock = new VirtualClock();
  bus = new CctalkBus();
  faults = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** In small steps: a conversation of many questions has many turns. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5) await clock.advance(5);
}

function acceptorOn(line = bus): CctalkAcceptor {
  return new CctalkAcceptor({
    ...{ line: new CctalkLine(line, clock), folder, currency: 'EUR', clock, random },
    onFault: (code) => faults.push(code),
    onCleared: () => faults.push('cleared'),
  });
}

/** An acceptor that has introduced itself and takes coins. */
async function taking(): Promise<CctalkAcceptor> {
  const acceptor = acceptorOn();
  acceptor.start();
  acceptor.accept();
  await pass(400);
  return acceptor;
}

const values = (acceptor: CctalkAcceptor): readonly bigint[] => acceptor.coinsAfter(0).map((coin) => coin.valueMinor);

describe('a ccTalk acceptor', () => {
  test.each([true, false])('introduces itself and takes coins of the box’s currency only (echo on the bus: %s)', async (echo) => {
    bus.echo = echo;
    const acceptor = await taking();
    expect(bus.mask).toBe(0b011111);
    expect(bus.insert(4)).toBe(true);
    expect(bus.insert(6)).toBe(false);
    await pass(200);
    expect(values(acceptor)).toEqual([100n]);
  });

  test('is inhibited until it is told to accept, and when the lease is over', async () => {
    const acceptor = acceptorOn();
    acceptor.start();
    await pass(1_000);
    expect(bus.enabled).toBe(false);
    acceptor.accept();
    await pass(400);
    expect(bus.enabled).toBe(true);
    expect(acceptor.accepting()).toBe(true);
    await pass(2_000);
    expect(bus.enabled).toBe(false);
    expect(acceptor.accepting()).toBe(false);
  });

  test('counts every coin once, over the wrap of its eight-bit counter', async () => {
    const acceptor = await taking();
    for (let i = 0; i < 600; i++) {
      acceptor.accept();
      bus.insert((i % 5) + 1);
      if (i % 4 === 3) await pass(200);
    }
    await pass(400);
    expect(acceptor.reading().counter).toBe(600);
    expect(faults).toEqual([]);
  });

  test('keeps its numbers over a restart of the box, and counts what fell meanwhile', async () => {
    const before = await taking();
    bus.insert(4);
    await pass(200);
    const { counterEpoch } = before.reading();
    // kill -9: nobody says goodbye.
    bus.insert(5);
    bus.insert(1);
    const line = new CctalkBus();
    Object.assign(line, bus);
    const after = acceptorOn();
    after.start();
    await pass(400);
    expect(after.reading()).toEqual({ counterEpoch, counter: 3 });
    expect(values(after)).toEqual([100n, 200n, 10n]);
  });

  test('what fell before the box and the acceptor met is not this box’s money', async () => {
    bus.enabled = true;
    bus.mask = 0xff;
    for (let i = 0; i < 7; i++) bus.insert(4);
    const acceptor = await taking();
    expect(values(acceptor)).toEqual([]);
    bus.insert(5);
    await pass(200);
    expect(values(acceptor)).toEqual([200n]);
    expect(faults).toEqual([]);
  });

  test('more coins between two polls than it can remember are a fault, and the rest still counts', async () => {
    const acceptor = await taking();
    for (let i = 0; i < 8; i++) bus.insert(4);
    await pass(200);
    expect(faults).toEqual(['coins-lost']);
    expect(values(acceptor)).toHaveLength(5);
  });

  test('an acceptor that lost its power begins another epoch, introduces itself again, and is told to accept again', async () => {
    const acceptor = await taking();
    bus.insert(4);
    await pass(200);
    const first = acceptor.reading();
    bus.losePower();
    acceptor.accept();
    await pass(600);
    expect(bus.enabled).toBe(true);
    bus.insert(4);
    await pass(200);
    expect(acceptor.reading().counter).toBe(1);
    expect(acceptor.reading().counterEpoch).not.toBe(first.counterEpoch);
  });

  test('a silent acceptor is a fault, once, and clears when it answers again', async () => {
    const acceptor = await taking();
    bus.silent = true;
    await pass(10_000);
    expect(faults).toEqual(['acceptor-silent']);
    expect(acceptor.accepting()).toBe(false);
    bus.silent = false;
    acceptor.accept();
    await pass(600);
    expect(faults).toEqual(['acceptor-silent', 'cleared']);
    expect(bus.enabled).toBe(true);
  });

  test('damaged answers cost a poll, never a coin', async () => {
    const acceptor = await taking();
    bus.insert(4);
    bus.damaged = 3;
    acceptor.accept();
    await pass(2_000);
    expect(values(acceptor)).toEqual([100n]);
    expect(faults).toEqual([]);
  });

  test('a blocked sensor is said; a rejected coin is not', async () => {
    await taking();
    bus.fail(1);
    await pass(200);
    expect(faults).toEqual([]);
    bus.fail(14);
    await pass(200);
    expect(faults).toEqual(['acceptor-error']);
  });

  test('something else on the line is refused by name', async () => {
    bus.category = 'Payout';
    await taking();
    expect(faults[0]).toBe('acceptor-alien');
    expect(bus.enabled).toBe(false);
  });
});
