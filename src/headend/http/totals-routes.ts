import { Type } from '@sinclair/typebox';
import { packetsOf } from '../../domain/credit/billing-class.ts';
import type { SessionId } from '../../units/ids.ts';
import type { HeadendBook } from '../stores/headend-book.ts';
import { openRoute, type Route, reply } from './route.ts';

type TotalsBook = Pick<HeadendBook, 'auditLedger' | 'bills' | 'ledgerTotalMinor' | 'outlets' | 'recentSessions' | 'recordCount'>;

const Count = Type.Integer({ minimum: 0 });
const Totals = Type.Object({
  ledgerTotalMinor: Type.String(),
  problem: Type.Union([Type.String(), Type.Null()]),
  records: Count,
  usageRecords: Count,
  packetsSent: Count,
  packetsAcknowledged: Count,
  packetsPaid: Count,
  heardMs: Count,
  unheardPaidPackets: Count,
});

/** How far back a session is looked for. */
const SESSIONS = 500;

/** The numbers that a machine-readable run compares with those of the box: the ledger, and one session (`?sid=`). */
export function totalsRoutes(book: TotalsBook): readonly Route[] {
  return [
    openRoute(
      {
        method: 'GET',
        path: '/operator/totals.json',
        summary: 'Totals of the ledger, and of the session ?sid=',
        access: 'operator',
        body: null,
        response: Totals,
      },
      (request) =>
        reply({
          ledgerTotalMinor: book.ledgerTotalMinor().toString(),
          problem: book.auditLedger(),
          ...recordTotals(book),
          ...sessionTotals(book, request.query.sid ?? ''),
        }),
    ),
  ];
}

function recordTotals(book: TotalsBook): { readonly records: number; readonly usageRecords: number } {
  const counts = book.outlets().map((row) => book.recordCount(row.outlet));
  return { records: counts.reduce((sum, count) => sum + count.total, 0), usageRecords: counts.reduce((sum, count) => sum + count.usage, 0) };
}

function sessionTotals(book: TotalsBook, sid: SessionId | string) {
  const row = book.recentSessions(SESSIONS).find((session) => session.sid === sid);
  const bill = book.bills(SESSIONS).find((entry) => entry.sid === sid);
  const counts = row?.counts ?? [];
  return {
    packetsSent: row?.nextSequence ?? 0,
    packetsAcknowledged: counts.reduce((sum, count) => sum + count.packets, 0),
    packetsPaid: packetsOf(counts, 'paid'),
    heardMs: bill?.heardMs ?? 0,
    unheardPaidPackets: bill?.unheardPackets ?? 0,
  };
}
