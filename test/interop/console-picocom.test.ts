import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLine } from '../../device/commands/box-commands.ts';
import type { CommandContext, Role } from '../../device/commands/command.ts';
import { ConsoleKeys } from '../../device/console/console-keys.ts';
import { openPortConsole, type SerialConsole } from '../../device/console/serial-console.ts';
import type { BoxControl, CommandSource } from '../../device/session/box-view.ts';
import { limits } from '../../src/limits.ts';
import { BookFolder, coin } from '../fakes/book-folder.ts';
import type { InlineBook } from '../fakes/inline-book.ts';
import { Picocom } from '../fakes/picocom.ts';
import { PtyPair } from '../fakes/pty-pair.ts';
import { sampleView } from '../fakes/sample-view.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

/** The real console with the real commands on a real book, at the end of a cable with a real picocom at the other. */
const PIN = '24680';
const NOISE_BYTES = 1_048_576;

let folder: string;
let cable: PtyPair;
let books: BookFolder;
let book: InlineBook;
let keys: ConsoleKeys;
let console: SerialConsole;
let terminal: Picocom;

const box = {
  view: () => ({ ...sampleView, name: 'Bar', firstBoot: null }),
  command: (line: string, { role, surface }: CommandSource) =>
    runLine({ box, book, by: role, raise: () => {} } as unknown as Omit<CommandContext, 'role'>, line, role as Role, surface),
} as unknown as BoxControl;

function switchOn(): void {
  keys = new ConsoleKeys(book, books.clock);
  console = openPortConsole({ box, clock: books.clock, log: { info() {}, warn() {} }, path: cable.ours, keys });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-picocom-'));
  books = new BookFolder('jukebox', true);
  book = books.open();
  cable = new PtyPair(folder);
  await cable.plug();
  terminal = new Picocom(cable.theirs);
  await terminal.ready();
  switchOn();
  await terminal.sees(/role \([^)]*\): $/);
}, 60_000);
afterEach(async () => {
  await terminal.leave();
  await console.close();
  await cable.pull();
  book.abandon();
  books.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function signIn(): Promise<void> {
  await keys.choosePin('technician', keys.newCode(), PIN);
  await terminal.line('tech');
  expect(await terminal.line(PIN)).toBe('\nSigned in as technician.\nackbox> ');
}

test('an evening at the cable: sign-in, short words, Tab, ?, history, pages, filters, machine and dumb terminal', { timeout: 60_000 }, async () => {
  await book.insertCoin(coin(1));
  await signIn();
  expect(terminal.bytes).not.toContain(PIN);
  const ledger = await terminal.line('sh led');
  expect(ledger).toMatch(/^sh led\ncash box +2\.00 EUR\n/);
  terminal.type('show led\t');
  await terminal.sees(/ackbox> show ledger$/);
  expect(await terminal.line('')).toMatch(/^\ncash box +2\.00 EUR\n/);
  expect(await terminal.line('show led?')).toMatch(/^show led\?\nshow ledger +the money of the box/);
  // The arrow up, twice: the line before the question.
  terminal.type('\u001b[A\u001b[A');
  await terminal.sees(/ackbox> show ledger$/);
  expect(await terminal.line(' | match held')).toMatch(/\nheld +0\.00 EUR\nackbox> $/);
  expect(await terminal.line('show ledger | match EUR | count')).toMatch(/\n8\nackbox> $/);
  expect(JSON.parse((await terminal.line('show ledger | json')).split('\n')[1] ?? '')).toMatchObject({ ok: true, data: { cashBoxMinor: '200' } });
  const page = await terminal.line('help');
  expect(page).toMatch(/--more-- $/);
  expect(page.split('\n')).toHaveLength(25);
  expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  await terminal.line('q');
  terminal.type('mode machine\rshow ledger\r');
  await terminal.sees(/\{"ok":true,"code":"ok","text":.*"cashBoxMinor":"200".*\}\n ?$/);
  terminal.type('mode dumb\r');
  await terminal.sees(/ackbox> $/);
  const before = terminal.bytes.length;
  await terminal.line('show ledge\u007f\u007fger');
  expect(terminal.bytes.slice(before)).not.toContain('\u001b');
  expect(terminal.bytes.slice(before)).toMatch(/cash box +2\.00 EUR/);
});

test('five wrong PINs lock the door, also after the box was switched off and on; ten quiet minutes sign out', { timeout: 60_000 }, async () => {
  await keys.choosePin('technician', keys.newCode(), PIN);
  for (let wrong = 0; wrong < limits.loginTries; wrong += 1) {
    await terminal.line('technician');
    expect(await terminal.line('1111')).toContain('That is not right.');
  }
  await console.close();
  const from = terminal.shown.text().length;
  switchOn();
  await terminal.sees(/role \([^)]*\): $/, from);
  await terminal.line('technician');
  expect(await terminal.line(PIN)).toMatch(/wait \d+ s/);
  await books.clock.advance(limits.loginLockMs);
  await terminal.line('technician');
  expect(await terminal.line(PIN)).toContain('Signed in as technician.');
  const signedIn = terminal.shown.text().length;
  await books.clock.advance(limits.consoleIdleMs);
  await terminal.sees(/Signed out: nothing was typed for ten minutes\.[\s\S]*role \([^)]*\): $/, signedIn);
});

test('a megabyte of noise on the line: whoever comes then signs in and works', { timeout: 60_000 }, async () => {
  const random = new SeededRandom(7);
  const line = await open(cable.theirs, 'r+');
  for (let sent = 0; sent < NOISE_BYTES; sent += 4_096) await line.write(Buffer.from(random.bytes(4_096)));
  await line.close();
  const from = terminal.shown.text().length;
  // Ctrl-C, again and again as a person does: the first may still lie among the noise.
  const pressing = setInterval(() => terminal.type('\u0003'), 300);
  await terminal.sees(/\^C\n/, from);
  clearInterval(pressing);
  await terminal.line('');
  await signIn();
  expect(await terminal.line('show ledger')).toMatch(/check +balanced/);
});
