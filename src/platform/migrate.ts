import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { sha256Hex } from './crypto/digest.ts';

export type MigrationFault = Fault<'schema-newer' | 'schema-changed'>;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly hash: string;
}

const FILE_NAME = /^(\d{4})-([a-z0-9]+(?:-[a-z0-9]+)*)\.sql$/;

/**
 * Brings a database to the schema of this program: runs the files `NNNN-name.sql` of the folder that it has not seen yet, each in
 * a transaction of its own, in the order of their numbers (0001 first, without gaps). Two programs that open the same file at once are
 * safe: the later one waits for the lock and finds the work done.
 * @returns the schema numbers before and after
 * Errors: `schema-newer`: a newer program has written this file, which an older one must not touch; `schema-changed`: a migration
 * that already ran here was edited afterwards. Anything SQLite itself reports (full, locked, damaged) is thrown as it is.
 * Source: ruling 39.
 */
export function migrate(database: Database, folder: string): Result<{ readonly from: number; readonly to: number }, MigrationFault> {
  const migrations = readMigrations(folder);
  const from = schemaNumber(database);
  if (from === 0) createHistory(database);
  for (const migration of migrations) {
    const outcome = apply(database, migration);
    if (!outcome.ok) return outcome;
  }
  const to = schemaNumber(database);
  if (to > migrations.length) {
    return fault(
      'schema-newer',
      `The database is at schema ${to}, this program knows ${migrations.length}: start the newer program, or restore a backup from before its update.`,
    );
  }
  return ok({ from, to });
}

function readMigrations(folder: string): readonly Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return files.map((file, index) => {
    const match = FILE_NAME.exec(file);
    assert(match !== null && Number(match[1]) === index + 1, `migration files are NNNN-name.sql, numbered from 0001 without gaps, not ${file}`);
    const sql = readFileSync(join(folder, file), 'utf8');
    return { number: index + 1, name: match[2] ?? '', sql, hash: sha256Hex(sql) };
  });
}

function schemaNumber(database: Database): number {
  const value = database.pragma('user_version', { simple: true });
  assert(typeof value === 'number', 'user_version is a number');
  return value;
}

function createHistory(database: Database): void {
  database.exec('CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL) STRICT');
}

function apply(database: Database, migration: Migration): Result<null, MigrationFault> {
  return database
    .transaction((): Result<null, MigrationFault> => {
      const current = schemaNumber(database);
      if (current >= migration.number) return checkUnchanged(database, migration);
      database.exec(migration.sql);
      database.prepare('INSERT INTO schema_migrations (number, name, hash) VALUES (?, ?, ?)').run(migration.number, migration.name, migration.hash);
      database.pragma(`user_version = ${migration.number}`);
      return ok(null);
    })
    .immediate();
}

function checkUnchanged(database: Database, migration: Migration): Result<null, MigrationFault> {
  const row = database.prepare<[number], { hash: string }>('SELECT hash FROM schema_migrations WHERE number = ?').get(migration.number);
  if (row?.hash === migration.hash) return ok(null);
  return fault(
    'schema-changed',
    `Migration ${migration.number} (${migration.name}) differs from the one that made this database: restore the file from the program's release.`,
  );
}
