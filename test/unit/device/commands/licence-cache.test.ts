import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLine } from '../../../../device/commands/box-commands.ts';
import type { CommandContext } from '../../../../device/commands/command.ts';
import { LOAN_CACHE_SETTING } from '../../../../device/loans/loan-view.ts';
import { limits } from '../../../../src/limits.ts';
import { BookFolder } from '../../../fakes/book-folder.ts';
import type { InlineBook } from '../../../fakes/inline-book.ts';

let folder: BookFolder;
let book: InlineBook;

beforeEach(() => {
  folder = new BookFolder();
  book = folder.open();
});
afterEach(() => {
  book.abandon();
  folder.remove();
});

const run = (line: string) => runLine({ book, by: 'technician', newKey: () => 'k' } as unknown as Omit<CommandContext, 'role'>, line, 'technician', 'console');

test('says how much of the disk titles may fill, and takes less of it, but never more than the program allows', async () => {
  expect((await run('licence cache')).data).toEqual({ bytes: limits.loanCacheBytes });
  expect(await run('licence cache 2000')).toMatchObject({ ok: true, text: expect.stringMatching(/^Checked-out titles may fill 2000 MB\./) });
  expect(await book.getSetting(LOAN_CACHE_SETTING)).toBe('2000000000');
  expect((await run('licence cache')).text).toBe('Checked-out titles may fill 2000 MB.');
  for (const wrong of ['0', '-5', '999999999', 'much']) expect((await run(`licence cache ${wrong}`)).code).toBe('bad-argument');
  expect((await run('licence cache')).data).toEqual({ bytes: 2_000_000_000 });
});
