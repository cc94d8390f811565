import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CashBookCheck, checkCashBook } from '../../device/stores/cash-page-rows.ts';
import { readOnlyRows } from '../platform/read-only-rows.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

/** Reckons the seals of a box's cash book, which may be in use meanwhile. */
export function verifyCashBook(dataFolder: string, json: boolean, io: CommandIo): number {
  const path = join(dataFolder, 'box', 'box.db');
  if (!existsSync(path)) {
    io.err(`ackbox: there is no book at ${path}; name the data folder with --data.\n`);
    return EXIT.failed;
  }
  const check = checkCashBook(<Row>(sql: string, ...cells: (string | number | bigint | Uint8Array | null)[]) => readOnlyRows<Row>(path, sql, ...cells));
  io.out(json ? `${JSON.stringify(check)}\n` : inWords(check));
  return check.problem === null ? EXIT.ok : EXIT.failed;
}

function inWords({ page, hash, open, problem }: CashBookCheck): string {
  if (problem !== null) return `${problem}\n`;
  const pages = `${page} ${page === 1 ? 'page' : 'pages'}`;
  return `${pages} of the cash book checked: all as they were sealed; ${open} lines not sealed yet.\nseal ${hash || 'none'}\n`;
}
