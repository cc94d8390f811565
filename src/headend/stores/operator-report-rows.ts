import type { OutletId } from '../../units/ids.ts';
import type { StoreContext } from './store-context.ts';

export const PERIOD_LENGTHS = ['day', 'week', 'month', 'year'] as const;
export type PeriodLength = (typeof PERIOD_LENGTHS)[number];

/** Money of one kind in one period. Minor units. */
export interface CashSum {
  readonly period: string;
  readonly event: string;
  readonly currency: string;
  readonly minor: number;
}

/** One emptying of a cash box, as the box reported it, and who settled it here. Minor units as text. */
export interface CollectionRow {
  readonly outlet: OutletId;
  readonly box: string;
  readonly generation: string;
  readonly sequence: number;
  readonly atMs: number;
  readonly number: number;
  readonly collector: string;
  readonly expectedMinor: string;
  readonly countedMinor: string;
  readonly currency: string;
  readonly settledBy: string | null;
  readonly note: string | null;
}

export interface CommandRow {
  readonly line: string;
  readonly createdAtMs: number;
  readonly done: number;
  readonly code: string | null;
  readonly text: string | null;
}

export interface FaultRow {
  readonly id: string;
  readonly atMs: number;
  readonly body: string;
}

/** What the pages of an operator count and list beyond one screen of rows. */
export interface OperatorReportStore {
  cashBy(length: PeriodLength, periods: number): readonly CashSum[];
  collections(limit: number): readonly CollectionRow[];
  /** Once; a second one changes nothing. @returns whether it was the first */
  settleCollection(key: { readonly outlet: string; readonly generation: string; readonly sequence: number }, by: string, note: string): boolean;
  commandsOf(outlet: string, limit: number): readonly CommandRow[];
  faultsOf(outlet: string, limit: number): readonly FaultRow[];
}

const FORMATS: Readonly<Record<PeriodLength, string>> = { day: '%Y-%m-%d', week: '%G-W%V', month: '%Y-%m', year: '%Y' };

export function operatorReportRows({ database, clock }: StoreContext): OperatorReportStore {
  return {
    cashBy: (length, periods) =>
      database.all<CashSum>(
        `WITH sums AS (
           SELECT strftime('${FORMATS[length]}', wall_ms / 1000, 'unixepoch') AS period, json_extract(body, '$.event') AS event,
             json_extract(body, '$.currency') AS currency, sum(CAST(json_extract(body, '$.amountMinor') AS INTEGER)) AS minor
           FROM usage_records WHERE kind = 'cash' GROUP BY 1, 2, 3)
         SELECT * FROM sums WHERE period IN (SELECT DISTINCT period FROM sums ORDER BY period DESC LIMIT ?) ORDER BY period, event, currency`,
        periods,
      ),
    collections: (limit) =>
      database.all<CollectionRow>(
        `SELECT r.outlet, o.name AS box, r.generation, r.sequence, r.wall_ms AS atMs, json_extract(r.body, '$.facts.number') AS number,
           json_extract(r.body, '$.facts.collector') AS collector, json_extract(r.body, '$.facts.expectedMinor') AS expectedMinor,
           json_extract(r.body, '$.facts.countedMinor') AS countedMinor, a.currency, s.settled_by AS settledBy, s.note
         FROM usage_records r JOIN outlets o ON o.outlet = r.outlet JOIN accounts a ON a.account = o.account
         LEFT JOIN collection_settlements s ON s.outlet = r.outlet AND s.generation = r.generation AND s.sequence = r.sequence
         WHERE r.kind = 'audit' AND json_extract(r.body, '$.event') = 'cash-collected' ORDER BY r.received_at_ms DESC, r.sequence DESC LIMIT ?`,
        limit,
      ),
    settleCollection: ({ outlet, generation, sequence }, by, note) =>
      database.run(
        'INSERT OR IGNORE INTO collection_settlements (outlet, generation, sequence, settled_by, note, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
        ...[outlet, generation, sequence, by, note, clock.wallMs()],
      ) === 1,
    commandsOf: (outlet, limit) =>
      database.all<CommandRow>(
        `SELECT line, created_at_ms AS createdAtMs, done, result_code AS code, result_text AS text FROM commands WHERE outlet = ?
         ORDER BY created_at_ms DESC, command DESC LIMIT ?`,
        outlet,
        limit,
      ),
    faultsOf: (outlet, limit) =>
      database.all<FaultRow>(
        "SELECT generation || ':' || sequence AS id, wall_ms AS atMs, body FROM usage_records WHERE outlet = ? AND kind = 'fault' ORDER BY received_at_ms DESC, sequence DESC LIMIT ?",
        outlet,
        limit,
      ),
  };
}
