import type { AccountTotals } from '../../domain/ledger/ledger.ts';
import type { OutletId } from '../../units/ids.ts';
import { type Bill, readBills } from './bill-rows.ts';
import { type PostedTransfer, readCurrencies, readTotals, readTransfers } from './ledger-rows.ts';
import type { StoreContext } from './store-context.ts';

export interface StatusRow {
  readonly status: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

export interface GenerationRow {
  readonly generation: string;
  readonly deliveredThrough: number;
  readonly highestSeen: number;
  readonly records: number;
}

export interface RecordRow {
  readonly outlet: OutletId;
  readonly generation: string;
  readonly sequence: number;
  readonly kind: string;
  readonly wallMs: number;
  readonly wallQuality: string;
  readonly receivedAtMs: number;
  readonly body: string;
}

export interface QuarantinedRow {
  readonly outlet: OutletId;
  readonly generation: string;
  readonly sequence: number;
  readonly code: string;
  readonly reason: string;
  readonly receivedAtMs: number;
}

/** What the operator's pages read. Lists are newest first and bounded by the caller. */
export interface OperatorStore {
  outletStatus(outlet: OutletId): StatusRow | null;
  generations(outlet: OutletId): readonly GenerationRow[];
  recentRecords(limit: number): readonly RecordRow[];
  quarantined(limit: number): readonly QuarantinedRow[];
  quarantinedSequences(outlet: OutletId, generation: string, limit: number): readonly number[];
  bills(limit: number): readonly Bill[];
  transfers(limit: number): readonly PostedTransfer[];
  ledgerTotals(): readonly { readonly currency: string; readonly totals: readonly AccountTotals[] }[];
}

export function operatorRows(context: StoreContext): OperatorStore {
  const { database } = context;
  return {
    outletStatus: (outlet) => {
      const row = database.one<{ status: string; atMs: number }>('SELECT status, at_ms AS atMs FROM outlet_status WHERE outlet = ?', outlet);
      return row === null ? null : { status: JSON.parse(row.status) as Record<string, unknown>, atMs: row.atMs };
    },
    generations: (outlet) =>
      database.all<GenerationRow>(
        `SELECT generation, delivered_through AS deliveredThrough, highest_seen AS highestSeen, records FROM usage_progress
         WHERE outlet = ? ORDER BY first_received_at_ms DESC, generation LIMIT 10`,
        outlet,
      ),
    recentRecords: (limit) =>
      database.all<RecordRow>(
        `SELECT r.outlet, r.generation, r.sequence, r.kind, r.wall_ms AS wallMs, r.wall_quality AS wallQuality, r.received_at_ms AS receivedAtMs, r.body
         FROM headend_outbox o JOIN usage_records r ON r.outlet = o.source AND r.generation = o.generation AND r.sequence = o.position
         WHERE o.topic = 'record' ORDER BY o.number DESC LIMIT ?`,
        limit,
      ),
    quarantined: (limit) =>
      database.all<QuarantinedRow>(
        'SELECT outlet, generation, sequence, code, reason, received_at_ms AS receivedAtMs FROM quarantined_records ORDER BY rowid DESC LIMIT ?',
        limit,
      ),
    quarantinedSequences: (outlet, generation, limit) =>
      database
        .all<{ sequence: number }>(
          'SELECT DISTINCT sequence FROM quarantined_records WHERE outlet = ? AND generation = ? ORDER BY sequence DESC LIMIT ?',
          outlet,
          generation,
          limit,
        )
        .map((row) => row.sequence)
        .reverse(),
    bills: (limit) => readBills(context, limit),
    transfers: (limit) => readTransfers(context, limit),
    ledgerTotals: () => database.transaction(() => readCurrencies(context).map((currency) => ({ currency, totals: readTotals(context, currency) }))),
  };
}
