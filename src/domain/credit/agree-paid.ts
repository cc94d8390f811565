import { limits } from '../../limits.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { type ClassCount, mergeCounts, packetsOf } from './billing-class.ts';
import { asRanges, closeLowHoles, indexesIn, joinIndexes, NO_INDEXES, type PaidRanges, withoutIndexes } from './paid-ranges.ts';
import { paidUnder } from './possible-counts.ts';
import type { Terms } from './terms.ts';
import { soldByNode } from './work-parts.ts';

/** What one side knows to be acknowledged: how many packets of each class, and which packets of the work the paid ones are. */
export interface PaidWork {
  readonly counts: readonly ClassCount[];
  readonly paidRanges: PaidRanges;
}

/** As the row of a session keeps it. */
export interface KnownWork extends PaidWork {
  /** Paid packets that were given up as lost. */
  readonly lostPaid: number;
}

/** What the sender of a fenced epoch still has in memory: losses cumulative over epochs, and packet indexes of the work. */
export interface FencedWork {
  readonly lostPaid: number;
  /** Paid for, as it knows. */
  readonly paidRanges?: PaidRanges;
  /** Given away and still unpaid: sending them again uses no new credit. */
  readonly exposed?: PaidRanges;
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
 * A packet that either side knows to be paid is not lost, whatever was said before: row, answer and monitor go on from one number.
 *
 * @param fenced what the sender still knew; null where it died: then the row is all there is
 * Source: rulings 7, 14, 18, 27.
 */
export function agreePaid(terms: Terms, known: KnownWork, claim: PaidClaim, fenced: FencedWork | null): Result<KnownWork, Fault<'bad-claim'>> {
  const named = asRanges(claim.paidRanges, terms.packets);
  if (named === null) return fault('bad-claim', 'The ranges of paid packets are not in order, or not of this work.');
  const news = withoutIndexes(named, known.paidRanges);
  const paidNews = soldByNode(terms).map(
    (sold, node): ClassCount => ({ node, billingClass: 'paid', packets: indexesIn(news) - indexesIn(withoutIndexes(news, sold)) }),
  );
  const agreedPaid = addCounts(
    known.counts.filter((count) => count.billingClass === 'paid'),
    paidNews,
  );
  // By price: what was signed under a cheap one does not pay for packets under a dear one.
  const ahead = terms.nodes.map((_, node) => paidUnder(agreedPaid, node) - paidUnder(claim.signed, node));
  const [paid, signed] = [packetsOf(agreedPaid, 'paid'), packetsOf(claim.signed, 'paid')];
  if (ahead.some((packets) => packets < 0))
    return fault('bad-claim', `The receipt counts ${signed} paid packets, only ${paid} are named; end this play, its closing statement settles it.`);
  if (packetsOf(paidNews, 'paid') > 0 && ahead.reduce((sum, packets) => sum + packets, 0) > terms.credit.receiptWindowPackets)
    return fault(
      'bad-claim',
      `${paid} paid packets are named, and the receipt covers ${signed}; a receipt must come at least every ${terms.credit.receiptWindowPackets}.`,
    );
  const unpaid = mergeCounts(known.counts, claim.signed).filter(({ node, billingClass }) => billingClass !== 'paid' && node < terms.nodes.length);
  const counts = [...unpaid, ...agreedPaid];
  const paidRanges = joinIndexes(known.paidRanges, named);
  const lostPaid = stillLost(fenced ?? { lostPaid: known.lostPaid, paidRanges: known.paidRanges }, paidRanges);
  return ok({ counts, paidRanges: closeLowHoles(paidRanges, limits.paidRanges), lostPaid });
}

/**
 * Losses, less those that turned out to have come. What was under way below the highest paid packet never came: it is lost like any
 * other; above it, it may be sent again. What a sender that died had under way nobody knows, so all that is new may have been given up.
 */
function stillLost({ lostPaid, paidRanges = NO_INDEXES, exposed = NO_INDEXES }: FencedWork, agreed: PaidRanges): number {
  const lent = joinIndexes(exposed, paidRanges);
  const [first = 0, packets = 0] = agreed.at(-1) ?? [];
  const neverCame = withoutIndexes(lent, joinIndexes(agreed, [[first + packets, limits.workPacketsMax]]));
  return Math.max(0, lostPaid - indexesIn(withoutIndexes(agreed, lent))) + indexesIn(neverCame);
}

function addCounts(counts: readonly ClassCount[], more: readonly ClassCount[]): readonly ClassCount[] {
  return more.map((count) => ({ ...count, packets: count.packets + paidUnder(counts, count.node) })).filter((count) => count.packets > 0);
}
