import type { AccountCredit, CreditLease } from '../domain/credit/account-credit.ts';
import type { AccountId } from '../units/ids.ts';
import type { Fault, Result } from '../units/result.ts';

export interface LeaseRequest {
  readonly account: AccountId;
  /** The PaySession, or whoever else lends on. */
  readonly holder: string;
  readonly packets: number;
  /** Fewer than these are of no use. */
  readonly leastPackets: number;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

/** Credit of accounts, leased in durable, fenced, expiring slices (ruling 20). Each call is one transaction. */
export interface AccountCreditStore {
  accountCredit(account: AccountId): AccountCredit;
  setCreditCap(account: AccountId, packets: number): void;
  /**
   * A holder has one lease: asking again returns what is left of the old one to the account first, under a new fence. Where leftovers
   * are in the way, they are forgiven as far as the month still allows.
   */
  leaseCredit(request: LeaseRequest): Result<CreditLease, Fault<'account-credit-used-up'>>;
  /** False where the lease was taken for given away, or its holder has a newer one. */
  renewLease(account: AccountId, holder: string, fence: number, expiresAtMs: number): boolean;
  /** Ends a lease; `unpaidPackets`, given away and not signed for, stay as a leftover. False where it is not in force any more: then nothing changes. */
  returnCredit(account: AccountId, holder: string, fence: number, unpaidPackets: number): boolean;
  clearLeftovers(account: AccountId, paidPackets: number): void;
  /** A session is settled: what is still leased to it was given away, and what its last word paid clears leftovers. */
  settleCredit(account: AccountId, holder: string, paidPackets: number): void;
}
