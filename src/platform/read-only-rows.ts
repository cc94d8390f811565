import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/** The rows of a query over a book that other programs may have open; none where there is no such file. Writes nothing. */
export function readOnlyRows<Row>(path: string, sql: string, ...cells: (string | number | bigint | Uint8Array | null)[]): readonly Row[] {
  if (!existsSync(path)) return [];
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).all(...cells) as Row[];
  } finally {
    database.close();
  }
}
