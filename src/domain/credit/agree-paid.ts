import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { type ClassCount, mergeCounts, packetsOf } from './billing-class.ts';
import { asRanges, closeLowHoles, indexesIn, joinIndexes, type PaidRanges, withoutIndexes } from './paid-ranges.ts';
import type { Terms } from './terms.ts';
import { soldByNode } from './work-parts.ts';

/** What one side knows to be acknowledged: how many packets of each class, and which packets of the work the paid ones are. */
export interface PaidWork {
  readonly counts: readonly ClassCount[];
  readonly paidRanges: PaidRanges;
}

export interface PaidClaim {
  /** Packet indexes that the box acknowledged as paid, as they came: [first, packets]. */
  readonly paidRanges: readonly (readonly number[])[];
  /** Of the newest receipt; empty where there is none. */
  readonly signed: readonly ClassCount[];
}

/**
 * What both sides go on from at a resume: exactly the packets that either of them knows to be acknowledged as paid, so that none
 * is owed twice and none is forgotten, whoever lost an ACK, a group commit or its memory. The box says which it counts, in a
 * signed request; that is an acknowledgement, and lies no further above its durable receipt than the receipt window.
 *
 * ```
 * headend knows   ######.###.###          (a group commit behind)
 * box says        ######.########.##
 * agreed          ######.########.##      count = headend's + what it did not know
 * ```
 * Source: rulings 7, 14, 18, 27.
 */
export function agreePaid(terms: Terms, known: PaidWork, claim: PaidClaim): Result<PaidWork, Fault<'bad-claim'>> {
  const named = asRanges(claim.paidRanges, terms.packets);
  if (named === null) return fault('bad-claim', 'The ranges of paid packets are not in order, or not of this work.');
  const news = withoutIndexes(named, known.paidRanges);
  const paidNews = soldByNode(terms).map(
    (sold, node): ClassCount => ({ node, billingClass: 'paid', packets: indexesIn(news) - indexesIn(withoutIndexes(news, sold)) }),
  );
  const paid = packetsOf(known.counts, 'paid') + packetsOf(paidNews, 'paid');
  const signed = packetsOf(claim.signed, 'paid');
  if (paid < signed)
    return fault('bad-claim', `The receipt counts ${signed} paid packets, only ${paid} are named; end this play, its closing statement settles it.`);
  if (packetsOf(paidNews, 'paid') > 0 && paid > signed + terms.credit.receiptWindowPackets)
    return fault(
      'bad-claim',
      `${paid} paid packets are named, and the receipt covers ${signed}; a receipt must come at least every ${terms.credit.receiptWindowPackets}.`,
    );
  const unpaid = mergeCounts(known.counts, claim.signed).filter((count) => count.billingClass !== 'paid');
  const counts = [
    ...unpaid,
    ...addCounts(
      known.counts.filter((count) => count.billingClass === 'paid'),
      paidNews,
    ),
  ];
  return ok({ counts, paidRanges: closeLowHoles(joinIndexes(known.paidRanges, named), limits.paidRanges) });
}

function addCounts(counts: readonly ClassCount[], more: readonly ClassCount[]): readonly ClassCount[] {
  const nodes = more.map((count) => ({
    ...count,
    packets:
      count.packets +
      packetsOf(
        counts.filter(({ node }) => node === count.node),
        'paid',
      ),
  }));
  return nodes.filter((count) => count.packets > 0);
}
