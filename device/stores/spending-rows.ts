import type { BookDatabase } from './book-database.ts';

export const ACCOUNT_CAP = 'account';
export const GUEST_CAP = 'guest';

export interface SpendingRow {
  readonly playId: string;
  readonly viewerId: string | null;
  readonly day: number;
  readonly ceilingMinor: bigint;
  readonly byTheMinute: boolean;
}

interface Columns {
  readonly play_id: string;
  readonly viewer_id: string | null;
  readonly day: bigint;
  readonly ceiling_minor: bigint;
  readonly by_the_minute: bigint;
}

/** A settled play counts with what was charged, one that is not with what it may cost. */
const SPENT =
  'SELECT coalesce(sum(coalesce(p.charged_minor, s.ceiling_minor)), 0) AS spent FROM spendings s JOIN plays p USING (play_id) WHERE s.day = ? AND s.play_id <> ?';

/** Owner of `spending_caps`, `spendings` and `spent_elsewhere`. Call writes inside a transaction. */
export class SpendingRows {
  readonly #database: BookDatabase;

  constructor(database: BookDatabase) {
    this.#database = database;
  }

  caps(): readonly { readonly who: string; readonly capMinor: bigint }[] {
    return this.#database
      .all<{ readonly who: string; readonly cap_minor: bigint }>('SELECT who, cap_minor FROM spending_caps ORDER BY who')
      .map(({ who, cap_minor: capMinor }) => ({ who, capMinor }));
  }

  /** Null takes it away. */
  putCap(who: string, capMinor: bigint | null): void {
    if (capMinor === null) this.#database.write('cap-remove', 'DELETE FROM spending_caps WHERE who = ?', who);
    else
      this.#database.write(
        'cap-put',
        'INSERT INTO spending_caps (who, cap_minor) VALUES (?, ?) ON CONFLICT (who) DO UPDATE SET cap_minor = excluded.cap_minor',
        ...[who, capMinor],
      );
  }

  get(playId: string): SpendingRow | null {
    const row = this.#database.one<Columns>('SELECT * FROM spendings WHERE play_id = ?', playId);
    if (row === null) return null;
    const { viewer_id: viewerId, day, ceiling_minor: ceilingMinor, by_the_minute: byTheMinute } = row;
    return { playId, viewerId, day: Number(day), ceilingMinor, byTheMinute: byTheMinute === 1n };
  }

  put({ playId, viewerId, day, ceilingMinor, byTheMinute }: SpendingRow): void {
    this.#database.write(
      'spending-put',
      `INSERT INTO spendings (play_id, viewer_id, day, ceiling_minor, by_the_minute) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (play_id) DO UPDATE SET viewer_id = excluded.viewer_id, day = excluded.day, ceiling_minor = excluded.ceiling_minor`,
      ...[playId, viewerId, day, ceilingMinor, byTheMinute ? 1 : 0],
    );
    this.#database.write('spending-forget', 'DELETE FROM spendings WHERE day < ?', day - 1);
  }

  /** The latest day on which something was bought. */
  lastDay(): number {
    return Number(this.#database.one<{ readonly day: bigint | null }>('SELECT max(day) AS day FROM spendings')?.day ?? 0n);
  }

  /** By everybody, beside one play. */
  spentByAll(day: number, beside: string): bigint {
    return this.#database.one<{ readonly spent: bigint }>(SPENT, day, beside)?.spent ?? 0n;
  }

  /** @param viewerId null: guests */
  spentBy(viewerId: string | null, day: number, beside: string): bigint {
    return this.#database.one<{ readonly spent: bigint }>(`${SPENT} AND s.viewer_id IS ?`, day, beside, viewerId)?.spent ?? 0n;
  }

  putElsewhere(day: number, spent: readonly { readonly who: string; readonly spentMinor: bigint }[]): void {
    this.#database.write('elsewhere-forget', 'DELETE FROM spent_elsewhere');
    for (const { who, spentMinor } of spent)
      this.#database.write('elsewhere-put', 'INSERT INTO spent_elsewhere (who, day, spent_minor) VALUES (?, ?, ?)', who, day, spentMinor);
  }

  /** Beside this box, as far as the headend has said it. */
  elsewhere(who: string, day: number): bigint {
    return (
      this.#database.one<{ readonly spent_minor: bigint }>('SELECT spent_minor FROM spent_elsewhere WHERE who = ? AND day = ?', who, day)?.spent_minor ?? 0n
    );
  }
}
