import { packetsOf } from '../../domain/credit/billing-class.ts';
import { settlePlay } from '../../domain/credit/settle-play.ts';
import type { ClosingStatement } from '../../domain/credit/statements.ts';
import { limits } from '../../limits.ts';
import { monotonicMs } from '../../ports/clock.ts';
import type { PaySessionRow, RegistryStore, SettleOutcome } from '../../ports/headend-stores.ts';
import type { SessionId } from '../../units/ids.ts';
import { checkStatement } from '../billing/statement-check.ts';
import { accountCreditRows } from './account-credit-rows.ts';
import { postBill, readBill } from './bill-rows.ts';
import { auditLedger, readEarned } from './ledger-rows.ts';
import { RESTORED_SETTING, readSetting } from './party-rows.ts';
import { commitGroup, mergeProgress, putConfirmation, putReceipt } from './progress-rows.ts';
import { advanceEpoch, openSession, readOpenSessions, readRecentSessions, readSession, readSessionByPlay } from './session-rows.ts';
import type { StoreContext } from './store-context.ts';

export interface AbandonmentStore {
  /**
   * Bills the sessions that nothing was heard of for limits.sessionAbandonMs, by their last durable receipt. A closing statement
   * that arrives later posts only the difference. The time is monotonic and begins anew with the process: neither a jump of the
   * clock nor an outage of the headend abandons anything.
   * @param isLive sessions that are being streamed, perhaps by another process (a paused one makes no progress, and lives)
   * @returns the sessions that were billed now
   */
  sweepAbandoned(isLive?: (sid: SessionId) => boolean): readonly SessionId[];
}

/** The payment registry in SQLite. */
export function registryRows(context: StoreContext): RegistryStore & AbandonmentStore {
  const touched = new Map<SessionId, number>();
  const touch = (sid: SessionId): void => {
    touched.set(sid, monotonicMs(context.clock));
  };
  const startedMs = monotonicMs(context.clock);
  return {
    session: (sid) => readSession(context, sid),
    sessionByPlay: (playId) => readSessionByPlay(context, playId),
    openSessions: (outlet) => readOpenSessions(context, outlet),
    recentSessions: (limit) => readRecentSessions(context, limit),
    openSession: (row) => {
      const stored = openSession(context, row);
      touch(stored.sid);
      return stored;
    },
    advanceEpoch: (sid, ...exchange) => {
      touch(sid);
      return advanceEpoch(context, sid, ...exchange);
    },
    mergeProgress: (group) => {
      for (const progress of group) touch(progress.sid);
      return mergeProgress(context, group);
    },
    putReceipt: (sid, receipt, bytes, signature) => {
      putReceipt(context, sid, receipt, bytes, signature);
      touch(sid);
    },
    putConfirmation: (sid, eventId) => {
      putConfirmation(context, sid, eventId);
      touch(sid);
    },
    commitGroup: (group) => {
      for (const { sid } of [...group.progress, ...group.receipts, ...group.confirmations]) touch(sid);
      return commitGroup(context, group);
    },
    settle: (sid, statement, statementText, signature) => {
      const outcome = context.database.transaction(() => settle(context, sid, statement, statementText, signature));
      if (outcome.agreed) touched.delete(sid);
      return outcome;
    },
    ledgerTotalMinor: () => context.database.transaction(() => readEarned(context)),
    auditLedger: () => auditLedger(context),
    sweepAbandoned: (isLive = () => false) => {
      const cutoffMs = monotonicMs(context.clock) - limits.sessionAbandonMs;
      const open = readOpenSessions(context);
      const openSids = new Set(open.map((row) => row.sid));
      for (const sid of touched.keys()) if (!openSids.has(sid)) touched.delete(sid);
      for (const row of open) if (isLive(row.sid)) touch(row.sid);
      const silent = open.filter((row) => (touched.get(row.sid) ?? startedMs) <= cutoffMs);
      for (const row of silent) {
        context.database.transaction(() => billByReceipt(context, row.sid));
        touched.delete(row.sid);
      }
      return silent.map((row) => row.sid);
    },
  };
}

function settle(context: StoreContext, sid: SessionId, statement: ClosingStatement, statementText: string, signature: string): SettleOutcome {
  const row = readSession(context, sid);
  if (row === null) return { agreed: false, chargedMinor: 0n, reason: 'No such play was ever agreed here.' };
  const bill = readBill(context, sid);
  if (bill?.basis === 'statement') {
    const same = bill.statement === statementText;
    return { agreed: same, chargedMinor: bill.chargedMinor, reason: same ? '' : 'Another closing statement has settled this play already.' };
  }
  const settlement = checkStatement(row, statement, row.openedAtMs <= Number(readSetting(context, RESTORED_SETTING) ?? -1));
  if (!settlement.ok) return { agreed: false, chargedMinor: bill?.chargedMinor ?? 0n, reason: settlement.error.message };
  const { heardMs, endReason } = statement;
  postBill(context, row, settlement.value, { basis: 'statement', heard: statement, heardMs, endReason, statement: statementText, signature });
  // A yes that came with the last packets may have been under way when the stream ended; here it is signed.
  if (statement.confirmEventId !== null) putConfirmation(context, sid, statement.confirmEventId);
  const signed = packetsOf(row.receipt?.counts ?? [], 'paid');
  accountCreditRows(context).settleCredit(row.account, sid, packetsOf(statement.counts, 'paid') - signed);
  return { agreed: true, chargedMinor: settlement.value.chargedMinor, reason: '' };
}

function billByReceipt(context: StoreContext, sid: SessionId): void {
  const row: PaySessionRow | null = readSession(context, sid);
  if (row === null || readBill(context, sid) !== null) return;
  const counts = row.receipt?.counts ?? [];
  // A packet that was sent again after a resume can have been lost more than once; it is one packet of the work.
  const lostPackets = Math.min(row.lostPaid, Math.max(0, row.terms.packets - packetsOf(counts, 'paid')));
  const heard = { counts, unheardPaidPackets: 0, lostPackets };
  postBill(context, row, settlePlay(row.terms, heard), { basis: 'receipt', heard, heardMs: 0, endReason: 'abandoned', statement: null, signature: null });
  accountCreditRows(context).settleCredit(row.account, sid, 0);
}
