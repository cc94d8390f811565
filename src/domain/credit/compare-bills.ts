import { type ClassCount, packetsOf } from './billing-class.ts';
import { settlePlay } from './settle-play.ts';
import type { AckReceipt, ClosingStatement } from './statements.ts';
import type { Terms } from './terms.ts';
import { soldPackets } from './work-parts.ts';

/** What one side holds of a play. Everything in it was opened and its signatures were checked before. */
export interface HeldEvidence {
  /** `box`, `headend`, or whose file it is. */
  readonly side: string;
  readonly receipt: AckReceipt | null;
  readonly statement: ClosingStatement | null;
  /** What that side's books say was charged; null where they say nothing yet. */
  readonly bookedMinor: bigint | null;
}

/** One side's bill, computed anew. Minor units. */
export interface RecomputedBill {
  readonly side: string;
  /** What the last receipt alone is worth, nothing unheard and nothing lost. */
  readonly byReceiptMinor: bigint | null;
  /** What it is worth at most: all that it does not count was lost, and forgiven as far as the terms allow. */
  readonly byReceiptMostMinor: bigint | null;
  /** What the counts of the closing statement are worth. */
  readonly byStatementMinor: bigint | null;
  readonly bookedMinor: bigint | null;
  readonly paidPackets: number;
}

export interface Comparison {
  readonly bills: readonly RecomputedBill[];
  /** In words; empty where all agrees. */
  readonly differences: readonly string[];
}

/** The least and the most that a bill by a receipt alone can be. Minor units. */
interface Worth {
  readonly leastMinor: bigint;
  readonly mostMinor: bigint;
}

/**
 * Recomputes the bills of a play from its terms and what each side holds, and says where they differ. A play that is still open is
 * compared by receipts alone: there the newer one may count more, and that is no difference in money.
 *
 * Every booking needs a proof: the closing statement, or else the last receipt, by which a headend bills a play that was abandoned.
 * Without either nothing is owed. A box books no charge before it has signed its closing statement; until then the price is set aside,
 * which is no booking. It lets go of reported statements in time: the one that the other side holds proves its booking as well.
 *
 * Units: minor units. Source: rulings 5, 6, 9, 10, 18.
 */
export function compareBills(terms: Terms, sides: readonly HeldEvidence[]): Comparison {
  const bills = sides.map((held) => recompute(terms, held));
  const stated = bills.map((bill) => bill.byStatementMinor);
  const within = sides.flatMap((held) => [...findWithin(terms, held), ...(stated.includes(held.bookedMinor) ? [] : findUnproved(terms, held))]);
  return { bills, differences: [...within, ...findBetween(sides)] };
}

function recompute(terms: Terms, { side, receipt, statement, bookedMinor }: HeldEvidence): RecomputedBill {
  const byReceipt = receipt === null ? null : worthOf(terms, receipt);
  return {
    side,
    byReceiptMinor: byReceipt?.leastMinor ?? null,
    byReceiptMostMinor: byReceipt?.mostMinor ?? null,
    byStatementMinor: statement === null ? null : settlePlay(terms, statement).chargedMinor,
    bookedMinor,
    paidPackets: packetsOf((statement ?? receipt)?.counts ?? [], 'paid'),
  };
}

/**
 * A receipt does not say what was lost, and a loss that is forgiven makes what was heard a larger share of the work. Lost can be none, or
 * at most every packet that was sold and is not paid.
 *
 * Units: minor units. Source: rulings 10, 15.
 */
function worthOf(terms: Terms, { counts }: AckReceipt): Worth {
  const from = terms.afterTrial === 'continue' ? packetsOf(counts, 'trial') : 0;
  const sold = terms.nodes.reduce((sum, _, node) => sum + soldPackets(terms, node, from), 0);
  const charge = (lostPackets: number): bigint => settlePlay(terms, { counts, unheardPaidPackets: 0, lostPackets }).chargedMinor;
  return { leastMinor: charge(0), mostMinor: charge(Math.max(0, sold - packetsOf(counts, 'paid'))) };
}

function findWithin(terms: Terms, { side, receipt, statement, bookedMinor }: HeldEvidence): readonly string[] {
  const found: string[] = [];
  const { currency } = terms;
  if (statement !== null) {
    const { chargedMinor, refundMinor } = settlePlay(terms, statement);
    if (statement.chargedMinor !== String(chargedMinor))
      found.push(
        `${side}: the closing statement charges ${statement.chargedMinor}, its counts cost ${chargedMinor} minor units of ${currency} under the terms`,
      );
    if (statement.refundMinor !== String(refundMinor))
      found.push(`${side}: the closing statement gives back ${statement.refundMinor}, the terms make it ${refundMinor} minor units`);
    if (bookedMinor !== null && bookedMinor !== chargedMinor)
      found.push(`${side}: the books say ${bookedMinor}, the closing statement is worth ${chargedMinor} minor units of ${currency}`);
    for (const count of receipt?.counts ?? []) {
      const stated = packetsUnder(statement.counts, count);
      if (stated < count.packets) found.push(`${side}: a receipt covers ${named(count)}, the closing statement only ${stated}`);
    }
  }
  const paid = packetsOf((statement ?? receipt)?.counts ?? [], 'paid');
  if (paid > terms.packets) found.push(`${side}: ${paid} packets are counted as paid, the work has ${terms.packets}`);
  return found;
}

