import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CctalkLine } from '../../../../device/cash/cctalk-line.ts';
import { CctalkValidator } from '../../../../device/cash/cctalk-validator.ts';
import { CctalkValidatorBus } from '../../../fakes/cctalk-validator-bus.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const FIVE = 1;
const TWENTY = 3;
const POUNDS = 4;

let folder: string;
let clock: VirtualClock;
let bus: CctalkValidatorBus;
let faults: string[];
const random = new SeededRandom(7);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-bills-'));
  clock = new VirtualClock();
  bus = new CctalkValidatorBus();
  faults = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** In small steps: a conversation of many questions has many turns. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5) await clock.advance(5);
}

function validator(): CctalkValidator {
  return new CctalkValidator({
    ...{ line: new CctalkLine(bus, clock), folder, currency: 'EUR', clock, random },
    onFault: (code) => faults.push(code),
    onCleared: (code) => faults.push(`cleared ${code}`),
  });
}

async function taking(): Promise<CctalkValidator> {
  const bills = validator();
  bills.start();
  bills.accept();
  await pass(600);
  return bills;
}

const values = (bills: CctalkValidator): readonly bigint[] => bills.coinsAfter(0).map(({ valueMinor }) => valueMinor);

describe('a bill validator with escrow', () => {
  test('takes bills of the box’s currency, by the scale of their country', async () => {
    const bills = await taking();
    expect(bus.mask).toBe(0b0111);
    expect(bus.mode).toBe(3);
    expect(bus.insert(POUNDS)).toBe(false);
    expect(bus.insert(TWENTY)).toBe(true);
    await pass(400);
    expect(values(bills)).toEqual([]);
    bus.settle();
    await pass(200);
    expect(values(bills)).toEqual([2_000n]);
    await bills.stop();
  });

  test('gives a bill back that it holds when no money is taken any more, and credits nothing', async () => {
    const bills = await taking();
    bus.insert(FIVE);
    bills.inhibit();
    await pass(400);
    expect(bus.routed).toBe('back');
    bus.settle();
    await pass(200);
    expect(values(bills)).toEqual([]);
    expect(bus.stacked).toEqual([]);
    await bills.stop();
  });

  test('a box that died between holding and stacking credits the bill once when it is back', async () => {
    const before = await taking();
    bus.insert(FIVE);
    await pass(250);
    expect(bus.routed).toBe('stack');
    await before.stop();
    bus.settle();
    const bills = await taking();
    expect(values(bills)).toEqual([500n]);
    await pass(1_000);
    expect(values(bills)).toEqual([500n]);
    await bills.stop();
  });

  test('a bill that was held and not routed when the box died is routed by the next start', async () => {
    const before = await taking();
    await before.stop();
    bus.enabled = true;
    bus.insert(FIVE);
    const bills = await taking();
    expect(bus.routed).toBe('stack');
    bus.settle();
    await pass(200);
    expect(values(bills)).toEqual([500n]);
    await bills.stop();
  });

  test('says so where power failed with a bill in its hands, and guesses nothing', async () => {
    const bills = await taking();
    bus.insert(FIVE);
    await pass(250);
    bus.losePower();
    await pass(1_000);
    expect(faults).toContain('bill-unsettled');
    expect(values(bills)).toEqual([]);
    bills.accept();
    await pass(600);
    expect(bus.insert(TWENTY)).toBe(true);
    await bills.stop();
  });

  test('tells a jam and a string, and other news not', async () => {
    const bills = await taking();
    bus.status(10);
    bus.status(15);
    bus.status(18);
    await pass(400);
    expect(faults).toEqual(['bills-error', 'bill-fraud']);
    await bills.stop();
  });
});
