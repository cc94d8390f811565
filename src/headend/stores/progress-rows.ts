import { packetsOf } from '../../domain/credit/billing-class.ts';
import type { AckReceipt } from '../../domain/credit/statements.ts';
import { limits } from '../../limits.ts';
import type { RegistryGroup, SessionProgress } from '../../ports/headend-stores.ts';
import type { AccountId, SessionId } from '../../units/ids.ts';
import { accountCreditRows } from './account-credit-rows.ts';
import { mergeCounts } from './session-rows.ts';
import type { StoreContext } from './store-context.ts';

/**
 * One transaction for many sessions. Losses are those of the newest report: a packet given up as lost can turn out to have come. A session
 * that is not there, or in another epoch, is passed over: it must not cost the others their progress, nor undo what a resume agreed.
 */
export function mergeProgress(context: StoreContext, group: readonly SessionProgress[]): readonly SessionId[] {
  const { database } = context;
  return database.transaction(() => {
    const goingOn: SessionId[] = [];
    for (const progress of group) {
      const changed = database.run(
        `UPDATE pay_sessions SET lost_paid = CASE WHEN ? >= next_sequence THEN ? ELSE lost_paid END, next_sequence = max(next_sequence, ?),
           paid_ranges = ? WHERE sid = ? AND epoch = ?`,
        progress.nextSequence,
        progress.lostPaid,
        progress.nextSequence,
        JSON.stringify(progress.paidRanges),
        progress.sid,
        progress.epoch,
      );
      if (changed !== 1) continue;
      // By itself, and once: two indexes are of the sessions of some states, and would be written anew each time.
      if (progress.nextSequence > 0) database.run("UPDATE pay_sessions SET state = 'streaming' WHERE sid = ? AND state = 'offered'", progress.sid);
      mergeCounts(context, progress.sid, 'mac', progress.counts);
      if (keepLease(context, progress)) goingOn.push(progress.sid);
    }
    return goingOn;
  });
}

/** A live session renews its lease in good time; one that ended gives it back. */
function keepLease(context: StoreContext, { sid, lease }: SessionProgress): boolean {
  if (lease === undefined) return true;
  const credit = accountCreditRows(context);
  if (lease.over) return credit.returnCredit(lease.account, sid, lease.fence, lease.unpaidPackets);
  return credit.renewLease(lease.account, sid, lease.fence, context.clock.wallMs() + limits.creditLeaseMs);
}

/**
 * Makes a verified receipt durable. The newest by (epoch, counter) is the one kept in its own bytes; counts merge by maximum.
 * A receipt also proves that its slots were sent: after a crash of the headend it may know more than our last group commit, but at
 * most one credit window more. Which packets it counts, only a resume tells.
 */
export function putReceipt(context: StoreContext, sid: SessionId, receipt: AckReceipt, bytes: Uint8Array, signature: Uint8Array): void {
  const { database } = context;
  database.transaction(() => {
    const before = database.one<{ account: AccountId; state: string; nextSequence: number; signedPaid: number }>(
      `SELECT account, state, next_sequence AS nextSequence, (SELECT coalesce(sum(packets), 0) FROM session_counts AS c WHERE c.sid = s.sid AND proof = 'signed' AND class = 'paid') AS signedPaid
       FROM pay_sessions AS s WHERE sid = ?`,
      sid,
    );
    if (before === null) return;
    if (receipt.base > before.nextSequence) {
      database.run(
        `UPDATE pay_sessions SET next_sequence = max(next_sequence, min(?, next_sequence + json_extract(terms, '$.credit.creditWindowPackets')))
         WHERE sid = ?`,
        receipt.base,
        sid,
      );
    }
    database.run(
      `UPDATE pay_sessions SET receipt_bytes = ?, receipt_signature = ?, receipt_ack_counter = ?, receipt_epoch = ?
       WHERE sid = ? AND (receipt_epoch IS NULL OR (receipt_epoch, receipt_ack_counter) < (?, ?))`,
      bytes,
      signature,
      receipt.ackCounter,
      receipt.epoch,
      sid,
      receipt.epoch,
      receipt.ackCounter,
    );
    mergeCounts(context, sid, 'signed', receipt.counts);
    if (before.state !== 'closed') accountCreditRows(context).clearLeftovers(before.account, packetsOf(receipt.counts, 'paid') - before.signedPaid);
  });
}

export function commitGroup(context: StoreContext, { progress, receipts, confirmations }: RegistryGroup): readonly SessionId[] {
  return context.database.transaction(() => {
    const goingOn = mergeProgress(context, progress);
    for (const { sid, receipt, bytes, signature } of receipts) putReceipt(context, sid, receipt, bytes, signature);
    for (const { sid, eventId } of confirmations) putConfirmation(context, sid, eventId);
    return goingOn;
  });
}

/** The first confirmation stands: it is one yes, however often it is repeated. */
export function putConfirmation(context: StoreContext, sid: SessionId, eventId: string): void {
  context.database.run('UPDATE pay_sessions SET confirm_event_id = ? WHERE sid = ? AND confirm_event_id IS NULL', eventId, sid);
}