/** What the books of a side without a closing statement say, against its last receipt. */
function findUnproved(terms: Terms, { side, receipt, statement, bookedMinor }: HeldEvidence): readonly string[] {
  if (statement !== null || bookedMinor === null) return [];
  const booked = `${side}: the books say ${bookedMinor}`;
  if (receipt === null)
    return bookedMinor === 0n ? [] : [`${booked} minor units of ${terms.currency}, and neither a receipt nor a closing statement proves any of it`];
  const { leastMinor, mostMinor } = worthOf(terms, receipt);
  if (bookedMinor >= leastMinor && bookedMinor <= mostMinor) return [];
  const worth = leastMinor === mostMinor ? `${leastMinor}` : `${leastMinor} to ${mostMinor}`;
  const paid = packetsOf(receipt.counts, 'paid');
  return [`${booked} without a closing statement, the last receipt of ${paid} paid packets is worth ${worth} minor units of ${terms.currency}`];
}

function findBetween(sides: readonly HeldEvidence[]): readonly string[] {
  const [first, ...others] = sides;
  if (first === undefined) return [];
  return others.flatMap((other) => {
    const found: string[] = [];
    if (first.bookedMinor !== null && other.bookedMinor !== null && first.bookedMinor !== other.bookedMinor)
      found.push(`${first.side} has booked ${first.bookedMinor}, ${other.side} ${other.bookedMinor} minor units`);
    if (first.statement !== null && other.statement !== null) found.push(...statementsApart(first, first.statement, other, other.statement));
    if (first.receipt !== null && other.receipt !== null) found.push(...receiptsApart(first, first.receipt, other, other.receipt));
    return found;
  });
}

function statementsApart(left: HeldEvidence, mine: ClosingStatement, right: HeldEvidence, theirs: ClosingStatement): readonly string[] {
  const found = countsApart(mine.counts, theirs.counts).map((words) => `closing statements: ${left.side} ${words[0]}, ${right.side} ${words[1]}`);
  for (const name of ['lostPackets', 'unheardPaidPackets', 'chargedMinor', 'endReason', 'confirmEventId'] as const) {
    if (mine[name] !== theirs[name])
      found.push(`closing statements: ${name} is ${String(mine[name])} at the ${left.side}, ${String(theirs[name])} at the ${right.side}`);
  }
  return found;
}

/** Receipts are cumulative: the older of two may count less. The same receipt, or an older one with more, is a contradiction. */
function receiptsApart(left: HeldEvidence, mine: AckReceipt, right: HeldEvidence, theirs: AckReceipt): readonly string[] {
  const order = mine.epoch - theirs.epoch || mine.ackCounter - theirs.ackCounter;
  const [older, newer] =
    order <= 0
      ? [
          { held: left, receipt: mine },
          { held: right, receipt: theirs },
        ]
      : [
          { held: right, receipt: theirs },
          { held: left, receipt: mine },
        ];
  return older.receipt.counts.flatMap((count) => {
    const later = packetsUnder(newer.receipt.counts, count);
    const contradicts = order === 0 ? later !== count.packets : later < count.packets;
    return contradicts
      ? [
          `receipts: ${older.held.side} holds ${named(count)} at counter ${older.receipt.ackCounter}, ${newer.held.side} ${later} at ${newer.receipt.ackCounter}`,
        ]
      : [];
  });
}

function countsApart(mine: readonly ClassCount[], theirs: readonly ClassCount[]): readonly (readonly [string, string])[] {
  const forward = mine.flatMap((count): (readonly [string, string])[] => {
    const other = packetsUnder(theirs, count);
    return other === count.packets ? [] : [[`counts ${named(count)}`, String(other)]];
  });
  const missing = theirs.filter((count) => count.packets > 0 && mine.every((own) => own.node !== count.node || own.billingClass !== count.billingClass));
  return [...forward, ...missing.map((count): readonly [string, string] => ['counts none', named(count)])];
}

function packetsUnder(counts: readonly ClassCount[], like: ClassCount): number {
  return counts.find((count) => count.node === like.node && count.billingClass === like.billingClass)?.packets ?? 0;
}

function named({ node, billingClass, packets }: ClassCount): string {
  return `${packets} ${billingClass} packets${node === 0 ? '' : ` of price ${node}`}`;
}
