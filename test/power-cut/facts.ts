import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { BoxClient } from '../../src/cli/box-client.ts';
import type { Totals } from '../fakes/house.ts';

/** The box lost what it had said, invented what nobody gave it, or damaged what it keeps. Faults of this machine are none of these. */
export class Lost extends Error {}

/** What a coin of the machine's one line is worth. */
export const COIN_MINOR = 100;
/** e2fsck: 0 clean, 1 repaired; the journal's replay is neither. */
const FSCK_WELL = [0, 1];

/** What the box said it has, at one moment. It must never have less. */
export interface Facts {
  readonly coins: number;
  readonly records: number;
  /** Of plays that ended. */
  readonly receipts: readonly string[];
  /** Plays that were paid for, ended or not. */
  readonly paidPlays: readonly string[];
}

export const NOTHING: Facts = { coins: 0, records: 0, receipts: [], paidPlays: [] };

/** Everything that either says. */
export function together(before: Facts, after: Facts): Facts {
  const both = (of: 'receipts' | 'paidPlays'): readonly string[] => [...new Set([...before[of], ...after[of]])];
  return {
    coins: Math.max(before.coins, after.coins),
    records: Math.max(before.records, after.records),
    receipts: both('receipts'),
    paidPlays: both('paidPlays'),
  };
}

/** What a box lacks of what it had said before the cut. */
export function lost(said: Facts, now: Facts): string[] {
  const missing = (of: 'receipts' | 'paidPlays'): number => said[of].filter((id) => !now[of].includes(id)).length;
  const counts = [
    [said.coins - now.coins, 'coins'],
    [said.records - now.records, 'records'],
    [missing('receipts'), 'receipts'],
    [missing('paidPlays'), 'paid plays'],
  ] as const;
  return counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
}

/** Asks the box; the ledger must balance at any moment. */
export async function readFacts(box: BoxClient): Promise<Facts> {
  const totals = (await box.totals()) as unknown as Totals;
  if (totals.ledger.problem !== null) throw new Error(`the ledger of the box: ${totals.ledger.problem}`);
  const shown = (await box.command('show receipts 50', 'technician')).data as readonly { readonly playId: string }[];
  const receipts = shown.map(({ playId }) => playId);
  const playing = (await box.view()).nowPlaying?.play;
  const paidPlays = playing?.phase === 'paid' ? [...receipts, playing.playId] : receipts;
  return { coins: Number(totals.ledger.cashBoxMinor) / COIN_MINOR, records: totals.outbox.written, receipts, paidPlays };
}

/**
 * Reads what lies on a disk after a cut, before any box has touched it again: the file system's journal is replayed, then the book is
 * opened and checked. Throws {@link Lost} with words where file system or book are damaged.
 * @param disk an ext4 image, left as it is
 */
export function readDisk(disk: string, folder: string): Facts {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, 'copy.ext4');
  copyFileSync(disk, copy);
  const status = statusOf('e2fsck', ['-fy', copy]);
  if (!FSCK_WELL.includes(status)) throw new Lost(`the file system of the disk is damaged (e2fsck ${status})`);
  for (const name of ['box.db', 'box.db-wal']) execFileSync('debugfs', ['-R', `dump /box/${name} ${join(folder, name)}`, copy], { stdio: 'ignore' });
  rmSync(copy);
  const book = new Database(join(folder, 'box.db'));
  try {
    const integrity = String(book.pragma('integrity_check', { simple: true }));
    if (integrity !== 'ok') throw new Lost(`integrity of the book: ${integrity}`);
    const ids = (sql: string): readonly string[] => book.prepare<[], string>(sql).pluck().all();
    return {
      coins: book.prepare<[], number>('SELECT count(*) FROM coins').pluck().get() ?? 0,
      records: book.prepare<[], number>('SELECT written FROM outbox_state').pluck().get() ?? 0,
      receipts: ids('SELECT play_id FROM customer_receipts'),
      paidPlays: ids("SELECT play_id FROM plays WHERE state IN ('confirmed', 'playing', 'settled')"),
    };
  } catch (thrown) {
    if (thrown instanceof Database.SqliteError) throw new Lost(`the book cannot be read: ${thrown.message}`);
    throw thrown;
  } finally {
    book.close();
  }
}

function statusOf(program: string, args: readonly string[]): number {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return 0;
  } catch (thrown) {
    const status = thrown instanceof Error && 'status' in thrown ? thrown.status : null;
    if (typeof status !== 'number') throw thrown;
    return status;
  }
}
