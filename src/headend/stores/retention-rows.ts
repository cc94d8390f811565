import { readSetting, writeSetting } from './party-rows.ts';
import type { StoreContext } from './store-context.ts';

/** How long a class of data is kept where nobody said otherwise, and what it is. Days; null is for good. */
export const RETENTION = {
  navigation: { days: 400, what: 'usage records of keys, places, sign-ons and features: what somebody did on a screen' },
  plays: { days: 3_650, what: 'usage records of plays and orders: what rights holders are paid by' },
  occurrences: { days: 800, what: 'each use of a title or a place, with its time' },
  profiles: { days: 800, what: 'use added up by consumer, from when it last grew' },
  quarantine: { days: 400, what: 'payloads that could not be taken' },
  commands: { days: 400, what: 'lines that boxes have executed' },
  alerts: { days: 400, what: 'what people were told' },
} as const;
export type RetentionClass = keyof typeof RETENTION;

export interface RetentionPeriod {
  readonly name: RetentionClass;
  readonly what: string;
  readonly days: number | null;
  /** Rows that were deleted when their time was over. */
  readonly deleted: number;
}

export interface RetentionStore {
  retention(): readonly RetentionPeriod[];
  putRetention(name: RetentionClass, days: number | null): void;
  /**
   * Deletes what is over its time, at most `limit` rows of each class in one transaction. A record goes only once it is processed and every
   * outside entity has it. Books (ledger, bills, payments, cash, receipts, audit) have no class: they stay.
   * @returns rows looked at; 0 when nothing is left to do
   */
  sweepRetention(limit: number): number;
}

const DAY_MS = 86_400_000;
const PLAY = `(body LIKE '%"heardMs":%' OR body LIKE '%"loanUse":%' OR body LIKE '%"EventType":"ORDER"%')`;
const RECORDS: Partial<Readonly<Record<RetentionClass, string>>> = { navigation: `kind = 'usage' AND NOT ${PLAY}`, plays: `kind = 'usage' AND ${PLAY}` };
/** Classes that are rows of one table, by their age. */
const ROWS: Partial<Readonly<Record<RetentionClass, string>>> = {
  occurrences:
    'DELETE FROM domain_occurrences WHERE (outlet, generation, domain, first_sequence) IN (SELECT outlet, generation, domain, first_sequence FROM domain_occurrences WHERE start_ms < ? AND ended = 1 LIMIT ?)',
  profiles: 'DELETE FROM usage_profiles WHERE (account, consumer, domain) IN (SELECT account, consumer, domain FROM usage_profiles WHERE last_ms < ? LIMIT ?)',
  quarantine:
    "UPDATE quarantined_records SET record = '' WHERE rowid IN (SELECT rowid FROM quarantined_records WHERE received_at_ms < ? AND record <> '' LIMIT ?)",
  commands: 'DELETE FROM commands WHERE rowid IN (SELECT rowid FROM commands WHERE created_at_ms < ? AND done = 1 LIMIT ?)',
  alerts: 'DELETE FROM alerts WHERE key IN (SELECT key FROM alerts WHERE at_ms < ? AND told_at_ms IS NOT NULL LIMIT ?)',
};

/** Owner of usage_retention and retention_counts. */
export function retentionRows(context: StoreContext): RetentionStore {
  const { database, clock } = context;
  const names = Object.keys(RETENTION) as RetentionClass[];
  return {
    retention: () => names.map((name) => ({ name, what: RETENTION[name].what, days: daysOf(context, name), deleted: deletedOf(context, name) })),
    putRetention: (name, days) => writeSetting(context, `retention-days/${name}`, days === null ? 'keep' : String(days)),
    sweepRetention: (limit) =>
      database.transaction(() => {
        let done = 0;
        for (const name of names) {
          const days = daysOf(context, name);
          if (days === null) continue;
          const beforeMs = clock.wallMs() - days * DAY_MS;
          const [records, rows] = [RECORDS[name], ROWS[name]];
          if (records !== undefined) done += sweepRecords(context, name, records, beforeMs, limit);
          if (rows !== undefined) done += counted(context, name, database.run(rows, beforeMs, limit));
        }
        return done;
      }),
  };
}

function daysOf(context: StoreContext, name: RetentionClass): number | null {
  const said = readSetting(context, `retention-days/${name}`);
  return said === null ? RETENTION[name].days : said === 'keep' ? null : Number(said);
}

