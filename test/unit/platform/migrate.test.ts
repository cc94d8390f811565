import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/platform/migrate.ts';

let folder = '';
let database = new Database(':memory:');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-migrate-'));
  database = new Database(join(folder, 'book.db'));
  writeFileSync(join(folder, '0001-first.sql'), 'CREATE TABLE a (x INTEGER);');
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

describe('migrate', () => {
  it('runs what is new, once, in order', () => {
    expect(migrate(database, folder)).toEqual({ ok: true, value: { from: 0, to: 1 } });
    writeFileSync(join(folder, '0002-second.sql'), 'ALTER TABLE a ADD COLUMN y TEXT; INSERT INTO a VALUES (1, 2);');
    expect(migrate(database, folder)).toEqual({ ok: true, value: { from: 1, to: 2 } });
    expect(migrate(database, folder)).toEqual({ ok: true, value: { from: 2, to: 2 } });
    expect(database.prepare('SELECT count(*) AS n FROM a').get()).toEqual({ n: 1 });
  });

  it('leaves nothing of a migration that fails half way', () => {
    migrate(database, folder);
    writeFileSync(join(folder, '0002-broken.sql'), 'CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER);');
    expect(() => migrate(database, folder)).toThrow(/already exists/);
    expect(database.pragma('user_version', { simple: true })).toBe(1);
    expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'b'").get()).toBeUndefined();
  });

  it('refuses a database that a newer program wrote, and leaves it as it is', () => {
    writeFileSync(join(folder, '0002-second.sql'), 'CREATE TABLE b (x INTEGER);');
    migrate(database, folder);
    rmSync(join(folder, '0002-second.sql'));
    const outcome = migrate(database, folder);
    expect(outcome.ok ? '' : outcome.error.code).toBe('schema-newer');
    expect(database.pragma('user_version', { simple: true })).toBe(2);
  });

  it('notices a migration that was edited after it ran', () => {
    migrate(database, folder);
    writeFileSync(join(folder, '0001-first.sql'), 'CREATE TABLE a (x TEXT);');
    const outcome = migrate(database, folder);
    expect(outcome.ok ? '' : outcome.error.code).toBe('schema-changed');
  });

  it('stops on a gap in the numbers', () => {
    writeFileSync(join(folder, '0003-third.sql'), 'CREATE TABLE c (x INTEGER);');
    expect(() => migrate(database, folder)).toThrow(/without gaps/);
  });
});
