import { roundHalfUp } from '../../units/money.ts';
import type { ClassCount } from './billing-class.ts';
import { packetsOf } from './billing-class.ts';
import { lossAllowance } from './loss-allowance.ts';
import type { Terms } from './terms.ts';
import { payablePackets } from './terms.ts';

export interface HeardCounts {
  readonly counts: readonly ClassCount[];
  readonly unheardPaidPackets: number;
  readonly lostPackets: number;
}

export interface Settlement {
  readonly quoteMinor: bigint;
  readonly chargedMinor: bigint;
  /** quote - charged: what goes back beside the full price. */
  readonly refundMinor: bigint;
}

/**
 * What one play costs: the full price, and beside it the refund of what was not heard. One rounding per play.
 * Box and headend both call this, on the same counts, and must get the same number.
 *
 * charged = round(price x min(1, heard paid packets / payable packets))
 *
 * Losses up to the agreed allowance are nobody's loss: they are not payable. Beyond it the customer heard less, and pays less.
 *
 * Units: minor units. Source: rulings 5, 6, 10.
 */
export function settlePlay(terms: Terms, heard: HeardCounts): Settlement {
  const quoteMinor = terms.nodes.reduce((sum, node) => sum + BigInt(node.quoteMinor), 0n);
  const paid = packetsOf(heard.counts, 'paid');
  const forgiven = lossAllowance(terms.credit.lossAllowancePerMille, paid, heard.lostPackets, terms.credit.policy);
  const payable = payablePackets(terms, packetsOf(heard.counts, 'trial'), forgiven);
  const heardPackets = Math.min(payable, Math.max(0, paid - heard.unheardPaidPackets));
  const chargedMinor = payable === 0 ? 0n : roundHalfUp(quoteMinor * BigInt(heardPackets), BigInt(payable));
  return { quoteMinor, chargedMinor, refundMinor: quoteMinor - chargedMinor };
}
