import type { ProcessingRecord } from '../../domain/usage/processing-record.ts';
import type { StoreContext } from './store-context.ts';
import { type StoredUsage, usageFromRow } from './stored-usage.ts';

/** Flat rows, as they stand in JSON and CSV. Amounts are decimal text in minor units, times ISO 8601 in UTC. */
export type ReportRow = Readonly<Record<string, string | number | null>>;

/** Half open: from <= t < to, wall milliseconds. */
export interface ReportPeriod {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface UsageReportStore {
  titleUse(period: ReportPeriod): readonly ReportRow[];
  dayUse(period: ReportPeriod): readonly ReportRow[];
  playLog(period: ReportPeriod): readonly ReportRow[];
  profiles(): readonly ReportRow[];
  revenue(period: ReportPeriod): readonly ReportRow[];
  tax(period: ReportPeriod): readonly ReportRow[];
  /** What is missing or set aside, as sequence ranges. */
  gaps(): readonly ReportRow[];
  /** Every delivered record, by what became of it. */
  conservation(): readonly ReportRow[];
  /** The usage records of a period, one source after the other, each in order. */
  usageIn(period: ReportPeriod): readonly (readonly ProcessingRecord[])[];
}

const ISO = "strftime('%Y-%m-%dT%H:%M:%SZ', {} / 1000, 'unixepoch')";
const iso = (column: string): string => ISO.replace('{}', column);
const day = (column: string): string => `strftime('%Y-%m-%d', ${column} / 1000, 'unixepoch')`;

const TITLE_USE = `WITH used AS (
    SELECT substr(domain, 6) AS work, count(*) AS times, sum(used_ms) AS ms FROM domain_occurrences
    WHERE domain LIKE 'work:%' AND start_ms >= ? AND start_ms < ? GROUP BY domain),
  billed AS (SELECT work, count(*) AS plays, sum(heard_ms) AS heard, sum(charged_minor) AS charged, max(currency) AS currency FROM billed_plays
    WHERE billed_at_ms >= ? AND billed_at_ms < ? GROUP BY work)
  SELECT u.work, coalesce(w.title, '') AS title, coalesce(w.artist, '') AS artist, u.times AS timesAccessed, u.ms AS usedMs, coalesce(b.plays, 0) AS playsBilled,
    coalesce(b.heard, 0) AS heardMs, CAST(coalesce(b.charged, 0) AS TEXT) AS chargedMinor, coalesce(b.currency, '') AS currency
  FROM used u LEFT JOIN works w ON w.work = u.work LEFT JOIN billed b ON b.work = u.work ORDER BY u.times DESC, u.work`;

const DAY_USE = `SELECT ${day('start_ms')} AS day, sum(domain = 'session') AS sessions, sum(CASE WHEN domain = 'session' THEN used_ms ELSE 0 END) AS sessionMs,
    sum(domain LIKE 'work:%') AS titlesAccessed, sum(CASE WHEN domain LIKE 'work:%' THEN used_ms ELSE 0 END) AS titleMs,
    count(DISTINCT outlet) AS outlets FROM domain_occurrences WHERE start_ms >= ? AND start_ms < ? GROUP BY 1 ORDER BY 1`;

const PLAY_LOG = `SELECT ${iso('r.wall_ms')} AS endedAt, r.wall_quality AS clock, r.outlet, coalesce(l.name, '') AS location,
    substr(json_extract(r.body, '$.TitleDomain'), 6) AS work, coalesce(i.value, '') AS isrc, coalesce(w.title, '') AS title, coalesce(w.artist, '') AS artist,
    coalesce(w.album, '') AS album, coalesce(w.duration_ms, 0) AS durationMs, json_extract(r.body, '$.kind') AS kind,
    json_extract(r.body, '$.heardMs') AS heardMs, json_extract(r.body, '$.fundingSource') AS fundingSource,
    json_extract(r.body, '$.endReason') AS endReason, CAST(coalesce(b.charged_minor, 0) AS TEXT) AS chargedMinor, coalesce(b.currency, '') AS currency,
    json_extract(r.body, '$.playId') AS playId, r.generation || ':' || r.sequence AS record
  FROM usage_records r LEFT JOIN works w ON w.work = substr(json_extract(r.body, '$.TitleDomain'), 6)
  LEFT JOIN work_identifiers i ON i.work = w.work AND i.scheme = 'isrc' LEFT JOIN billed_plays b ON b.play_id = json_extract(r.body, '$.playId')
  LEFT JOIN outlets o ON o.outlet = r.outlet LEFT JOIN locations l ON l.location = o.location
  WHERE r.kind = 'usage' AND json_extract(r.body, '$.EventType') = 'USAGE' AND json_extract(r.body, '$.heardMs') IS NOT NULL
    AND r.wall_ms >= ? AND r.wall_ms < ? ORDER BY r.wall_ms, r.outlet, r.generation, r.sequence`;

const REVENUE = `SELECT ${day('b.billed_at_ms')} AS day, b.work, coalesce(w.title, '') AS title, count(*) AS plays, sum(b.heard_ms) AS heardMs,
    CAST(sum(b.quote_minor) AS TEXT) AS quotedMinor, CAST(sum(b.charged_minor) AS TEXT) AS chargedMinor, b.currency FROM billed_plays b
  LEFT JOIN works w ON w.work = b.work WHERE b.billed_at_ms >= ? AND b.billed_at_ms < ? GROUP BY 1, b.work, b.currency ORDER BY 1, b.work`;

/** As the boxes reckoned them, one rounding a receipt. `none` where a venue shows no tax. */
const TAX = `SELECT o.name AS box, strftime('%Y-%m', r.wall_ms / 1000, 'unixepoch') AS month, coalesce(json_extract(r.body, '$.taxName'), 'none') AS tax,
    printf('%.3f', coalesce(json_extract(r.body, '$.taxMilliPercent'), 0) / 1000.0) AS percent, count(*) AS receipts,
    min(json_extract(r.body, '$.receiptNumber')) AS firstReceipt, max(json_extract(r.body, '$.receiptNumber')) AS lastReceipt,
    CAST(sum(CAST(json_extract(r.body, '$.grossMinor') AS INTEGER)) AS TEXT) AS grossMinor,
    CAST(sum(CAST(json_extract(r.body, '$.grossMinor') AS INTEGER) - coalesce(CAST(json_extract(r.body, '$.taxMinor') AS INTEGER), 0)) AS TEXT) AS netMinor,
    CAST(sum(coalesce(CAST(json_extract(r.body, '$.taxMinor') AS INTEGER), 0)) AS TEXT) AS taxMinor, json_extract(r.body, '$.currency') AS currency
  FROM usage_records r JOIN outlets o ON o.outlet = r.outlet
  WHERE r.kind = 'cash' AND json_extract(r.body, '$.receiptNumber') IS NOT NULL AND r.wall_ms >= ? AND r.wall_ms < ?
  GROUP BY r.outlet, month, tax, percent, currency, substr(json_extract(r.body, '$.receiptNumber'), 1, length(json_extract(r.body, '$.receiptNumber')) - 7)
  ORDER BY month DESC, box, percent`;

const PROFILES = `SELECT account, consumer, domain, used_ms AS usedMs, occurrences, ${iso('first_ms')} AS firstAt, ${iso('last_ms')} AS lastAt
  FROM usage_profiles ORDER BY account, consumer, used_ms DESC, domain`;

const GAPS = `SELECT outlet, generation, (delivered_through + 1) || '-' || highest_seen AS sequences, 'not-delivered' AS reason FROM usage_progress
    WHERE highest_seen > delivered_through
  UNION ALL SELECT outlet, generation, CAST(sequence AS TEXT), code FROM quarantined_records ORDER BY 1, 2, 3`;

/** The last record of each source waits for its successor. */
const CONSERVATION = `SELECT outlet, generation, reason, records FROM usage_reasons
  UNION ALL SELECT outlet, generation, 'last-known', 1 FROM usage_processing WHERE last_usage IS NOT NULL
  UNION ALL SELECT outlet, generation, 'quarantined-' || code, count(*) FROM quarantined_records GROUP BY outlet, generation, code ORDER BY 1, 2, 3`;

const USAGE_IN = `SELECT outlet, generation, sequence, boot_id AS bootId, monotonic_ns AS monotonicNs, wall_ms AS wallMs, body FROM usage_records
  WHERE kind = 'usage' AND wall_ms >= ? AND wall_ms < ? ORDER BY outlet, generation, sequence`;

export function usageReportRows(context: StoreContext): UsageReportStore {
  const { database } = context;
  const within = (sql: string, { fromMs, toMs }: ReportPeriod): readonly ReportRow[] => database.all<ReportRow>(sql, fromMs, toMs);
  return {
    titleUse: (period) => database.all<ReportRow>(TITLE_USE, period.fromMs, period.toMs, period.fromMs, period.toMs),
    dayUse: (period) => within(DAY_USE, period),
    playLog: (period) => within(PLAY_LOG, period),
    profiles: () => database.all<ReportRow>(PROFILES),
    revenue: (period) => within(REVENUE, period),
    tax: (period) => within(TAX, period),
    gaps: () => database.all<ReportRow>(GAPS),
    conservation: () => database.all<ReportRow>(CONSERVATION),
    usageIn: ({ fromMs, toMs }) => bySource(database.all<StoredUsage>(USAGE_IN, fromMs, toMs)),
  };
}

function bySource(rows: readonly StoredUsage[]): readonly (readonly ProcessingRecord[])[] {
  const sources = new Map<string, ProcessingRecord[]>();
  for (const row of rows) {
    const record = usageFromRow(row);
    if (record === null) continue;
    const known = sources.get(record.deviceId);
    if (known === undefined) sources.set(record.deviceId, [record]);
    else known.push(record);
  }
  return [...sources.values()];
}
