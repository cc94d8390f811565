import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CctalkBus } from '../fakes/cctalk-bus.ts';
import { clearAway, RunningHouse, scratch } from '../fakes/house.ts';

const ONE_EURO = 4;
const TWO_EUROS = 5;

const folder = mkdtempSync(join(tmpdir(), 'ackbox-cctalk-'));
const bus = new CctalkBus();
let socat: ChildProcess;
let port: SerialPort;
let house: RunningHouse;

async function until(ask: () => boolean): Promise<void> {
  while (!ask()) await new Promise((resolve) => setTimeout(resolve, 10));
}

beforeAll(async () => {
  const [boxEnd, acceptorEnd] = [join(folder, 'box'), join(folder, 'acceptor')];
  socat = spawn('socat', [`PTY,link=${boxEnd},rawer`, `PTY,link=${acceptorEnd},rawer`], { stdio: 'ignore' });
  await until(() => existsSync(boxEnd) && existsSync(acceptorEnd));
  port = new SerialPort({ path: acceptorEnd, baudRate: 9_600 });
  port.on('data', (bytes: Buffer) => bus.write(bytes));
  bus.onBytes((bytes) => void port.write(Buffer.from(bytes)));
  house = new RunningHouse(scratch(), ['--cctalk', boxEnd]);
  await house.until('a catalogue', (view) => (view.catalogueSize > 0 ? view : null), 60_000);
}, 90_000);

afterAll(async () => {
  await house.stop();
  await new Promise<void>((resolve) => port.close(() => resolve()));
  socat.kill();
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
