import type { AccountId, LicenceId, LocationId, OutletId, WorkId } from '../../units/ids.ts';
import type { Currency } from '../../units/money.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { ClassCount } from '../credit/billing-class.ts';
import { settlePlay } from '../credit/settle-play.ts';
import type { EndReason } from '../credit/statements.ts';
import type { PricingNode, WorkPart } from '../credit/terms.ts';
import { placedParts } from '../credit/work-parts.ts';
import type { PropertyRights } from './property-rights.ts';

/**
 * What a checked-out title may be used for on one box, without the headend: canonical JSON, signed by the headend; its SHA-256
 * stands in every use (rulings 11 and 12). Amounts are decimal text in minor units.
 */
export interface LoanTerms {
  readonly version: 1;
  readonly licence: LicenceId;
  readonly account: AccountId;
  readonly outlet: OutletId;
  readonly location: LocationId;
  readonly work: WorkId;
  readonly resourceKind: 'work' | 'software';
  readonly packets: number;
  /** Of a film: in which form it was lent, and how long each packet lasts. */
  readonly film?: { readonly rendition: string; readonly packetMs: number };
  readonly currency: Currency;
  /** The price of each whole use: a ceiling. */
  readonly nodes: readonly PricingNode[];
  /** Which packets fall under which node, and which are free; absent: all under node 0. */
  readonly parts?: readonly WorkPart[];
  readonly pricingStateHash: string;
  /** Pre-listen: the first packets of the work, never owed; 0 for none. */
  readonly trialPackets: number;
  readonly afterTrial: 'restart' | 'continue';
  readonly rights: PropertyRights;
  /** What a box may owe before the headend has heard of it. */
  readonly floorMinor: string;
  /** Wall milliseconds; access while now < endMs, null for ever. */
  readonly endMs: number | null;
  /** What each renewal costs; absent: nothing. */
  readonly feeMinor?: string;
  readonly issuedAtMs: number;
}

/** One use of a checked-out title as its box reports it: canonical JSON, signed by the box. */
export interface LoanUse {
  readonly version: 1;
  readonly licence: LicenceId;
  /** SHA-256 of the terms it was sold under, hex. */
  readonly termsHash: string;
  readonly playId: string;
  /** Heard before it was bought, where the work went on from there. */
  readonly trialPackets: number;
  /** Heard of what was bought. */
  readonly paidPackets: number;
  readonly heardMs: number;
  readonly chargedMinor: string;
  /** Owed by the account; false where money in the box paid. Absent from boxes that do not say it. */
  readonly onAccount?: boolean;
  /** The last record of the box that the headend had acknowledged: what is owed for uses after it was unheard of. */
  readonly heardThrough?: number;
  readonly endReason: EndReason;
  readonly wallMs: number;
}

export type HeardOfLoan = Pick<LoanUse, 'trialPackets' | 'paidPackets'>;

/** The price of a whole use, minor units. */
export function quoteOf({ nodes }: Pick<LoanTerms, 'nodes'>): bigint {
  return nodes.reduce((sum, { quoteMinor }) => sum + BigInt(quoteMinor), 0n);
}

/**
 * Whether a box took more than what it may owe unheard of (ruling 12): it keeps to that by itself, so this is a box that was altered, or a book
 * that was put back. Jukeboxes sell nothing on account.
 * @param owedMinor for earlier uses that the headend had not heard of when this one was sold
 */
export function isBeyondFloor({ floorMinor }: Pick<LoanTerms, 'floorMinor'>, use: Pick<LoanUse, 'chargedMinor' | 'onAccount'>, owedMinor: bigint): boolean {
  const chargedMinor = BigInt(use.chargedMinor);
  return use.onAccount !== false && chargedMinor > 0n && owedMinor + chargedMinor > BigInt(floorMinor);
}

type PricedLoan = Pick<LoanTerms, 'nodes' | 'packets' | 'parts' | 'afterTrial'>;

/** What was heard of each price, as a stream counts it. */
export function countLoanUse(terms: PricedLoan, { trialPackets, paidPackets }: HeardOfLoan): readonly ClassCount[] {
  const from = terms.afterTrial === 'continue' ? trialPackets : 0;
  const heard = placedParts(terms).map(({ node, billingClass, first, packets }) => {
    const heardOfPart = Math.min(first + packets, from + paidPackets) - Math.max(first, from);
    return { node, billingClass, packets: Math.max(0, heardOfPart) };
  });
  return [{ node: 0, billingClass: 'trial', packets: trialPackets }, ...heard];
}

/** What a use costs, by the rule of a streamed play in which nothing was lost: box and headend must get the same number. */
export function rateLoanUse(terms: PricedLoan, use: HeardOfLoan): bigint {
  const heard = { counts: countLoanUse(terms, use), unheardPaidPackets: 0, lostPackets: 0 };
  return settlePlay({ ...terms, credit: { lossAllowancePerMille: 0 } }, heard).chargedMinor;
}

/** Whether a use can have happened under these terms, and costs what it says. @returns what it costs, minor units */
export function checkLoanUse(terms: LoanTerms, use: LoanUse): Result<bigint, Fault<'use-impossible' | 'use-mischarged'>> {
  const most = terms.packets - (terms.afterTrial === 'continue' ? use.trialPackets : 0);
  if (use.trialPackets > terms.trialPackets) return fault('use-impossible', `${use.trialPackets} packets of a pre-listen of ${terms.trialPackets}.`);
  if (use.paidPackets > most) return fault('use-impossible', `${use.paidPackets} packets were heard of ${most}.`);
  const charged = rateLoanUse(terms, use);
  return charged === BigInt(use.chargedMinor)
    ? ok(charged)
    : fault('use-mischarged', `The use costs ${charged} by its terms, the box charged ${use.chargedMinor}.`);
}
