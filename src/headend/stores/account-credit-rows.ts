import { type AccountCredit, type CreditLease, clearLeftovers, grantLease, returnLease, writeOff } from '../../domain/credit/account-credit.ts';
import { limits } from '../../limits.ts';
import type { AccountCreditStore, LeaseRequest } from '../../ports/account-credit-store.ts';
import { assert } from '../../units/assert.ts';
import type { AccountId } from '../../units/ids.ts';
import { ok } from '../../units/result.ts';
import type { StoreContext } from './store-context.ts';

interface Row extends AccountCredit {
  readonly fence: number;
}

const CREDIT = `SELECT cap_packets AS capPackets, leased_packets AS leasedPackets, leftover_packets AS leftoverPackets, written_off_packets AS writtenOffPackets,
  written_off_month AS writtenOffMonth, fence FROM account_credit WHERE account = ?`;
const LEASE = 'SELECT fence, packets, expires_at_ms AS expiresAtMs FROM credit_leases WHERE account = ? AND holder = ?';

/** Owner of account_credit and credit_leases. Every change of an account is one row update that names the fence it was computed from. */
export function accountCreditRows(context: StoreContext): AccountCreditStore {
  const { database } = context;
  const change = (account: AccountId, rule: (credit: Row) => AccountCredit): Row => {
    const before = read(context, account);
    const after = { ...rule(before), fence: before.fence + 1 };
    const changed = database.run(
      `UPDATE account_credit SET cap_packets = ?, leased_packets = ?, leftover_packets = ?, written_off_packets = ?, written_off_month = ?, fence = ?
       WHERE account = ? AND fence = ?`,
      ...[after.capPackets, after.leasedPackets, after.leftoverPackets, after.writtenOffPackets, after.writtenOffMonth, after.fence, account, before.fence],
    );
    assert(changed === 1, 'the row of an account changes inside its own transaction only');
    return after;
  };
  const end = (account: AccountId, holder: string, lease: CreditLease, unpaidPackets: number): void => {
    change(account, (credit) => returnLease(credit, lease, unpaidPackets));
    database.run('DELETE FROM credit_leases WHERE account = ? AND holder = ?', account, holder);
  };
  const expireLeases = (account: AccountId, nowMs: number): void => {
    const sql = 'SELECT holder, fence, packets, expires_at_ms AS expiresAtMs FROM credit_leases WHERE account = ? AND expires_at_ms <= ?';
    // Whoever let a lease expire said nothing about what it gave away: all of it counts as given.
    for (const lease of database.all<CreditLease & { holder: string }>(sql, account, nowMs)) end(account, lease.holder, lease, lease.packets);
  };
  return {
    accountCredit: (account) => database.transaction(() => read(context, account)),
    setCreditCap: (account, packets) => void database.transaction(() => change(account, (credit) => ({ ...credit, capPackets: packets }))),
    leaseCredit: (request) => database.transaction(() => lease(request)),
    renewLease: (account, holder, fence, expiresAtMs) => {
      const held = database.one<CreditLease>(LEASE, account, holder);
      if (held?.fence !== fence) return false;
      // Asked with every commit of a session: written only when half of the time is over.
      if (expiresAtMs - held.expiresAtMs >= limits.creditLeaseMs / 2)
        database.run('UPDATE credit_leases SET expires_at_ms = ? WHERE account = ? AND holder = ?', expiresAtMs, account, holder);
      return true;
    },
    returnCredit: (account, holder, fence, unpaidPackets) =>
      database.transaction(() => {
        const held = database.one<CreditLease>(LEASE, account, holder);
        if (held?.fence !== fence) return false;
        end(account, holder, held, unpaidPackets);
        return true;
      }),
    clearLeftovers: (account, paidPackets) => database.transaction(() => clear(account, paidPackets)),
    settleCredit: (account, holder, paidPackets) =>
      database.transaction(() => {
        const held = database.one<CreditLease>(LEASE, account, holder);
        if (held !== null) end(account, holder, held, held.packets);
        clear(account, paidPackets);
      }),
  };

  function clear(account: AccountId, paidPackets: number): void {
    // Asked with every receipt: most accounts have none.
    const hasLeftovers = database.one('SELECT 1 FROM account_credit WHERE account = ? AND leftover_packets > 0', account) !== null;
    if (paidPackets > 0 && hasLeftovers) change(account, (credit) => clearLeftovers(credit, paidPackets));
  }

  function grant(account: AccountId, packets: number, leastPackets: number, nowMs: number): ReturnType<typeof grantLease> {
    const before = read(context, account);
    const granted = grantLease(before, packets, leastPackets);
    if (granted.ok) return granted;
    const month = new Date(nowMs).toISOString().slice(0, 7);
    const forgiven = writeOff(before, month, Math.min(limits.accountWriteOffPackets, before.capPackets));
    const again = grantLease(forgiven, packets, leastPackets);
    if (again.ok) change(account, (credit) => ({ ...credit, ...forgiven }));
    return again;
  }

  function lease({ account, holder, packets, leastPackets, nowMs, expiresAtMs }: LeaseRequest): ReturnType<AccountCreditStore['leaseCredit']> {
    expireLeases(account, nowMs);
    const held = database.one<CreditLease>(LEASE, account, holder);
    if (held !== null) end(account, holder, held, 0);
    const granted = grant(account, packets, leastPackets, nowMs);
    if (!granted.ok) return granted;
    const { fence } = change(account, (credit) => ({ ...credit, leasedPackets: credit.leasedPackets + granted.value }));
    database.run('INSERT INTO credit_leases VALUES (?, ?, ?, ?, ?)', account, holder, fence, granted.value, expiresAtMs);
    return ok({ fence, packets: granted.value, expiresAtMs });
  }
}

function read({ database }: StoreContext, account: AccountId): Row {
  database.run("INSERT INTO account_credit VALUES (?, ?, 0, 0, 0, '', 0) ON CONFLICT (account) DO NOTHING", account, limits.accountCreditPackets);
  const row = database.one<Row>(CREDIT, account);
  assert(row !== null, 'an account that was looked at has a row');
  return row;
}