function deletedOf({ database }: StoreContext, name: RetentionClass): number {
  return database.one<{ n: number }>('SELECT deleted AS n FROM retention_counts WHERE class = ?', name)?.n ?? 0;
}

function counted({ database }: StoreContext, name: RetentionClass, deleted: number): number {
  if (deleted > 0)
    database.run(
      'INSERT INTO retention_counts (class, deleted) VALUES (?, ?) ON CONFLICT (class) DO UPDATE SET deleted = deleted + excluded.deleted',
      name,
      deleted,
    );
  return deleted;
}

interface Stretch {
  readonly outlet: string;
  readonly generation: string;
  readonly fromSequence: number;
  readonly toSequence: number;
}

/** Source after source from where it was left, in order: what a source delivered first is over first. */
function sweepRecords(context: StoreContext, name: RetentionClass, records: string, beforeMs: number, limit: number): number {
  const { database } = context;
  const stretches = database.all<Stretch>(
    `SELECT d.outlet, d.generation, coalesce(m.through_sequence, 0) + 1 AS fromSequence, min(d.through_sequence, coalesce(d.last_usage, 1) - 1) AS toSequence
     FROM usage_processing d JOIN usage_progress p ON p.outlet = d.outlet AND p.generation = d.generation
     LEFT JOIN usage_retention m ON m.outlet = d.outlet AND m.generation = d.generation AND m.class = ?
     WHERE p.first_received_at_ms < ? AND coalesce(m.through_sequence, 0) < min(d.through_sequence, coalesce(d.last_usage, 1) - 1)`,
    ...[name, beforeMs],
  );
  let seen = 0;
  for (const stretch of stretches) {
    if (seen >= limit) break;
    seen += sweepStretch(context, name, records, stretch, beforeMs, limit - seen);
  }
  return seen;
}

function sweepStretch(context: StoreContext, name: RetentionClass, records: string, stretch: Stretch, beforeMs: number, limit: number): number {
  const { database } = context;
  const { outlet, generation, fromSequence, toSequence } = stretch;
  const rows = database.all<{ sequence: number; receivedAtMs: number; number: number }>(
    `SELECT r.sequence, r.received_at_ms AS receivedAtMs, coalesce(o.number, 0) AS number FROM usage_records r
     LEFT JOIN headend_outbox o ON o.topic = 'record' AND o.source = r.outlet AND o.generation = r.generation AND o.position = r.sequence
     WHERE r.outlet = ? AND r.generation = ? AND r.sequence BETWEEN ? AND ? ORDER BY r.sequence LIMIT ?`,
    ...[outlet, generation, fromSequence, toSequence, limit],
  );
  const forwarded = database.one<{ n: number | null }>('SELECT min(through_number) AS n FROM gateway_entities')?.n ?? Number.MAX_SAFE_INTEGER;
  const young = rows.findIndex(({ receivedAtMs, number }) => receivedAtMs >= beforeMs || number > forwarded);
  const over = young < 0 ? rows : rows.slice(0, young);
  const through = over.at(-1)?.sequence;
  if (through === undefined) return 0;
  const deleted = database.run(
    `DELETE FROM usage_records WHERE outlet = ? AND generation = ? AND sequence BETWEEN ? AND ? AND ${records}`,
    ...[outlet, generation, fromSequence, through],
  );
  counted(context, name, deleted);
  // Whoever was to get them has them: an entity that comes later begins with what is there.
  database.run(
    `DELETE FROM headend_outbox WHERE topic = 'record' AND source = ? AND generation = ? AND position BETWEEN ? AND ?
       AND position NOT IN (SELECT sequence FROM usage_records WHERE outlet = ? AND generation = ? AND sequence BETWEEN ? AND ?)`,
    ...[outlet, generation, fromSequence, through, outlet, generation, fromSequence, through],
  );
  database.run(
    `INSERT INTO usage_retention (outlet, generation, class, through_sequence, deleted) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (outlet, generation, class) DO UPDATE SET through_sequence = excluded.through_sequence, deleted = deleted + excluded.deleted`,
    ...[outlet, generation, name, through, deleted],
  );
  return over.length;
}

/** Whether a record of this number may have been there and is over its time: it can not be compared with one that comes again. */
export function isOver({ database }: StoreContext, outlet: string, generation: string, sequence: number): boolean {
  const sql = 'SELECT count(*) AS n FROM usage_retention WHERE outlet = ? AND generation = ? AND through_sequence >= ? AND deleted > 0';
  return (database.one<{ n: number }>(sql, outlet, generation, sequence)?.n ?? 0) > 0;
}
