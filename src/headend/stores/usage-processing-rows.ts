import type { DomainState, DomainStep, RecordOutcome } from '../../domain/usage/domain-time.ts';
import type { ProcessingRecord } from '../../domain/usage/processing-record.ts';
import type { StoreContext } from './store-context.ts';
import { type StoredUsage, usageFromRow } from './stored-usage.ts';

/** One store generation of one box. */
export interface UsageSource {
  readonly outlet: string;
  readonly generation: string;
}

export interface UsageProcessingStore {
  /** Sources that have delivered more than was processed. */
  unprocessedSources(): readonly UsageSource[];
  /**
   * Takes up to `limit` records of a source further, in one transaction with the mark that says so: a record is processed once,
   * whoever else processes at the same time.
   * @returns how many records were taken
   */
  processSource(source: UsageSource, limit: number, advance: (state: DomainState, record: ProcessingRecord) => DomainStep): number;
  putIdentifier(work: string, scheme: 'isrc', value: string): void;
}

const USAGE = `SELECT outlet, generation, sequence, boot_id AS bootId, monotonic_ns AS monotonicNs, wall_ms AS wallMs, body FROM usage_records
  WHERE outlet = ? AND generation = ?`;

export function usageProcessingRows(context: StoreContext): UsageProcessingStore {
  const { database } = context;
  return {
    unprocessedSources: () =>
      database.all<UsageSource>(
        `SELECT p.outlet, p.generation FROM usage_progress p LEFT JOIN usage_processing d ON d.outlet = p.outlet AND d.generation = p.generation
         WHERE p.delivered_through > coalesce(d.through_sequence, 0) ORDER BY p.outlet, p.generation`,
      ),
    processSource: (source, limit, advance) => database.transaction(() => processSource(context, source, limit, advance)),
    putIdentifier: (work, scheme, value) => {
      database.run(
        'INSERT INTO work_identifiers (work, scheme, value) VALUES (?, ?, ?) ON CONFLICT (work, scheme) DO UPDATE SET value = excluded.value',
        work,
        scheme,
        value,
      );
    },
  };
}

function processSource(
  context: StoreContext,
  source: UsageSource,
  limit: number,
  advance: (state: DomainState, record: ProcessingRecord) => DomainStep,
): number {
  const { database } = context;
  const mark = database.one<{ through: number; lastUsage: number | null }>(
    'SELECT through_sequence AS through, last_usage AS lastUsage FROM usage_processing WHERE outlet = ? AND generation = ?',
    ...[source.outlet, source.generation],
  ) ?? { through: 0, lastUsage: null };
  const rows = database.all<StoredUsage & { readonly kind: string }>(
    `${USAGE.replace('body FROM', 'body, kind FROM')} AND sequence > ? ORDER BY sequence LIMIT ?`,
    ...[source.outlet, source.generation, mark.through, limit],
  );
  const last = mark.lastUsage === null ? null : readUsage(context, source, mark.lastUsage);
  let state: DomainState = { last, domains: last === null || last.eventType === 'SIGN_OFF' ? [] : last.domains };
  let lastUsage = mark.lastUsage;
  for (const row of rows) {
    const record = row.kind === 'usage' ? usageFromRow(row) : null;
    if (record === null) {
      countReason(context, source, row.kind === 'usage' ? 'not-understood' : `kind-${row.kind}`);
      continue;
    }
    const step = advance(state, record);
    if (step.settled !== null) post(context, source, step.settled);
    for (const domain of step.ended) close(context, source, domain);
    for (const domain of step.begun) open(context, source, domain, record);
    state = step.state;
    lastUsage = row.sequence;
  }
  const through = rows.at(-1)?.sequence ?? readDelivered(context, source);
  database.run(
    `INSERT INTO usage_processing (outlet, generation, through_sequence, last_usage) VALUES (?, ?, ?, ?)
     ON CONFLICT (outlet, generation) DO UPDATE SET through_sequence = excluded.through_sequence, last_usage = excluded.last_usage`,
    ...[source.outlet, source.generation, through, lastUsage],
  );
  return rows.length;
}

/** What is quarantined counts as delivered and has no row: beyond the last row there may be nothing but that. */
function readDelivered(context: StoreContext, { outlet, generation }: UsageSource): number {
  const sql = 'SELECT delivered_through AS through FROM usage_progress WHERE outlet = ? AND generation = ?';
  return context.database.one<{ through: number }>(sql, outlet, generation)?.through ?? 0;
}

function readUsage(context: StoreContext, { outlet, generation }: UsageSource, sequence: number): ProcessingRecord | null {
  const row = context.database.one<StoredUsage>(`${USAGE} AND sequence = ?`, outlet, generation, sequence);
  return row === null ? null : usageFromRow(row);
}

function post(context: StoreContext, source: UsageSource, { record, domains, ms, reason }: RecordOutcome): void {
  countReason(context, source, reason ?? 'posted');
  for (const domain of domains) {
    context.database.run(
      'UPDATE domain_occurrences SET used_ms = used_ms + ?, last_sequence = ? WHERE outlet = ? AND generation = ? AND domain = ? AND ended = 0',
      ...[ms, record.sequence, source.outlet, source.generation, domain],
    );
    addToProfile(context, record, domain, ms, 0);
  }
}

function open(context: StoreContext, source: UsageSource, domain: string, record: ProcessingRecord): void {
  context.database.run(
    `INSERT INTO domain_occurrences (outlet, generation, domain, first_sequence, last_sequence, account, consumer, title_domain, start_ms, used_ms, ended)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
    ...[source.outlet, source.generation, domain, record.sequence, record.sequence],
    ...[record.accountNo, record.consumerId ?? '', record.titleDomain, record.wallMs],
  );
  addToProfile(context, record, domain, 0, 1);
}

function close(context: StoreContext, { outlet, generation }: UsageSource, domain: string): void {
  const sql = 'UPDATE domain_occurrences SET ended = 1 WHERE outlet = ? AND generation = ? AND domain = ? AND ended = 0';
  context.database.run(sql, outlet, generation, domain);
}

function addToProfile(context: StoreContext, record: ProcessingRecord, domain: string, ms: number, occurrences: number): void {
  context.database.run(
    `INSERT INTO usage_profiles (account, consumer, domain, used_ms, occurrences, first_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, consumer, domain) DO UPDATE SET used_ms = used_ms + excluded.used_ms, occurrences = occurrences + excluded.occurrences,
       first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)`,
    ...[record.accountNo, record.consumerId ?? '', domain, ms, occurrences, record.wallMs, record.wallMs + ms],
  );
}

function countReason(context: StoreContext, { outlet, generation }: UsageSource, reason: string): void {
  context.database.run(
    `INSERT INTO usage_reasons (outlet, generation, reason, records) VALUES (?, ?, ?, 1)
     ON CONFLICT (outlet, generation, reason) DO UPDATE SET records = records + 1`,
    ...[outlet, generation, reason],
  );
}
