import type { DomainState, DomainStep } from '../../domain/usage/domain-time.ts';
import type { ProcessingRecord } from '../../domain/usage/processing-record.ts';
import { admitConsumer } from './consumer-rows.ts';
import { ProfileTally, SourceTally } from './source-tally.ts';
import type { StoreContext } from './store-context.ts';
import { type StoredUsage, usageFromRow } from './stored-usage.ts';

/** One store generation of one box. */
export interface UsageSource {
  readonly outlet: string;
  readonly generation: string;
}

type Advance = (state: DomainState, record: ProcessingRecord) => DomainStep;

export interface UsageProcessingStore {
  /** Sources that have delivered more than was processed. */
  unprocessedSources(): readonly UsageSource[];
  /**
   * Takes up to `limit` records further, source after source, in one transaction with the marks that say so: a record is processed
   * once, whoever else processes at the same time.
   * @returns how many records were taken
   */
  processRecords(limit: number, advance: Advance): number;
  putIdentifier(work: string, scheme: 'isrc', value: string): void;
}

const USAGE = `SELECT outlet, generation, sequence, boot_id AS bootId, monotonic_ns AS monotonicNs, wall_ms AS wallMs, body FROM usage_records
  WHERE outlet = ? AND generation = ?`;

export function usageProcessingRows(context: StoreContext): UsageProcessingStore {
  const { database } = context;
  const unprocessed = (): readonly UsageSource[] =>
    database.all<UsageSource>(
      `SELECT p.outlet, p.generation FROM usage_progress p LEFT JOIN usage_processing d ON d.outlet = p.outlet AND d.generation = p.generation
       WHERE p.delivered_through > coalesce(d.through_sequence, 0) ORDER BY p.outlet, p.generation`,
    );
  return {
    unprocessedSources: unprocessed,
    processRecords: (limit, advance) =>
      database.transaction(() => {
        const profiles = new ProfileTally();
        let taken = 0;
        for (const source of unprocessed()) {
          if (taken >= limit) break;
          taken += processSource(context, source, limit - taken, advance, profiles);
        }
        profiles.write(context);
        return taken;
      }),
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

/** Takes records of one source further. @returns how many */
function processSource(context: StoreContext, source: UsageSource, limit: number, advance: Advance, profiles: ProfileTally): number {
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
  const tally = new SourceTally(profiles);
  let state: DomainState = { last, domains: last === null || last.eventType === 'SIGN_OFF' ? [] : last.domains };
  let lastUsage = mark.lastUsage;
  for (const row of rows) {
    const record = row.kind === 'usage' ? usageFromRow({ ...row, body: admitConsumer(context, row) }) : null;
    if (record === null) {
      tally.count(row.kind === 'usage' ? 'not-understood' : `kind-${row.kind}`);
      continue;
    }
    const step = advance(state, record);
    tally.add(step, record, row.sequence);
    state = step.state;
    lastUsage = row.sequence;
  }
  tally.write(context, source.outlet, source.generation);
  const through = rows.length < limit ? readDelivered(context, source) : (rows.at(-1)?.sequence ?? 0);
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
