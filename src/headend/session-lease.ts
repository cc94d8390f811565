import { type CreditLease, windowToLease } from '../domain/credit/account-credit.ts';
import { leastWindowPackets } from '../domain/credit/negotiate-credit.ts';
import type { CreditTerms } from '../domain/credit/terms.ts';
import { limits } from '../limits.ts';
import { deriveSessionKeys, generateEphemeral } from '../platform/crypto/key-agreement.ts';
import type { AccountCreditStore } from '../ports/account-credit-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { LeaseReport, StoredWork } from '../ports/headend-stores.ts';
import { assert } from '../units/assert.ts';
import { fromHex } from '../units/bytes.ts';
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

/** Leases what a session needs, for as long as `use` takes it up: where it refuses or throws, nothing was sent, and all of it goes back. */
export async function underLease<T, F extends Fault>(
  deps: LeaseDeps,
  session: Parameters<typeof leaseWindow>[1],
  use: (lease: CreditLease | undefined) => Promise<Result<T, F>>,
): Promise<Result<T, F | Fault<'account-credit-used-up'>>> {
  const leased = leaseWindow(deps, session);
  if (!leased.ok) return leased;
  const lease = leased.value;
  let taken = false;
  try {
    const outcome = await use(lease);
    taken = outcome.ok;
    return outcome;
  } finally {
    if (!taken && lease !== undefined) deps.credit.returnCredit(session.account, session.sid, lease.fence, 0);
  }
}

/**
 * Tried before anything is leased or written: whether an X25519 key is usable depends on no key of ours, nor on what is agreed.
 * Source: RFC 7748, 6.1 (points of small order).
 */
export function refuseKey(deviceEphemeral: string): Fault<'bad-request'> | null {
  const theirPublic = fromHex(deviceEphemeral);
  assert(theirPublic !== null, 'the schema admits hex only');
  const nothing = new Uint8Array(32);
  const tried = deriveSessionKeys({ ourPrivate: generateEphemeral().privateKey, theirPublic, sid: nothing, epoch: 0, transcriptHash: nothing });
  return tried.ok ? null : { code: 'bad-request', message: tried.error.message };
}

/** What the sender says of its lease with every report. */
export function leaseReport({ row, lease }: AdmittedSession, over: boolean, unpaidPackets: number): { readonly lease?: LeaseReport } {
  return lease === undefined ? {} : { lease: { account: row.account, fence: lease.fence, over, unpaidPackets } };
}
