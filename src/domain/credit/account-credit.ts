import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { CreditTerms } from './terms.ts';

/**
 * What the headend lends one account over all its sessions, workers and nodes (ruling 20; document 001 A17). Packets.
 *
 * ```
 *  |<------------------------- cap ------------------------->|
 *  | leased to live sessions | leftovers of dead ones | free |
 * ```
 */
export interface AccountCredit {
  readonly capPackets: number;
  readonly leasedPackets: number;
  /** Lent to sessions that died, and not paid for. */
  readonly leftoverPackets: number;
  /** Forgiven in the month `writtenOffMonth` (of the calendar, `2026-11`). */
  readonly writtenOffPackets: number;
  readonly writtenOffMonth: string;
}

/** A slice of an account's credit in the hand of one holder until it expires. A holder with an older fence is heard no more. */
export interface CreditLease {
  readonly fence: number;
  readonly packets: number;
  readonly expiresAtMs: number;
}

/** How much of what is asked for can be leased: all, or what is free if that is enough to play. */
export function grantLease(credit: AccountCredit, askedPackets: number, leastPackets: number): Result<number, Fault<'account-credit-used-up'>> {
  const free = credit.capPackets - credit.leasedPackets - credit.leftoverPackets;
  const granted = Math.min(askedPackets, free);
  if (granted >= leastPackets) return ok(granted);
  return fault(
    'account-credit-used-up',
    `${credit.leasedPackets} packets are lent to this account and ${credit.leftoverPackets} are unpaid; end a play, or send its receipts.`,
  );
}

/**
 * A session ended: its lease comes back; what was given away and not signed for stays as a leftover. That may be more than the lease: what
 * was acknowledged frees the window, and is owed by signature alone.
 */
export function returnLease(credit: AccountCredit, lease: CreditLease, unsignedPackets: number): AccountCredit {
  return { ...credit, leasedPackets: credit.leasedPackets - lease.packets, leftoverPackets: credit.leftoverPackets + Math.max(0, unsignedPackets) };
}

/** Packets of the account that were paid later, or covered by a receipt that came late, clear leftovers one to one. */
export function clearLeftovers(credit: AccountCredit, paidPackets: number): AccountCredit {
  return { ...credit, leftoverPackets: Math.max(0, credit.leftoverPackets - Math.max(0, paidPackets)) };
}

/** Forgives leftovers, at most `mostPackets` in one month, so that a box that is switched off every evening is not locked out. */
export function writeOff(credit: AccountCredit, month: string, mostPackets: number): AccountCredit {
  const before = credit.writtenOffMonth === month ? credit.writtenOffPackets : 0;
  const packets = Math.max(0, Math.min(credit.leftoverPackets, mostPackets - before));
  return { ...credit, leftoverPackets: credit.leftoverPackets - packets, writtenOffPackets: before + packets, writtenOffMonth: month };
}

/** The most that a session under these terms can have unacknowledged: what it asks its account for. */
export function windowToLease({ creditWindowPackets, adaptation }: CreditTerms): number {
  return Math.max(creditWindowPackets, adaptation?.maxPackets ?? 0);
}

/** The terms with a window that the lease covers. */
export function withinLease(terms: CreditTerms, lease: Pick<CreditLease, 'packets'> | undefined): CreditTerms {
  if (lease === undefined || lease.packets >= windowToLease(terms)) return terms;
  const most = (packets: number): number => Math.min(packets, lease.packets);
  const { adaptation } = terms;
  const adapted = adaptation && { adaptation: { ...adaptation, minPackets: most(adaptation.minPackets), maxPackets: most(adaptation.maxPackets) } };
  return { ...terms, creditWindowPackets: most(terms.creditWindowPackets), ...adapted };
}
