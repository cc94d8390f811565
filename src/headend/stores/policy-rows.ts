import type { Policy } from '../../domain/access/access-policy.ts';
import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { StoreContext } from './store-context.ts';

export interface PolicyStore {
  /** All that ever held, oldest first. */
  policies(): readonly Policy[];
  /** Refused where the account, the box or the work is unknown. */
  addPolicy(policy: Omit<Policy, 'number'>): Result<Policy, Fault<'not-found' | 'conflict'>>;
  /** From a moment on it holds no more. @returns null where there is no such row, or it had ended before */
  endPolicy(number: number, atMs: number): Policy | null;
  /** Plays of an account since a moment of which something was heard as paid, and those under way. */
  playsSince(account: string, atMs: number): number;
}

const POLICY = 'SELECT number, kind, account, outlet, work, value, from_ms AS fromMs, until_ms AS untilMs, reason FROM access_policies';

/** All that hold, and the newest of those that are over. */
const POLICIES_SHOWN = 2 * limits.accessPolicies;

/** Owner of access_policies. */
export function policyRows(context: StoreContext): PolicyStore {
  const { database } = context;
  const read = (number: number): Policy | null => database.one<Policy>(`${POLICY} WHERE number = ?`, number);
  return {
    policies: () =>
      database.all<Policy>(`SELECT * FROM (${POLICY} ORDER BY until_ms IS NOT NULL, until_ms DESC, number DESC LIMIT ?) ORDER BY number`, POLICIES_SHOWN),
    addPolicy: (policy) => database.transaction(() => add(context, policy, read)),
    endPolicy: (number, atMs) => {
      const changed = database.run(
        'UPDATE access_policies SET until_ms = ? WHERE number = ? AND (until_ms IS NULL OR until_ms > ?)',
        ...[Math.floor(atMs), number, Math.floor(atMs)],
      );
      return changed === 0 ? null : read(number);
    },
    playsSince: (account, atMs) => {
      const since = Math.floor(Math.max(0, atMs));
      return (
        database.one<{ plays: number }>(
          `SELECT (SELECT count(*) FROM bills WHERE account = ? AND paid_packets > 0 AND billed_at_ms >= ?)
             + (SELECT count(*) FROM loan_uses WHERE account = ? AND paid_packets > 0 AND posted_at_ms >= ?)
             + (SELECT count(*) FROM pay_sessions WHERE account = ? AND state IN ('offered', 'streaming')
                AND (confirm_event_id IS NOT NULL OR json_extract(terms, '$.trial') IS NULL)) AS plays`,
          ...[account, since, account, since, account],
        )?.plays ?? 0
      );
    },
  };
}

function add(context: StoreContext, policy: Omit<Policy, 'number'>, read: (number: number) => Policy | null): Result<Policy, Fault<'not-found' | 'conflict'>> {
  const { database, clock } = context;
  const { kind, account, outlet, work, value, fromMs, untilMs, reason } = policy;
  const held = database.one<{ n: number }>('SELECT count(*) AS n FROM access_policies WHERE until_ms IS NULL OR until_ms > ?', Math.floor(clock.wallMs()));
  if ((held?.n ?? 0) >= limits.accessPolicies) return fault('conflict', `There are ${limits.accessPolicies} policies that hold; end one first.`);
  for (const [table, key, id] of [
    ['accounts', 'account', account],
    ['outlets', 'outlet', outlet],
    ['works', 'work', work],
  ] as const) {
    if (id !== null && database.one(`SELECT 1 FROM ${table} WHERE ${key} = ?`, id) === null) return fault('not-found', `There is no such ${key}.`);
  }
  database.run(
    'INSERT INTO access_policies (kind, account, outlet, work, value, from_ms, until_ms, reason, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...[kind, account, outlet, work, value, fromMs, untilMs, reason, Math.floor(clock.wallMs())],
  );
  const { number } = database.one<{ number: number }>('SELECT last_insert_rowid() AS number') ?? { number: 0 };
  return ok(read(number) ?? { ...policy, number });
}
