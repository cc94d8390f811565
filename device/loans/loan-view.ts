import type { Fault, Result } from '../../src/units/result.ts';
import type { LendingOffer } from '../../src/wire/licence-api.ts';

/** A smaller bound of the cache than the one of the program, in bytes. */
export const LOAN_CACHE_SETTING = 'loan-cache-bytes';

/**
 * A checked-out title as people see it.
 * - `waiting`      part of it is here, and something keeps the rest away; `message` says what
 * - `ready`        plays, with the headend or without
 * - `locked`       here, but no key is leased: the session pulse is missing, or what is lent is not known to this box
 * - `expired`      its time is over; it can be renewed
 * - `breached`     what lies here was altered; return it
 * - `returning`    returned; the headend is still to hear of it
 */
export type LoanState = 'downloading' | 'waiting' | 'ready' | 'locked' | 'expired' | 'breached' | 'returning';

export interface LoanView {
  readonly licence: string;
  readonly workId: string;
  readonly title: string;
  readonly state: LoanState;
  /** What stands in the way, in words; empty where nothing does. */
  readonly message: string;
  readonly endMs: number | null;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly uses: number;
  /** What keeping it longer costs, minor units. */
  readonly feeMinor: string;
}

/** Asked before a title is rented, kept longer, or given back before its time: OK does it, Back leaves it. */
export interface RentalQuery {
  readonly kind: 'rent' | 'renew' | 'return';
  readonly workId: string;
  readonly title: string;
  readonly feeMinor: string;
  /** Milliseconds of a rental; null: for good, or it is not rented anew. */
  readonly periodMs: number | null;
}

/** Asked once a title's time is over (document 003, 346): `intent.renew` answers it. */
export interface RenewalQuery {
  readonly licence: string;
  readonly title: string;
  readonly text: string;
}

/** A wish of a customer at the headend: why it was not granted. */
export type LoanFault = Fault<string>;

/** What the session layer asks of checked-out titles. */
export interface LoansOfBox {
  views(): readonly LoanView[];
  renewal(): RenewalQuery | null;
  /** Works that play now without the headend. */
  playableWorks(): readonly string[];
  /** What renting a work would cost, and for how long. */
  offer(workId: string): Promise<Result<LendingOffer, LoanFault>>;
  /** Rents it for at most so much; it is brought here meanwhile. */
  rent(workId: string, maxFeeMinor: string): Promise<Result<unknown, LoanFault>>;
  /** Answers the renewal query. @returns why it was not granted, in words, or null */
  answerRenewal(licence: string, yes: boolean): Promise<string | null>;
  /** Returns a title: it ends on this box at once. @returns why it did not, in words, or null */
  giveBack(licence: string): Promise<string | null>;
}
