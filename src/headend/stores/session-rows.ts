import type { KnownWork } from '../../domain/credit/agree-paid.ts';
import type { BillingClass, ClassCount } from '../../domain/credit/billing-class.ts';
import type { PaidRanges } from '../../domain/credit/paid-ranges.ts';
import { firstSlotOfNextEpoch } from '../../domain/credit/sequence-reserve.ts';
import type { Terms } from '../../domain/credit/terms.ts';
import type { PaySessionRow } from '../../ports/headend-stores.ts';
import type { OutletId, PlayId, SessionId } from '../../units/ids.ts';
import { recordLicence } from './pricing-rows.ts';
import type { StoreContext } from './store-context.ts';

interface SessionCells extends Omit<PaySessionRow, 'terms' | 'counts' | 'paidRanges' | 'receipt'> {
  readonly paidRangesText: string;
  readonly receiptBytes: Uint8Array | null;
  readonly receiptSignature: Uint8Array | null;
  readonly receiptAckCounter: number | null;
}

const SESSION = `SELECT sid, play_id AS playId, outlet, account, work, terms AS termsText, terms_hash AS termsHash, signature, epoch, state, lost_paid AS lostPaid,
  next_sequence AS nextSequence, paid_ranges AS paidRangesText, confirm_event_id AS confirmEventId, opened_at_ms AS openedAtMs,
  receipt_bytes AS receiptBytes, receipt_signature AS receiptSignature, receipt_ack_counter AS receiptAckCounter FROM pay_sessions`;
const OPEN = "state IN ('offered', 'streaming')";

export type CountProof = 'mac' | 'signed';

export function readSession(context: StoreContext, sid: SessionId): PaySessionRow | null {
  return context.database.transaction(() => asSession(context, context.database.one<SessionCells>(`${SESSION} WHERE sid = ?`, sid)));
}

export function readSessionByPlay(context: StoreContext, playId: PlayId): PaySessionRow | null {
  return context.database.transaction(() => asSession(context, context.database.one<SessionCells>(`${SESSION} WHERE play_id = ?`, playId)));
}

export function readOpenSessions(context: StoreContext, outlet?: OutletId): readonly PaySessionRow[] {
  return context.database.transaction(() => {
    const cells =
      outlet === undefined
        ? context.database.all<SessionCells>(`${SESSION} WHERE ${OPEN} ORDER BY opened_at_ms, sid`)
        : context.database.all<SessionCells>(`${SESSION} WHERE ${OPEN} AND outlet = ? ORDER BY opened_at_ms, sid`, outlet);
    return sessionsOf(context, cells);
  });
}

/** Newest first. */
export function readRecentSessions(context: StoreContext, limit: number): readonly PaySessionRow[] {
  return context.database.transaction(() =>
    sessionsOf(context, context.database.all<SessionCells>(`${SESSION} ORDER BY opened_at_ms DESC, sid LIMIT ?`, limit)),
  );
}

export function openSession(context: StoreContext, row: PaySessionRow): PaySessionRow {
  const { database } = context;
  return database.transaction(() => {
    const earlier = readSessionByPlay(context, row.playId);
    if (earlier !== null) return earlier;
    database.run(
      `INSERT INTO pay_sessions (sid, play_id, outlet, account, work, terms, terms_hash, signature, epoch, state, lost_paid, next_sequence,
         paid_ranges, confirm_event_id, opened_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.sid,
      row.playId,
      row.outlet,
      row.account,
      row.work,
      row.termsText,
      row.termsHash,
      row.signature,
      row.epoch,
      row.state,
      row.lostPaid,
      row.nextSequence,
      JSON.stringify(row.paidRanges),
      row.confirmEventId,
      row.openedAtMs,
    );
    mergeCounts(context, row.sid, 'mac', row.counts);
    recordEpoch(context, row.sid, row.epoch, row.terms.deviceEphemeral, row.terms.headendEphemeral);
    recordLicence(context, row.terms);
    return readSession(context, row.sid) ?? row;
  });
}

export function advanceEpoch(
  context: StoreContext,
  sid: SessionId,
  from: number,
  to: number,
  deviceEphemeral: string,
  headendEphemeral: string,
  agreed: KnownWork,
): boolean {
  if (to !== from + 1) return false;
  return context.database.transaction(() => {
    const changed = context.database.run(
      `UPDATE pay_sessions SET epoch = ?, next_sequence = next_sequence + ?, lost_paid = ?, paid_ranges = ? WHERE sid = ? AND epoch = ? AND ${OPEN}`,
      to,
      firstSlotOfNextEpoch(0),
      agreed.lostPaid,
      JSON.stringify(agreed.paidRanges),
      sid,
      from,
    );
    if (changed !== 1) return false;
    recordEpoch(context, sid, to, deviceEphemeral, headendEphemeral);
    mergeCounts(context, sid, 'mac', agreed.counts);
    return true;
  });
}

/** Each (node, class) keeps its maximum, so that order and repetition do not matter (ruling 18). */
export function mergeCounts(context: StoreContext, sid: SessionId, proof: CountProof, counts: readonly ClassCount[]): void {
  for (const count of counts) {
    context.database.run(
      `INSERT INTO session_counts (sid, proof, node, class, packets) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (sid, proof, node, class) DO UPDATE SET packets = excluded.packets WHERE excluded.packets > packets`,
      sid,
      proof,
      count.node,
      count.billingClass,
      count.packets,
    );
  }
}

export function readCounts(context: StoreContext, sid: SessionId, proof: CountProof): readonly ClassCount[] {
  return context.database.all<{ node: number; billingClass: BillingClass; packets: number }>(
    'SELECT node, class AS billingClass, packets FROM session_counts WHERE sid = ? AND proof = ? ORDER BY node, class',
    sid,
    proof,
  );
}

function recordEpoch(context: StoreContext, sid: SessionId, epoch: number, deviceEphemeral: string, headendEphemeral: string): void {
  context.database.run(
    'INSERT INTO session_epochs (sid, epoch, device_ephemeral, headend_ephemeral) VALUES (?, ?, ?, ?)',
    sid,
    epoch,
    deviceEphemeral,
    headendEphemeral,
  );
}

function sessionsOf(context: StoreContext, cells: readonly SessionCells[]): readonly PaySessionRow[] {
  return cells.map((row) => asSession(context, row)).filter((row) => row !== null);
}

function asSession(context: StoreContext, cells: SessionCells | null): PaySessionRow | null {
  if (cells === null) return null;
  const { receiptBytes, receiptSignature, receiptAckCounter, paidRangesText, ...plain } = cells;
  const receipt =
    receiptBytes === null || receiptSignature === null || receiptAckCounter === null
      ? null
      : {
          bytes: new Uint8Array(receiptBytes),
          signature: new Uint8Array(receiptSignature),
          counts: readCounts(context, cells.sid, 'signed'),
          ackCounter: receiptAckCounter,
        };
  const paidRanges = JSON.parse(paidRangesText) as PaidRanges;
  return { ...plain, terms: JSON.parse(cells.termsText) as Terms, counts: readCounts(context, cells.sid, 'mac'), paidRanges, receipt };
}
