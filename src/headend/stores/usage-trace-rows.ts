import type { StoreContext } from './store-context.ts';
import type { StoredUsage } from './stored-usage.ts';

export interface TracedRow extends StoredUsage {
  readonly kind: string;
  readonly receivedAtMs: number;
}

/** Of a PaySession; or the use of a checked-out title: its record's number, and its licence for the session. */
export interface TracedBill {
  readonly number: number;
  readonly sid: string;
  readonly playId: string;
  readonly chargedMinor: string;
  readonly currency: string;
  readonly basis: string;
  readonly transfers: readonly string[];
}

/** What a trace of one record reads. */
export interface UsageTraceStore {
  /** Newest source first. */
  recordsNamed(name: { readonly outlet: string | null; readonly generation: string | null; readonly sequence: number }): readonly TracedRow[];
  /** By play, PaySession, or the id that a title gave its event. */
  recordsAbout(id: string, limit: number): readonly TracedRow[];
  /** The usage record after it, of the same source. */
  nextUsage(row: TracedRow): StoredUsage | null;
  billOf(playIdOrSid: string): TracedBill | null;
  quarantinedAs(name: { readonly outlet: string | null; readonly generation: string | null; readonly sequence: number }): readonly string[];
  /** Of what was set aside about a play. */
  quarantinedAbout(playId: string): readonly string[];
  sourcesPast(sequence: number): number;
}

const ROW = `SELECT outlet, generation, sequence, boot_id AS bootId, monotonic_ns AS monotonicNs, wall_ms AS wallMs, body, kind,
  received_at_ms AS receivedAtMs FROM usage_records`;
const NAMED = 'sequence = ? AND outlet = coalesce(?, outlet) AND generation = coalesce(?, generation)';

export function usageTraceRows(context: StoreContext): UsageTraceStore {
  const { database } = context;
  return {
    recordsNamed: ({ outlet, generation, sequence }) =>
      database.all<TracedRow>(`${ROW} WHERE ${NAMED} ORDER BY received_at_ms DESC LIMIT 20`, sequence, outlet, generation),
    recordsAbout: (id, limit) =>
      database.all<TracedRow>(
        `${ROW} WHERE json_valid(body) AND ? IN (json_extract(body, '$.playId'), json_extract(body, '$.sid'), json_extract(body, '$.eventId'),
           CASE WHEN kind = 'receipt' THEN json_extract(json_extract(body, '$.statement'), '$.sid') END,
           CASE WHEN kind = 'receipt' THEN json_extract(json_extract(body, '$.statement'), '$.playId') END)
         ORDER BY outlet, generation, sequence LIMIT ?`,
        id,
        limit,
      ),
    nextUsage: ({ outlet, generation, sequence }) =>
      database.one<StoredUsage>(
        `${ROW} WHERE outlet = ? AND generation = ? AND kind = 'usage' AND sequence > ? ORDER BY sequence LIMIT 1`,
        outlet,
        generation,
        sequence,
      ),
    billOf: (id) => {
      const bill = database.one<Omit<TracedBill, 'transfers'>>(
        `SELECT number, sid, play_id AS playId, CAST(charged_minor AS TEXT) AS chargedMinor, currency, basis FROM bills WHERE ? IN (play_id, sid)
         UNION ALL SELECT sequence, licence, play_id, CAST(charged_minor AS TEXT), currency, 'usage' FROM loan_uses WHERE play_id = ?
         UNION ALL SELECT rowid, sid, play_id, CAST(charged_minor AS TEXT), currency, 'statement' FROM settled_statements WHERE ? IN (play_id, sid)`,
        id,
        id,
        id,
      );
      if (bill === null) return null;
      const transfers = database.all<{ key: string }>('SELECT key FROM ledger_transfers WHERE play_id = ? ORDER BY number', bill.playId);
      return { ...bill, transfers: transfers.map(({ key }) => key) };
    },
    quarantinedAs: ({ outlet, generation, sequence }) =>
      database
        .all<{ code: string }>(`SELECT DISTINCT code FROM quarantined_records WHERE ${NAMED} ORDER BY code`, sequence, outlet, generation)
        .map(({ code }) => code),
    quarantinedAbout: (playId) =>
      database
        .all<{ code: string }>(
          `SELECT DISTINCT code FROM quarantined_records WHERE json_valid(json_extract(record, '$.body'))
             AND json_extract(json_extract(record, '$.body'), '$.playId') = ? ORDER BY code`,
          playId,
        )
        .map(({ code }) => code),
    sourcesPast: (sequence) => database.one<{ n: number }>('SELECT count(*) AS n FROM usage_progress WHERE delivered_through >= ?', sequence)?.n ?? 0,
  };
}
