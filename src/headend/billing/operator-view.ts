import { packetsOf } from '../../domain/credit/billing-class.ts';
import { slotsUsed } from '../../domain/credit/sequence-reserve.ts';
import { ACCOUNTS, balanceOf } from '../../domain/ledger/ledger.ts';
import type { PaySessionRow } from '../../ports/headend-stores.ts';
import type { HeadendBook } from '../stores/headend-book.ts';
import type { StreamHouse, StreamView } from '../stream-port.ts';
import { formatRanges } from './sequence-ranges.ts';

const ROWS = 50;

export type OperatorBook = Pick<
  HeadendBook,
  | 'auditLedger'
  | 'bills'
  | 'generations'
  | 'ledgerTotals'
  | 'openSessions'
  | 'outlets'
  | 'outletStatus'
  | 'pendingEnrolments'
  | 'quarantined'
  | 'quarantinedSequences'
  | 'recentRecords'
  | 'recentSessions'
  | 'recordCount'
  | 'unknownPlays'
  | 'work'
>;

export interface OperatorDeps {
  readonly book: OperatorBook;
  readonly stream: Pick<StreamHouse, 'views'>;
}

type LiveViews = ReadonlyMap<string, StreamView>;

type SessionView = ReturnType<typeof viewSession>;
type OutletView = ReturnType<typeof viewOutlet>;

/** The state of the headend as plain JSON: amounts are decimal text in minor units, times are milliseconds since 1970. */
export interface OperatorView {
  readonly nowMs: number;
  readonly ledger: ReturnType<typeof viewLedger>;
  readonly outlets: readonly OutletView[];
  readonly waiting: readonly { readonly name: string; readonly profile: string; readonly sinceMs: number }[];
  readonly openSessions: readonly SessionView[];
  readonly recentSessions: readonly SessionView[];
  readonly bills: ReturnType<typeof viewBills>;
  readonly records: ReturnType<OperatorBook['recentRecords']>;
  readonly quarantined: ReturnType<OperatorBook['quarantined']>;
  readonly unknownPlays: ReturnType<OperatorBook['unknownPlays']>;
}

export async function viewHeadend({ book, stream }: OperatorDeps, nowMs: number): Promise<OperatorView> {
  // While the sender is away the rows must do.
  const views = await stream.views().catch(() => []);
  const live = new Map(views.map((view) => [view.sid, view]));
  return {
    nowMs,
    ledger: viewLedger(book),
    outlets: book.outlets().map((outlet) => viewOutlet(book, outlet)),
    waiting: book.pendingEnrolments().map((request) => ({ name: request.name, profile: request.profile, sinceMs: request.createdAtMs })),
    openSessions: book
      .openSessions()
      .slice(0, ROWS)
      .map((row) => viewSession(book, live, row)),
    recentSessions: book.recentSessions(ROWS).map((row) => viewSession(book, live, row)),
    bills: viewBills(book),
    records: book.recentRecords(ROWS),
    quarantined: book.quarantined(ROWS),
    unknownPlays: book.unknownPlays(ROWS),
  };
}

/** Balances by currency and account, and what the audit found. */
export function viewLedger(book: OperatorBook) {
  return {
    problem: book.auditLedger(),
    balances: book
      .ledgerTotals()
      .flatMap(({ currency, totals }) =>
        totals.map((row) => ({ currency, account: row.account, side: ACCOUNTS[row.account], minor: balanceOf(totals, row.account).toString() })),
      ),
  };
}

export function viewBills(book: OperatorBook) {
  return book.bills(ROWS).map(({ statement: _signedText, quoteMinor, chargedMinor, ...bill }) => ({
    ...bill,
    title: book.work(bill.work)?.title ?? '',
    quoteMinor: quoteMinor.toString(),
    chargedMinor: chargedMinor.toString(),
    refundMinor: (quoteMinor - chargedMinor).toString(),
  }));
}

function viewOutlet(book: OperatorBook, outlet: ReturnType<OperatorBook['outlets']>[number]) {
  const status = book.outletStatus(outlet.outlet);
  return {
    outlet: outlet.outlet,
    account: outlet.account,
    location: outlet.location,
    name: outlet.name,
    profile: outlet.profile,
    lastContactMs: status?.atMs ?? null,
    status: status?.status ?? {},
    records: book.recordCount(outlet.outlet),
    generations: book.generations(outlet.outlet).map((row) => ({
      generation: row.generation,
      deliveredThrough: row.deliveredThrough,
      missing: row.highestSeen > row.deliveredThrough ? `${row.deliveredThrough + 1}-${row.highestSeen}` : '',
      quarantined: formatRanges(book.quarantinedSequences(outlet.outlet, row.generation, ROWS)),
    })),
  };
}

function viewSession(book: OperatorBook, views: LiveViews, row: PaySessionRow) {
  const live = views.get(row.sid) ?? null;
  return {
    sid: row.sid,
    playId: row.playId,
    outlet: row.outlet,
    work: row.work,
    title: book.work(row.work)?.title ?? '',
    state: row.state,
    epoch: row.epoch,
    openedAtMs: row.openedAtMs,
    packetsSent: Math.max(slotsUsed(row.nextSequence, row.epoch), live?.packetsSent ?? 0),
    trialPackets: packetsOf(row.counts, 'trial'),
    paidPackets: Math.max(packetsOf(row.counts, 'paid'), live?.packetsPaid ?? 0),
    receiptedPackets: row.receipt === null ? 0 : packetsOf(row.receipt.counts, 'paid'),
    lostPackets: row.lostPaid,
    live,
  };
}
