import { type ClassCount, packetsOf } from './billing-class.ts';
import { isCountable } from './class-cells.ts';
import type { CreditTerms, Terms } from './terms.ts';
import { soldPackets } from './work-parts.ts';

/**
 * What no honest box can have counted under these terms, in words that follow "it"; null where the counts are possible. Bills go by price
 * node, and what is paid is not sold again: a count under a node that the terms do not have would buy the work for nothing. So whatever a
 * box signs is looked at by this first, be it a receipt, a resume or a closing statement.
 *
 * Packets. Source: rulings 7, 8, 10, 18.
 */
export function findImpossible(terms: Pick<Terms, 'nodes' | 'packets' | 'parts' | 'trial'>, counts: readonly ClassCount[]): string | null {
  if (new Set(counts.map(keyOf)).size !== counts.length) return 'counts one class twice';
  if (counts.some(({ node }) => !isCountable(node) || node >= terms.nodes.length)) return 'counts under a price that the terms do not have';
  if (packetsOf(counts, 'paid') > terms.packets) return 'counts more paid packets than the work has';
  const oversold = terms.nodes.findIndex((_, node) => paidUnder(counts, node) > soldPackets(terms, node));
  if (oversold >= 0) return `counts more paid packets under price ${oversold} than the work has under it`;
  if (packetsOf(counts, 'trial') > (terms.trial?.packets ?? 0)) return 'counts more trial packets than the terms grant';
  return null;
}

/**
 * Whether a box leaves out of what it signs the trial that it acknowledged. Of a trial that is gone on with the packets are not payable, so
 * without them the same paid packets would be a smaller part of the work, and cost less. As of anything that is acknowledged and not signed
 * yet, up to a receipt window is open.
 *
 * @param acknowledged under MAC
 */
export function leavesTrialOut(
  terms: Pick<Terms, 'afterTrial'> & { readonly credit: Pick<CreditTerms, 'receiptWindowPackets'> },
  acknowledged: readonly ClassCount[],
  signed: readonly ClassCount[],
): boolean {
  if (terms.afterTrial !== 'continue' || packetsOf(signed, 'paid') === 0) return false;
  return packetsOf(acknowledged, 'trial') - packetsOf(signed, 'trial') > terms.credit.receiptWindowPackets;
}

export function paidUnder(counts: readonly ClassCount[], node: number): number {
  return packetsOf(
    counts.filter((count) => count.node === node),
    'paid',
  );
}

function keyOf({ node, billingClass }: ClassCount): string {
  return `${node}:${billingClass}`;
}
