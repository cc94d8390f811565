import { packetsOf } from '../../domain/credit/billing-class.ts';
import type { HeardCounts, Settlement } from '../../domain/credit/settle-play.ts';
import type { PaySessionRow } from '../../ports/headend-stores.ts';
import type { AccountId, OutletId, PlayId, SessionId, WorkId } from '../../units/ids.ts';
import { rewardAdvert } from './advert-reward.ts';
import { postedFor, postTransfer } from './ledger-rows.ts';
import { recordPlay } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/** The bill of one play: one PaySession, one bill, one rounding (ruling 5). Amounts in minor units. */
export interface Bill {
  readonly number: number;
  readonly sid: SessionId;
  readonly playId: PlayId;
  readonly outlet: OutletId;
  readonly account: AccountId;
  readonly work: WorkId;
  readonly currency: string;
  readonly quoteMinor: bigint;
  readonly chargedMinor: bigint;
  readonly paidPackets: number;
  readonly unheardPackets: number;
  readonly lostPackets: number;
  readonly heardMs: number;
  readonly endReason: string;
  /** Whose word it rests on: the closing statement, or the last receipt of an abandoned session. */
  readonly basis: 'statement' | 'receipt';
  readonly statement: string | null;
  readonly billedAtMs: number;
}

export interface BillBasis {
  readonly basis: Bill['basis'];
  readonly heard: HeardCounts;
  readonly heardMs: number;
  readonly endReason: string;
  readonly statement: string | null;
  readonly signature: string | null;
}

type BillCells = Omit<Bill, 'quoteMinor' | 'chargedMinor'> & { readonly quoteMinor: string; readonly chargedMinor: string };
const BILL = `SELECT number, sid, play_id AS playId, outlet, account, work, currency, CAST(quote_minor AS TEXT) AS quoteMinor,
  CAST(charged_minor AS TEXT) AS chargedMinor, paid_packets AS paidPackets, unheard_packets AS unheardPackets, lost_packets AS lostPackets,
  heard_ms AS heardMs, end_reason AS endReason, basis, statement, billed_at_ms AS billedAtMs FROM bills`;

export function readBill(context: StoreContext, sid: SessionId): Bill | null {
  const cells = context.database.one<BillCells>(`${BILL} WHERE sid = ?`, sid);
  return cells === null ? null : asBill(cells);
}

/** Newest first. */
export function readBills(context: StoreContext, limit: number): readonly Bill[] {
  return context.database.all<BillCells>(`${BILL} ORDER BY number DESC LIMIT ?`, limit).map(asBill);
}

/**
 * Writes the bill of a session and posts what its total lacks against what was posted before (ruling 9): nothing where it is
 * equal, an adjustment where it is less. Part of the caller's transaction.
 */
export function postBill(context: StoreContext, row: PaySessionRow, settlement: Settlement, basis: BillBasis): void {
  const paid = packetsOf(basis.heard.counts, 'paid');
  const difference = settlement.chargedMinor - postedFor(context, row.playId);
  if (difference !== 0n) {
    postTransfer(context, {
      key: `bill:${row.sid}:paid:0:${settlement.chargedMinor}`,
      debit: difference > 0n ? 'account-debt' : 'earned',
      credit: difference > 0n ? 'earned' : 'account-debt',
      amountMinor: difference > 0n ? difference : -difference,
      currency: row.terms.currency,
      party: row.account,
      playId: row.playId,
      reason: difference > 0n ? 'bill' : 'adjustment',
    });
  }
  putBill(context, row, settlement, basis, paid);
  recordPlay(context, row, basis.heard);
  if (basis.basis === 'statement') rewardAdvert(context, row, basis.heard);
  const state = basis.basis === 'statement' ? 'closed' : 'abandoned';
  context.database.run('UPDATE pay_sessions SET state = ? WHERE sid = ?', state, row.sid);
  context.database.run(
    "INSERT OR IGNORE INTO headend_outbox (topic, source, generation, position, created_at_ms) VALUES ('bill', ?, ?, ?, ?)",
    row.sid,
    basis.basis,
    settlement.chargedMinor,
    context.clock.wallMs(),
  );
}

function putBill(context: StoreContext, row: PaySessionRow, settlement: Settlement, basis: BillBasis, paidPackets: number): void {
  context.database.run(
    `INSERT INTO bills (sid, play_id, outlet, account, work, currency, quote_minor, charged_minor, paid_packets, unheard_packets, lost_packets,
       heard_ms, end_reason, basis, statement, signature, billed_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (sid) DO UPDATE SET charged_minor = excluded.charged_minor, paid_packets = excluded.paid_packets, unheard_packets = excluded.unheard_packets,
       lost_packets = excluded.lost_packets, heard_ms = excluded.heard_ms, end_reason = excluded.end_reason, basis = excluded.basis,
       statement = excluded.statement, signature = excluded.signature, billed_at_ms = excluded.billed_at_ms`,
    row.sid,
    row.playId,
    row.outlet,
    row.account,
    row.work,
    row.terms.currency,
    settlement.quoteMinor,
    settlement.chargedMinor,
    paidPackets,
    basis.heard.unheardPaidPackets,
    basis.heard.lostPackets,
    basis.heardMs,
    basis.endReason,
    basis.basis,
    basis.statement,
    basis.signature,
    context.clock.wallMs(),
  );
}

function asBill(cells: BillCells): Bill {
  return { ...cells, quoteMinor: BigInt(cells.quoteMinor), chargedMinor: BigInt(cells.chargedMinor) };
}
