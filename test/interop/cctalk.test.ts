import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CctalkBus } from '../fakes/cctalk-bus.ts';
import { CctalkValidatorBus } from '../fakes/cctalk-validator-bus.ts';
import { clearAway, RunningHouse, scratch } from '../fakes/house.ts';

const ONE_EURO = 4;
const TWO_EUROS = 5;
const FIVE_EUROS = 1;

const folder = mkdtempSync(join(tmpdir(), 'ackbox-cctalk-'));
const bus = new CctalkBus();
const bills = new CctalkValidatorBus();
const cables: ChildProcess[] = [];
const ports: SerialPort[] = [];
let house: RunningHouse;

async function until(ask: () => boolean): Promise<void> {
  while (!ask()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A serial line of its own. @returns the box's end */
async function fitted(name: string, device: CctalkBus | CctalkValidatorBus): Promise<string> {
  const [boxEnd, deviceEnd] = [join(folder, `${name}-box`), join(folder, name)];
  cables.push(spawn('socat', [`PTY,link=${boxEnd},rawer`, `PTY,link=${deviceEnd},rawer`], { stdio: 'ignore' }));
  await until(() => existsSync(boxEnd) && existsSync(deviceEnd));
  const port = new SerialPort({ path: deviceEnd, baudRate: 9_600 });
  port.on('data', (bytes: Buffer) => device.write(bytes));
  device.onBytes((bytes) => void port.write(Buffer.from(bytes)));
  ports.push(port);
  return boxEnd;
}

/** A guest feeds a bill, again where a box that is just starting gives it back, until it is on its way to the stacker. */
async function feed(): Promise<void> {
  for (;;) {
    await until(() => bills.insert(FIVE_EUROS));
    await until(() => bills.routed !== null);
    if (bills.routed === 'stack') return;
    bills.settle();
  }
}

beforeAll(async () => {
  house = new RunningHouse(scratch(), ['--cctalk', await fitted('coins', bus), '--bills', await fitted('bills', bills)]);
  await house.until('a catalogue', (view) => (view.catalogueSize > 0 ? view : null), 60_000);
}, 90_000);

afterAll(async () => {
  await house.stop();
  for (const port of ports) await new Promise<void>((resolve) => port.close(() => resolve()));
  for (const cable of cables) cable.kill();
  clearAway(folder);
});

test('coins of a ccTalk acceptor on a serial line become credit, each once, also those that fall while the box is dead', async () => {
  await until(() => bus.enabled);
  expect(bus.insert(ONE_EURO)).toBe(true);
  expect(bus.insert(TWO_EUROS)).toBe(true);
  await house.until('three euros', (view) => (view.creditMinor === '300' ? view : null));
  house.kill('box');
  expect(bus.insert(ONE_EURO)).toBe(true);
  await house.until('the fourth, after the restart', (view) => (view.creditMinor === '400' ? view : null), 40_000);
  expect((await house.deliveredTotals()).ledger).toMatchObject({ cashBoxMinor: '400', problem: null });
});

test('a bill in escrow is money only once it is stacked, and once, though the box dies between the two', async () => {
  await feed();
  house.kill('box');
  // It arrives while nobody asks: only the validator's memory knows.
  bills.settle();
  expect(bills.stacked).toEqual([FIVE_EUROS]);
  await house.until('four and five euros, after the restart', (view) => (view.creditMinor === '900' ? view : null), 40_000);
  expect((await house.deliveredTotals()).ledger).toMatchObject({ cashBoxMinor: '900', problem: null });
});

test('a bill that is in escrow when the box dies, and comes back to its guest, is nobody’s money', async () => {
  await feed();
  house.kill('box');
  bills.routed = 'back';
  bills.settle();
  await house.until('the box again', (view) => (view.catalogueSize > 0 && view.cash === 'accepting' ? view : null), 40_000);
  await feed();
  bills.settle();
  // The next one counts, and the one that went back does not.
  await house.until('one bill more', (view) => (view.creditMinor === '1400' ? view : null), 40_000);
  expect((await house.deliveredTotals()).ledger).toMatchObject({ cashBoxMinor: '1400', problem: null });
});
