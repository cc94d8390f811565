import { coinYield, PLAIN_LADDER, type PriceLadder, parseLadder } from '../../src/domain/cash/price-ladder.ts';
import type { BookCore } from './book-core.ts';
import type { BookDatabase } from './book-database.ts';
import { readSetting } from './settings-rows.ts';

/** The ladder, as `ladderText` writes it; empty or absent where there is none. */
export const LADDER_SETTING = 'price-ladder';
/** Percent of every coin on top while a bonus period lasts; empty or absent where none does. */
export const BONUS_SETTING = 'bonus-percent';

/** `yes` while the house pays for whatever is chosen. */
export const FREE_SETTING = 'free-play';

/** A ladder that cannot be read gives nothing, and stops no coin. */
export function ladderOf(text: string | null): PriceLadder {
  const read = parseLadder(text ?? '');
  return read.ok ? read.value : PLAIN_LADDER;
}

/** Inside the coin's transaction, before its row is written: what the house adds to it. Minor units, 0 where nothing. */
export function bonusOfCoin(core: BookCore, payerId: string, coinMinor: bigint): bigint {
  const { database } = core.parts;
  const percent = Number(readSetting(database, BONUS_SETTING) ?? 0);
  return coinYield(ladderOf(readSetting(database, LADDER_SETTING)), paidIn(database, payerId), coinMinor, percent).bonusMinor;
}

function paidIn(database: BookDatabase, payerId: string): bigint {
  return database.one<{ readonly paid: bigint }>('SELECT coalesce(sum(value_minor), 0) AS paid FROM coins WHERE payer_id = ?', payerId)?.paid ?? 0n;
}
