import { auditLedger } from './ledger-rows.ts';
import type { StoreContext } from './store-context.ts';

export interface ConservationStore {
  /**
   * What is wrong with the conservation of records and money, in words, or null: every record that a box delivered is stored, was deleted
   * when its time was over, or is set aside by name; every processed one stands in a posting or under a reason; and the ledger balances.
   */
  conservationProblem(): string | null;
}

/** Delivered is gapless: so many numbers must be stored, gone, or set aside in their place. */
const RECORDS = `SELECT p.outlet || ' ' || p.generation AS source, p.delivered_through AS delivered, p.records AS taken,
    (SELECT count(*) FROM usage_records r WHERE r.outlet = p.outlet AND r.generation = p.generation) AS stored,
    (SELECT coalesce(sum(deleted), 0) FROM usage_retention m WHERE m.outlet = p.outlet AND m.generation = p.generation) AS gone,
    (SELECT count(DISTINCT sequence) FROM quarantined_records q WHERE q.outlet = p.outlet AND q.generation = p.generation
       AND q.code IN ('body-hash', 'too-large', 'refused', 'use-refused', 'beyond-floor', 'billed-beyond-floor')
       AND NOT EXISTS (SELECT 1 FROM usage_records r WHERE r.outlet = q.outlet AND r.generation = q.generation AND r.sequence = q.sequence)) AS aside
  FROM usage_progress p`;

const PROCESSED = `SELECT d.outlet || ' ' || d.generation AS source,
    (SELECT coalesce(sum(records), 0) FROM usage_reasons s WHERE s.outlet = d.outlet AND s.generation = d.generation) + (d.last_usage IS NOT NULL) AS accounted,
    (SELECT count(*) FROM usage_records r WHERE r.outlet = d.outlet AND r.generation = d.generation AND r.sequence <= d.through_sequence)
      + (SELECT coalesce(sum(deleted), 0) FROM usage_retention m WHERE m.outlet = d.outlet AND m.generation = d.generation) AS processed
  FROM usage_processing d`;

export function conservationRows(context: StoreContext): ConservationStore {
  const { database } = context;
  return {
    conservationProblem: () =>
      database.transaction(() => {
        const lost = database.one<{ source: string; delivered: number; taken: number; stored: number; gone: number; aside: number }>(
          `SELECT * FROM (${RECORDS}) WHERE taken <> stored + gone OR delivered <> taken + aside LIMIT 1`,
        );
        if (lost !== null)
          return `${lost.source}: ${lost.delivered} records were delivered and ${lost.taken} taken, but ${lost.stored} are stored, ${lost.gone} over their time and ${lost.aside} set aside`;
        const loose = database.one<{ source: string; accounted: number; processed: number }>(
          `SELECT * FROM (${PROCESSED}) WHERE accounted <> processed LIMIT 1`,
        );
        if (loose !== null) return `${loose.source}: ${loose.processed} records are processed, ${loose.accounted} of them have a posting or a reason`;
        return auditLedger(context);
      }),
  };
}
