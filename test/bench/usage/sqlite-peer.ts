import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { csvCell } from '../../../src/headend/usage/report-csv.ts';
import type { OutboxRecord } from '../../../src/wire/http-api.ts';
import { type Effort, generationOf, measure } from './usage-house.ts';

const TABLE = `CREATE TABLE usage_records (outlet TEXT NOT NULL, generation TEXT NOT NULL, sequence INTEGER NOT NULL, boot_id TEXT NOT NULL, kind TEXT NOT NULL,
  monotonic_ns TEXT NOT NULL, wall_ms REAL NOT NULL, wall_quality TEXT NOT NULL, body TEXT NOT NULL, body_hash TEXT NOT NULL, received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (outlet, generation, sequence)) STRICT, WITHOUT ROWID`;
const PRAGMAS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;';

type Row = readonly (string | number)[];

function rowOf(box: number, record: OutboxRecord): Row {
  const { sequence, bootId, kind, monotonicNs, wallMs, wallQuality, body, bodyHash } = record;
  return [`outlet-${box}`, generationOf(box), sequence, bootId, kind, monotonicNs, wallMs, wallQuality, body, bodyHash, 0];
}

function inFolder<T>(steps: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-peer-'));
  try {
    return steps(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same rows by SQLite's own command line, in one import: no gap, no hash, no duplicate is looked at. Null where it is not installed. */
export function importByCommandLine(
  batches: readonly { readonly box: number; readonly records: readonly OutboxRecord[] }[],
): { readonly seconds: number } | null {
  return inFolder((folder) => {
    const lines = batches.flatMap(({ box, records }) => records.map((record) => rowOf(box, record).map(csvCell).join()));
    writeFileSync(join(folder, 'rows.csv'), `${lines.join('\r\n')}\r\n`);
    const file = join(folder, 'peer.db');
    const beganNs = process.hrtime.bigint();
    const done = spawnSync('sqlite3', [file, '-cmd', PRAGMAS, TABLE, '.mode csv', `.import ${join(folder, 'rows.csv')} usage_records`]);
    const seconds = Number(process.hrtime.bigint() - beganNs) / 1e9;
    if (done.error !== undefined || done.status !== 0) return null;
    const database = new Database(file, { readonly: true });
    const taken = database.prepare('SELECT count(*) FROM usage_records').pluck().get();
    database.close();
    return taken === lines.length ? { seconds } : null;
  });
}

/** The obvious way: each record in a transaction of its own. */
export async function insertOneByOne(box: number, records: readonly OutboxRecord[]): Promise<Effort> {
  const folder = mkdtempSync(join(tmpdir(), 'ackbox-peer-'));
  const database = new Database(join(folder, 'peer.db'));
  try {
    database.exec(PRAGMAS);
    database.exec(TABLE);
    const insert = database.prepare('INSERT INTO usage_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    return await measure(() => {
      for (const record of records) insert.run(...rowOf(box, record));
    });
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
