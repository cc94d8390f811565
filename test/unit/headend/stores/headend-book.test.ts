import { copyFileSync, existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHeadendBook } from '../../../../src/headend/stores/headend-book.ts';
import { HeadendBookError } from '../../../../src/headend/stores/headend-book-error.ts';
import {
  type BookFixture,
  bookFixture,
  countingRandom,
  EVENT_ID,
  enrol,
  offeredSession,
  progressOf,
  records,
  settleWith,
  statementOf,
} from './book-fixture.ts';

let fixture: BookFixture;
beforeEach(() => {
  fixture = bookFixture();
});
afterEach(() => fixture.remove());

function open(path = fixture.path): ReturnType<typeof openHeadendBook> {
  return openHeadendBook(path, { clock: fixture.clock, random: countingRandom(), currency: 'USD', busyMs: 50 });
}

function refusal(path?: string): HeadendBookError {
  try {
    open(path).close();
  } catch (thrown) {
    if (thrown instanceof HeadendBookError) return thrown;
    throw thrown;
  }
  throw new Error('the book opened');
}

describe('opening the headend book', () => {
  it('finds everything again, and keeps the parties and the currency it began with', () => {
    const before = fixture.book.defaults();
    const outlet = enrol(fixture.book);
    fixture.book.intake(outlet.outlet, 'g', records(1, 3), 0);
    fixture.book.close();
    fixture.book = open();
    expect(fixture.book.defaults()).toEqual(before);
    expect(fixture.book.outlets()).toEqual([outlet]);
    expect(fixture.book.recordCount(outlet.outlet).total).toBe(3);
  });

  it.each([
    ['that is empty', (path: string) => truncateSync(path, 0)],
    ['that was cut short', (path: string) => truncateSync(path, 8_192)],
    ['that is no database', (path: string) => writeFileSync(path, 'hello '.repeat(1_000))],
    [
      'of another program',
      (path: string) => {
        rmSync(path);
        new Database(path).exec('CREATE TABLE other (x)').close();
      },
    ],
  ])('refuses a file %s, and leaves it as it is', (_, damage) => {
    fixture.book.close();
    const copy = `${fixture.path}.copy`;
    copyFileSync(fixture.path, copy);
    damage(copy);
    expect(refusal(copy).code).toBe('book-damaged');
    expect(existsSync(copy)).toBe(true);
    expect(refusal(copy).message).toMatch(/restore headend.db from a backup/);
    fixture.reopen();
  });

  it('does not begin a new book where the log of a lost one lies', () => {
    writeFileSync(`${fixture.path}.lost-wal`, 'x');
    expect(refusal(`${fixture.path}.lost`).code).toBe('book-damaged');
    expect(existsSync(`${fixture.path}.lost`)).toBe(false);
  });

  it('begins anew over the remains of a beginning that was cut off', () => {
    writeFileSync(`${fixture.path}.young.new`, 'half a book');
    const young = open(`${fixture.path}.young`);
    expect(young.outlets()).toEqual([]);
    young.close();
  });

  it('refuses a book of a newer program', () => {
    fixture.book.close();
    const raw = new Database(fixture.path);
    const known = raw.pragma('user_version', { simple: true });
    raw.pragma('user_version = 99');
    raw.close();
    expect(refusal().code).toBe('book-newer');
    const back = new Database(fixture.path);
    back.pragma(`user_version = ${known}`);
    back.close();
    fixture.reopen();
  });

  it('says who must let go when another program holds the lock, and loses nothing', () => {
    const outlet = enrol(fixture.book);
    const other = new Database(fixture.path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => fixture.book.intake(outlet.outlet, 'g', records(1, 3), 0)).toThrow(expect.objectContaining({ code: 'book-locked' }));
    other.exec('ROLLBACK');
    other.close();
    expect(fixture.book.intake(outlet.outlet, 'g', records(1, 3), 0).acknowledgedThrough).toBe(3);
  });

  it('finds a bill that the ledger does not know', () => {
    const row = fixture.book.openSession(offeredSession(enrol(fixture.book), 'song'));
    fixture.book.putConfirmation(row.sid, EVENT_ID);
    fixture.book.mergeProgress([progressOf(row, 0, 1_500)]);
    settleWith(fixture.book, statementOf(row, 0, 1_500));
    const raw = new Database(fixture.path);
    expect(() => raw.exec('DELETE FROM ledger_transfers')).toThrow(/never deleted/);
    raw.exec('UPDATE bills SET charged_minor = 51');
    expect(fixture.book.auditLedger()).toMatch(/billed 51, posted 50/);
    raw.exec('UPDATE bills SET charged_minor = 50');
    raw.exec("UPDATE pay_sessions SET state = 'streaming'");
    raw.close();
    expect(fixture.book.auditLedger()).toMatch(/state and its bill/);
  });
});
