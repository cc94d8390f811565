import { nameConsumer } from './consumer-rows.ts';
import type { StoreContext } from './store-context.ts';

/** Of the whole household, and of those without a name. */
export const ACCOUNT_CAP = 'account';
export const GUEST_CAP = 'guest';

export interface HouseholdPerson {
  readonly consumer: string;
  /** Null where only the pseudonym is known. */
  readonly name: string | null;
  readonly outlet: string;
  /** The box asks for a PIN. */
  readonly locked: boolean;
  /** From this age rating on the PIN of the household is asked for. */
  readonly belowAge: number | null;
}

export interface HouseholdSpending {
  readonly key: string;
  readonly account: string;
  readonly outlet: string;
  /** Null: a guest. */
  readonly consumer: string | null;
  readonly day: number;
  readonly fee: boolean;
  readonly ceilingMinor: bigint;
}

export interface SpentBy {
  readonly consumer: string | null;
  readonly outlet: string;
  readonly fee: boolean;
  readonly minor: bigint;
}

/** People, caps and what was spent, over all boxes of an account. */
export interface HouseholdStore {
  householdPeople(account: string): readonly HouseholdPerson[];
  /** @returns false where the pseudonym belongs to another account, or was erased */
  putHouseholdPerson(account: string, person: HouseholdPerson): boolean;
  removeHouseholdPerson(outlet: string, consumer: string): void;
  /** Null: there was one, and it was taken away. */
  householdCaps(account: string): ReadonlyMap<string, bigint | null>;
  /** Null takes it away. */
  putHouseholdCap(account: string, who: string, capMinor: bigint | null): void;
  /** What each spent on a day at each box, beside one key: what was billed, or what is set aside. */
  householdSpent(account: string, day: number, beside: string): readonly SpentBy[];
  /** The latest day on which something was bought. */
  householdDay(account: string): number;
  putHouseholdSpending(spending: HouseholdSpending): void;
}

type PersonCells = Omit<HouseholdPerson, 'locked'> & { readonly locked: number };
type SpentCells = Omit<SpentBy, 'fee' | 'minor'> & { readonly fee: number; readonly minor: string };

/** Owner of household_people, household_caps and household_spendings. */
export function householdRows(context: StoreContext): HouseholdStore {
  const { database } = context;
  return {
    householdPeople: (account) =>
      database
        .all<PersonCells>(
          `SELECT p.consumer, d.display_name AS name, p.outlet, p.locked, p.below_age AS belowAge FROM household_people p
             JOIN consumers c USING (consumer) LEFT JOIN consumer_personal_data d USING (consumer) WHERE c.account = ? ORDER BY name, p.consumer, p.outlet`,
          account,
        )
        .map((row) => ({ ...row, locked: row.locked === 1 })),
    putHouseholdPerson: (account, { consumer, name, outlet, locked, belowAge }) =>
      database.transaction(() => {
        if (!nameConsumer(context, { account, consumer, name })) return false;
        database.run(
          `INSERT INTO household_people (outlet, consumer, locked, below_age) VALUES (?, ?, ?, ?)
             ON CONFLICT (outlet, consumer) DO UPDATE SET locked = excluded.locked, below_age = excluded.below_age`,
          ...[outlet, consumer, locked ? 1 : 0, belowAge],
        );
        return true;
      }),
    removeHouseholdPerson: (outlet, consumer) => void database.run('DELETE FROM household_people WHERE outlet = ? AND consumer = ?', outlet, consumer),
    householdCaps: (account) =>
      new Map(
        database
          .all<{ who: string; cap: string; removed: number }>(
            'SELECT who, CAST(cap_minor AS TEXT) AS cap, removed FROM household_caps WHERE account = ?',
            account,
          )
          .map(({ who, cap, removed }) => [who, removed === 1 ? null : BigInt(cap)]),
      ),
    putHouseholdCap: (account, who, capMinor) =>
      void database.run(
        `INSERT INTO household_caps (account, who, cap_minor, removed) VALUES (?, ?, ?, ?)
           ON CONFLICT (account, who) DO UPDATE SET cap_minor = excluded.cap_minor, removed = excluded.removed`,
        ...[account, who, capMinor ?? 0n, capMinor === null ? 1 : 0],
      ),
    householdSpent: (account, day, beside) =>
      database
        .all<SpentCells>(
          `SELECT s.consumer, s.outlet, s.fee, CAST(sum(coalesce(b.charged_minor, s.ceiling_minor)) AS TEXT) AS minor FROM household_spendings s
             LEFT JOIN bills b ON b.sid = s.key WHERE s.account = ? AND s.day = ? AND s.key <> ? GROUP BY s.consumer, s.outlet, s.fee`,
          ...[account, day, beside],
        )
        .map((row) => ({ ...row, fee: row.fee === 1, minor: BigInt(row.minor) })),
    householdDay: (account) => database.one<{ day: number | null }>('SELECT max(day) AS day FROM household_spendings WHERE account = ?', account)?.day ?? 0,
    putHouseholdSpending: ({ key, account, outlet, consumer, day, fee, ceilingMinor }) =>
      database.transaction(() => {
        database.run(
          `INSERT INTO household_spendings (key, account, outlet, consumer, day, fee, ceiling_minor) VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (key) DO UPDATE SET ceiling_minor = excluded.ceiling_minor`,
          ...[key, account, outlet, consumer, day, fee ? 1 : 0, ceilingMinor],
        );
        database.run('DELETE FROM household_spendings WHERE account = ? AND day < ?', account, day - 1);
      }),
  };
}
