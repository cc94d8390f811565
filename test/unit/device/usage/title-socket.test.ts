import { statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TitleIntake } from '../../../../device/usage/title-intake.ts';
import { openTitleSocket } from '../../../../device/usage/title-socket.ts';
import { UsageWriter } from '../../../../device/usage/usage-writer.ts';
import type { UsageBody } from '../../../../src/domain/usage/record-bodies.ts';
import { BookFolder } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

let folder: BookFolder;
let book: InlineBook;
let path: string;
let socket: { close(): Promise<void> };

beforeEach(async () => {
  folder = new BookFolder('jukebox', true);
  book = folder.open();
  path = join(folder.path, 'usage.sock');
  const writer = new UsageWriter({ book, clock: folder.clock, identity: () => ({ accountNo: 'A-7', outletNo: 'box-1' }) });
  socket = await openTitleSocket({ path, intake: new TitleIntake(writer), log: { info: () => {}, warn: () => {} } });
});
afterEach(async () => {
  await socket.close();
  book.abandon();
  folder.remove();
});

/** Sends lines over one connection and waits for as many answers. */
async function tell(...lines: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
  const connection = createConnection(path);
  connection.write(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  const answers: Record<string, unknown>[] = [];
  for await (const line of createInterface(connection)) {
    answers.push(JSON.parse(line));
    if (answers.length === lines.length) connection.end();
  }
  return answers;
}

async function records(): Promise<readonly UsageBody[]> {
  await book.flush();
  return (await book.pendingRecords(1_000)).records.map(({ body }) => JSON.parse(body) as UsageBody);
}

const event = (id: string, data: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id,
  source: '/titles/quiz',
  type: 'ackbox.usage.v1',
  data: { EventType: 'USAGE', TitleDomain: 'quiz', domains: ['round-1'], ...data },
});

test('a ready-made record gets the standard elements of the box and keeps its own name', async () => {
  expect(await tell(event('e1', { PlaceId: 'question-3', EntryMethod: '2' }))).toEqual([{ id: 'e1', ok: true, duplicate: false }]);
  expect(await records()).toMatchObject([
    {
      AccountNo: 'A-7',
      OutletNo: 'box-1',
      TitleDomain: 'quiz',
      PlaceId: 'question-3',
      EntryMethod: '2',
      domains: ['session', 'round-1'],
      NumberOfUsageDomains: 2,
      eventSource: '/titles/quiz',
      eventId: 'e1',
    },
  ]);
});

test('an event that comes again is written once, and another under its id is refused', async () => {
  const answers = await tell(event('e1'), event('e1'), event('e1', { domains: [] }), { ...event('e1'), source: '/titles/other' });
  expect(answers.map(({ ok, duplicate, code }) => [ok, duplicate ?? code])).toEqual([
    [true, false],
    [true, true],
    [false, 'conflict'],
    [true, false],
  ]);
  expect(await records()).toHaveLength(2);
});

test('what is not understood is answered by name and does no harm', async () => {
  const answers = await tell(
    'no JSON',
    { ...event('e1'), specversion: '0.3' },
    event('e2', { EventType: 'SIGN_ON' }),
    event('e3', { AccountNo: 'A-8' }),
    event('e4', { EventType: 'VIEW_FEATURE' }),
    event('e5', { EventType: 'VIEW_FEATURE', ViewId: 'VA' }),
    event('e6'),
  );
  expect(answers.map(({ id, code }) => [id, code ?? 'ok'])).toEqual([
    [null, 'not-json'],
    ['e1', 'not-understood'],
    ['e2', 'not-understood'],
    ['e3', 'not-understood'],
    ['e4', 'data-missing'],
    ['e5', 'no-angles'],
    ['e6', 'ok'],
  ]);
  expect(await records()).toHaveLength(1);
});

test('a thousand events in one breath are all answered, in order', async () => {
  const answers = await tell(...Array.from({ length: 1_000 }, (_, index) => event(`e${index}`)));
  expect(answers.every(({ id, ok }, index) => ok === true && id === `e${index}`)).toBe(true);
  expect(await records()).toHaveLength(1_000);
});

test('an endless line ends the connection, and nobody else may open the socket', async () => {
  expect(await tell('x'.repeat(20_000))).toMatchObject([{ ok: false }]);
  const connection = createConnection(path);
  connection.write('y'.repeat(20_000));
  const closed = new Promise<void>((resolve) => connection.on('close', () => resolve()));
  connection.resume();
  await closed;
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
