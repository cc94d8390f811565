import { type CreditLease, windowToLease } from '../domain/credit/account-credit.ts';
import { leastWindowPackets } from '../domain/credit/negotiate-credit.ts';
import type { CreditTerms } from '../domain/credit/terms.ts';
import { limits } from '../limits.ts';
import type { AccountCreditStore } from '../ports/account-credit-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { LeaseReport, StoredWork } from '../ports/headend-stores.ts';
import type { AccountId, SessionId } from '../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { packetMsOf } from '../units/time.ts';
import type { AdmittedSession } from './stream-port.ts';

export interface LeaseDeps {
  readonly credit: Pick<AccountCreditStore, 'leaseCredit' | 'returnCredit'>;
  readonly clock: Clock;
}

/** What a session leases: the window of its terms, or what its account still has, if that is enough to play. Nothing for a free work. */
export function leaseWindow(
  { credit, clock }: LeaseDeps,
  session: { readonly account: AccountId; readonly sid: SessionId; readonly work: StoredWork; readonly terms: CreditTerms },
): Result<CreditLease | undefined, Fault<'account-credit-used-up'>> {
  const { account, sid: holder, work, terms } = session;
  if (work.free) return ok(undefined);
  const nowMs = clock.wallMs();
  const slice = { packets: windowToLease(terms), leastPackets: Math.min(terms.creditWindowPackets, leastWindowPackets(terms, packetMsOf(work))) };
  const lease = credit.leaseCredit({ account, holder, ...slice, nowMs, expiresAtMs: nowMs + limits.creditLeaseMs });
  return lease.ok ? lease : fault('account-credit-used-up', lease.error.message);
}

/** What the sender says of its lease with every report. */
export function leaseReport({ row, lease }: AdmittedSession, over: boolean, unpaidPackets: number): { readonly lease?: LeaseReport } {
  return lease === undefined ? {} : { lease: { account: row.account, fence: lease.fence, over, unpaidPackets } };
}
