import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HardwareDesk } from '../../../../device/boards/hardware-desk.ts';
import { writeBootOptions } from '../../../../device/boot-config.ts';
import { runLine } from '../../../../device/commands/box-commands.ts';
import type { CommandContext } from '../../../../device/commands/command.ts';
import { ConsoleKeys } from '../../../../device/console/console-keys.ts';
import type { CommandOutcome } from '../../../../device/session/box-view.ts';
import { limits } from '../../../../src/limits.ts';
import { createJsonLog } from '../../../../src/platform/json-log.ts';
import { LogRing } from '../../../../src/platform/log-ring.ts';
import { BookFolder, coin } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';
import { sampleView } from '../../../fakes/sample-view.ts';

/** As long as a key, and none. */
const BY_NAME = '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10K2B3C-if00-port0';

let folder: BookFolder;
let book: InlineBook;
let ring: LogRing;
let passed: string[];
let shown: string[];
let enough: AbortController;

beforeEach(() => {
  folder = new BookFolder();
  book = folder.open();
  passed = [];
  shown = [];
  enough = new AbortController();
  ring = new LogRing((line) => passed.push(line));
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

function run(line: string, watched = false): Promise<CommandOutcome> {
  const context = {
    box: {
      view: () => sampleView,
      totals: async () => ({ outbox: await book.outboxState(), ledger: await book.ledger(), rssBytes: 1 }),
    },
    ...{ book, by: 'technician at the console', clock: folder.clock, hardware: new HardwareDesk(), logRing: ring, newKey: () => 'k' },
    selfTest: { folder: folder.path },
    ...(watched ? { live: { show: (text: string) => shown.push(text), signal: enough.signal } } : {}),
  };
  return runLine(context as unknown as Omit<CommandContext, 'role'>, line, 'technician', 'console');
}

describe('log', () => {
  test('has the last lines, of all or of what went wrong, and never grows', async () => {
    const log = createJsonLog(folder.clock, 'box', ring.sink);
    for (let i = 0; i < limits.logRingLines + 50; i++) log.info('tick', { i });
    log.warn('uploader-trouble', { problem: 'unreachable' });
    expect(passed).toHaveLength(limits.logRingLines + 51);
    expect(ring.lines()).toHaveLength(limits.logRingLines);
    expect((await run('log lines=2')).text).toMatch(/^\S+ info tick i=449\n\S+ warn uploader-trouble problem=unreachable$/);
    expect((await run('log level=warn')).text).toMatch(/^\S+ warn uploader-trouble problem=unreachable$/);
    expect((await run('log level=loud')).code).toBe('bad-argument');
  });

  test('one line of a megabyte is cut, and a terminal gets 80 columns', async () => {
    createJsonLog(folder.clock, 'box', ring.sink).warn('noise', { text: 'x'.repeat(1_000_000) });
    expect(ring.lines()[0]?.length).toBeLessThan(limits.logRingLineCharacters + 200);
    createJsonLog(folder.clock, 'box', ring.sink).warn('noise', { text: 'x'.repeat(500) });
    expect((await run('log lines=1')).text).toHaveLength(80);
  });

  test('log follow shows what comes until somebody has seen enough', async () => {
    const log = createJsonLog(folder.clock, 'box', ring.sink);
    log.info('before');
    const following = run('log follow level=warn', true);
    await Promise.resolve();
    log.info('fine');
    log.warn('trouble');
    enough.abort();
    expect(await following).toMatchObject({ ok: true, text: 'The log is no longer followed.' });
    log.warn('after');
    expect(shown).toEqual([expect.stringMatching(/warn trouble$/)]);
  });
});

describe('a support bundle', () => {
  test('tells what is needed to find a fault, and no secret of the box', async () => {
    const keys = new ConsoleKeys(book, folder.clock);
    await keys.choosePin('technician', keys.newCode(), '97531864');
    const hash = String(await book.getSetting('console-pin-technician'));
    const token = 'f00d'.repeat(16);
    const log = createJsonLog(folder.clock, 'box', ring.sink);
    log.warn('careless', { line: BY_NAME, token, pin: '97531864', url: 'https://admin:hunter2@headend:8443/', text: `key ${token}`, problem: 'unreachable' });
    writeBootOptions(folder.path, new Map(Object.entries({ headend: 'https://user:hunter2@headend.example:8443', 'wifi-key': 'correct horse' })));
    await book.insertCoin(coin(1, 300n));
    await run('log lines=1');
    const outcome = await run('support bundle by=file');
    const { name } = outcome.data as { readonly name: string };
    const path = join(folder.path, 'support', name);
    expect(statSync(path)).toMatchObject({ mode: 0o100600, size: expect.toSatisfy((size: number) => size % 128 === 0) });
    const into = join(folder.path, 'unpacked');
    mkdirSync(into);
    execFileSync('tar', ['-xzf', path, '-C', into]);
    const read = (file: string): string => readFileSync(join(into, 'ackbox-support', file), 'utf8');
    const files = readdirSync(join(into, 'ackbox-support'));
    for (const secret of [token, hash, hash.split(':')[1] ?? '', '97531864', 'hunter2', 'correct horse', 'f00df00d'])
      for (const file of files) expect(read(file), file).not.toContain(secret);
    expect(read('log.jsonl')).toContain('unreachable');
    expect(read('log.jsonl')).toContain(BY_NAME);
    expect(read('chosen-options.json')).toContain('headend.example:8443');
    expect(read('commands.jsonl')).toMatch(/"code":"ok","command":"log"/);
    expect(read('sequence-numbers.json')).toMatch(/"written":\d+/);
    expect(read('integrity.json')).toContain('"file":"whole"');
    expect(read('meters.json')).toContain('300');
    expect(JSON.parse(read('versions.json'))).toMatchObject({ node: process.version });
  });

  test('two are kept', async () => {
    for (let i = 0; i < 4; i++) {
      await run('support bundle by=file');
      await folder.clock.advance(2_000);
    }
    expect(readdirSync(join(folder.path, 'support'))).toHaveLength(2);
  });
});
