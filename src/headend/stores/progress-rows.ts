import { packetsOf } from '../../domain/credit/billing-class.ts';
import type { AckReceipt } from '../../domain/credit/statements.ts';
import type { PaySessionRow, SessionProgress } from '../../ports/headend-stores.ts';
import type { SessionId } from '../../units/ids.ts';
import { mergeCounts, readSession } from './session-rows.ts';
import type { StoreContext } from './store-context.ts';

/**
 * One transaction for many sessions. Losses are those of the newest report: a packet given up as lost can turn out to have come. A session
 * that is not there is passed over: it must not cost the others their progress.
 */
export function mergeProgress(context: StoreContext, group: readonly SessionProgress[]): void {
  const { database } = context;
  database.transaction(() => {
    for (const progress of group) {
      const changed = database.run(
        `UPDATE pay_sessions SET lost_paid = CASE WHEN ? >= next_sequence THEN ? ELSE lost_paid END, next_sequence = max(next_sequence, ?),
           paid_through_packet_index = max(paid_through_packet_index, ?),
           state = CASE WHEN state = 'offered' AND ? > 0 THEN 'streaming' ELSE state END WHERE sid = ?`,
        progress.nextSequence,
        progress.lostPaid,
        progress.nextSequence,
        progress.paidThroughPacketIndex,
        progress.nextSequence,
        progress.sid,
      );
      if (changed === 1) mergeCounts(context, progress.sid, 'mac', progress.counts);
    }
  });
}

/**
 * Makes a verified receipt durable. The newest by (epoch, counter) is the one kept in its own bytes; counts merge by maximum.
 * A receipt also proves acknowledgement, and that its slots were sent: after a crash of the headend it may know more than our
 * last group commit, but at most one credit window more.
 */
export function putReceipt(context: StoreContext, sid: SessionId, receipt: AckReceipt, bytes: Uint8Array, signature: Uint8Array): void {
  const { database } = context;
  database.transaction(() => {
    const row = readSession(context, sid);
    if (row === null) return;
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
    const nextSequence = Math.max(row.nextSequence, Math.min(receipt.base, row.nextSequence + row.terms.credit.creditWindowPackets));
    const paidThrough = Math.max(row.paidThroughPacketIndex, paidThroughOf(row, receipt));
    database.run('UPDATE pay_sessions SET next_sequence = ?, paid_through_packet_index = ? WHERE sid = ?', nextSequence, paidThrough, sid);
    mergeCounts(context, sid, 'signed', receipt.counts);
    mergeCounts(context, sid, 'mac', receipt.counts);
  });
}

/**
 * How far the packets that a receipt counts can reach: what it counts beyond our last group commit lies above what that one knew.
 * So nothing of it is sold again after a crash. Losses in between are assumed, in favour of the payer, at the rate that the terms forgive.
 */
function paidThroughOf({ terms, paidThroughPacketIndex, counts: known }: PaySessionRow, { counts }: AckReceipt): number {
  const unknown = packetsOf(counts, 'paid') - packetsOf(known, 'paid');
  if (unknown <= 0) return -1;
  const lostUnseen = Math.ceil((unknown * terms.credit.lossAllowancePerMille) / 1_000);
  const trial = terms.afterTrial === 'continue' ? packetsOf(counts, 'trial') : 0;
  return Math.min(terms.packets - 1, Math.max(paidThroughPacketIndex, trial - 1) + unknown + lostUnseen);
}

/** The first confirmation stands: it is one yes, however often it is repeated. */
export function putConfirmation(context: StoreContext, sid: SessionId, eventId: string): void {
  context.database.run('UPDATE pay_sessions SET confirm_event_id = ? WHERE sid = ? AND confirm_event_id IS NULL', eventId, sid);
}
