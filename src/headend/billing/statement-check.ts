import { type ClassCount, packetsOf } from '../../domain/credit/billing-class.ts';
import { findImpossible, leavesTrialOut } from '../../domain/credit/possible-counts.ts';
import { firstSlotOfNextEpoch, slotsUsed } from '../../domain/credit/sequence-reserve.ts';
import { type Settlement, settlePlay } from '../../domain/credit/settle-play.ts';
import type { ClosingStatement } from '../../domain/credit/statements.ts';
import type { PaySessionRow } from '../../ports/headend-stores.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

export type StatementFault = Fault<
  | 'other-terms'
  | 'future-epoch'
  | 'impossible-counts'
  | 'below-receipt'
  | 'above-sent'
  | 'too-much-unheard'
  | 'not-confirmed'
  | 'other-charge'
  | 'trial-left-out'
>;
type Verdict = Result<null, StatementFault>;

/**
 * Whether the headend may bill a closing statement: its counts lie between what the box has signed before and what was sent to
 * it, and the charge is what the terms make of them. Both sides compute the same charge, so agreement means equality.
 *
 * Departure from "at most what was sent": after a crash of the headend, its durable count of sent slots may lack what that life could not
 * commit (a full disk). The sender never uses a slot further ahead than the reserve that the next epoch leaves out, so that much an epoch
 * is tolerated; beyond the work itself nothing ever is. A count that is too high is the box's own loss.
 *
 * Of a play that an older backup knew and whose headend is gone, what was sent after the backup is known to the box alone: its signed word
 * counts then, within the work and the terms that were signed, and never below what it had signed by then.
 *
 * Source: rulings 6, 9, 10; document 001 A12.
 *
 * @param fromBackup the play was known to the backup from which this headend was restored
 */
export function checkStatement(row: PaySessionRow, statement: ClosingStatement, fromBackup = false): Result<Settlement, StatementFault> {
  const ofWhatWasSent = fromBackup ? [] : [checkEpoch, checkSent, checkTrial];
  for (const check of [checkTerms, checkCounts, checkReceipt, ...ofWhatWasSent, checkUnheard, checkConfirmation]) {
    const verdict = check(row, statement);
    if (!verdict.ok) return verdict;
  }
  const settlement = settlePlay(row.terms, statement);
  if (statement.chargedMinor !== settlement.chargedMinor.toString() || statement.refundMinor !== settlement.refundMinor.toString())
    return fault(
      'other-charge',
      `These counts cost ${settlement.chargedMinor}, the statement says ${statement.chargedMinor} (refund ${statement.refundMinor}).`,
    );
  return ok(settlement);
}

function checkTerms(row: PaySessionRow, statement: ClosingStatement): Verdict {
  if (statement.sid !== row.sid || statement.playId !== row.playId || statement.termsHash !== row.termsHash)
    return fault('other-terms', 'The statement is about another play, or about other terms than those that were signed.');
  return ok(null);
}

function checkEpoch(row: PaySessionRow, statement: ClosingStatement): Verdict {
  if (statement.epoch > row.epoch) return fault('future-epoch', `The statement is of epoch ${statement.epoch}; the play only reached ${row.epoch}.`);
  return ok(null);
}

function checkCounts(row: PaySessionRow, { counts, lostPackets }: ClosingStatement): Verdict {
  const impossible = findImpossible(row.terms, counts);
  if (impossible !== null) return fault('impossible-counts', `The statement ${impossible}.`);
  if (lostPackets > row.terms.packets) return fault('impossible-counts', 'The statement counts more lost packets than the work has.');
  return ok(null);
}

function checkTrial(row: PaySessionRow, { counts }: ClosingStatement): Verdict {
  if (!leavesTrialOut(row.terms, row.counts, counts)) return ok(null);
  const heard = packetsOf(row.counts, 'trial');
  return fault('trial-left-out', `This box acknowledged ${heard} trial packets, the statement counts ${packetsOf(counts, 'trial')}.`);
}

function checkReceipt(row: PaySessionRow, { counts }: ClosingStatement): Verdict {
  const stated = new Map(counts.map((count) => [cellKey(count), count.packets]));
  const missing = row.receipt?.counts.find((count) => (stated.get(cellKey(count)) ?? 0) < count.packets);
  if (missing === undefined) return ok(null);
  return fault('below-receipt', `A receipt of this box already covers ${missing.packets} ${missing.billingClass} packets, the statement fewer.`);
}

function checkSent(row: PaySessionRow, { counts, lostPackets }: ClosingStatement): Verdict {
  const stated = counts.reduce((sum, count) => sum + count.packets, lostPackets);
  const used = slotsUsed(row.nextSequence, row.epoch);
  const sent = used + firstSlotOfNextEpoch(0) * (row.epoch + 1);
  return stated <= sent ? ok(null) : fault('above-sent', `The statement accounts for ${stated} packets, only ${used} were sent.`);
}

function checkUnheard(row: PaySessionRow, { counts, unheardPaidPackets }: ClosingStatement): Verdict {
  const most = Math.min(row.terms.credit.playoutBufferPackets, packetsOf(counts, 'paid'));
  if (unheardPaidPackets <= most) return ok(null);
  return fault('too-much-unheard', `${unheardPaidPackets} packets are said to be unheard; the playout buffer of the terms holds ${most} at most.`);
}

function checkConfirmation(row: PaySessionRow, { counts, confirmEventId }: ClosingStatement): Verdict {
  if (row.confirmEventId !== null && confirmEventId !== row.confirmEventId)
    return fault('not-confirmed', 'The statement names another confirmation than the one that was given.');
  if (row.terms.trial !== null && confirmEventId === null && packetsOf(counts, 'paid') > 0)
    return fault('not-confirmed', 'Paid packets after a trial need the confirmation of the listener.');
  return ok(null);
}

function cellKey(count: ClassCount): string {
  return `${count.node}:${count.billingClass}`;
}
