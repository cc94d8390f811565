import { roundHalfUp } from '../../units/rational.ts';
import type { ClassCount } from './billing-class.ts';
import { packetsOf } from './billing-class.ts';
import { lossAllowance } from './loss-allowance.ts';
import type { CreditTerms, Terms } from './terms.ts';
import { soldPackets } from './work-parts.ts';

export interface HeardCounts {
  readonly counts: readonly ClassCount[];
  readonly unheardPaidPackets: number;
  readonly lostPackets: number;
}

/** What of the terms a settlement reads. */
export type PricedTerms = Pick<Terms, 'nodes' | 'packets' | 'parts' | 'afterTrial'> & {
  readonly credit: Pick<CreditTerms, 'lossAllowancePerMille' | 'policy'>;
};

export interface Settlement {
  readonly quoteMinor: bigint;
  readonly chargedMinor: bigint;
  /** quote - charged: what goes back beside the full price. */
  readonly refundMinor: bigint;
}

/** What was heard of one price node, in packets. */
interface HeardNode {
  readonly quoteMinor: bigint;
  readonly payable: number;
  readonly heard: number;
}

/**
 * What one play costs: the full price, and beside it the refund of what was not heard. One rounding per play.
 * Box and headend both call this, on the same counts, and must get the same number.
 *
 * charged = round(sum over the price nodes of: price x min(1, heard paid packets / payable packets))
 *
 * Losses up to the agreed allowance are nobody's loss: they are not payable. Beyond it the customer heard less, and pays less. The counts
 * do not say where in the work something was lost or left unheard: of several nodes the first ones are forgiven first, as far as packets
 * of them are missing, and what was not heard is of the last ones, as a work is heard from its start.
 *
 * Units: minor units. Source: rulings 5, 6, 8, 10.
 */
export function settlePlay(terms: PricedTerms, heard: HeardCounts): Settlement {
  const quoteMinor = terms.nodes.reduce((sum, node) => sum + BigInt(node.quoteMinor), 0n);
  let numerator = 0n;
  let denominator = 1n;
  for (const node of heardNodes(terms, heard)) {
    if (node.payable === 0) continue;
    numerator = numerator * BigInt(node.payable) + node.quoteMinor * BigInt(node.heard) * denominator;
    denominator *= BigInt(node.payable);
  }
  const chargedMinor = roundHalfUp(numerator, denominator);
  return { quoteMinor, chargedMinor, refundMinor: quoteMinor - chargedMinor };
}

function heardNodes(terms: PricedTerms, { counts, unheardPaidPackets, lostPackets }: HeardCounts): readonly HeardNode[] {
  let forgiven = lossAllowance(terms.credit.lossAllowancePerMille, packetsOf(counts, 'paid'), lostPackets, terms.credit.policy);
  // A trial that is gone on with is not sent again: its packets are not payable.
  const from = terms.afterTrial === 'continue' ? packetsOf(counts, 'trial') : 0;
  const last = terms.nodes.length - 1;
  const nodes = terms.nodes.map(({ quoteMinor }, node) => {
    const sold = soldPackets(terms, node, from);
    const paid = counts.reduce((sum, count) => (count.node === node && count.billingClass === 'paid' ? sum + count.packets : sum), 0);
    const here = node === last ? forgiven : Math.min(forgiven, Math.max(0, sold - paid));
    forgiven -= here;
    return { quoteMinor: BigInt(quoteMinor), payable: Math.max(0, sold - here), paid };
  });
  let unheard = unheardPaidPackets;
  const heard = nodes.toReversed().map(({ quoteMinor, payable, paid }) => {
    const here = Math.min(unheard, paid);
    unheard -= here;
    return { quoteMinor, payable, heard: Math.min(payable, paid - here) };
  });
  return heard.toReversed();
}
