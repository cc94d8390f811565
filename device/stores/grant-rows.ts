import { limits } from '../../src/limits.ts';
import type { BookDatabase } from './book-database.ts';
import { readSetting } from './settings-rows.ts';

/** Most that one person may give away in a day, minor units; absent: limits.staffGrantsPerDayMinor. */
export const GRANT_CEILING_SETTING = 'grant-ceiling-minor';

const DAY_MS = 86_400_000;

export interface StaffGrant {
  readonly key: string;
  readonly by: string;
  readonly reason: string;
  readonly amountMinor: bigint;
}

/** Owner of `staff_grants`: who gave credit away, and why. Its money is the ledger line of the same key. */
export class GrantRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  add({ key, by, reason, amountMinor }: StaffGrant, nowMs: number): void {
    const sql = 'INSERT INTO staff_grants (key, by_whom, reason, amount_minor, day, at_ms) VALUES (?, ?, ?, ?, ?, ?)';
    this.#database.write('staff-grant', sql, key, by, reason, amountMinor, dayOf(nowMs), nowMs);
  }

  /** What is left of a person's day, minor units; never below 0. A day is one of UTC: no clock of a venue can make it twice. */
  leftToday(by: string, nowMs: number): bigint {
    const sql = 'SELECT coalesce(sum(amount_minor), 0) AS given FROM staff_grants WHERE by_whom = ? AND day = ?';
    const given = this.#database.one<{ readonly given: bigint }>(sql, by, dayOf(nowMs))?.given ?? 0n;
    const left = this.ceiling() - given;
    return left > 0n ? left : 0n;
  }

  ceiling(): bigint {
    return BigInt(readSetting(this.#database, GRANT_CEILING_SETTING) || limits.staffGrantsPerDayMinor);
  }
}

function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}
