import { measureOutlet } from '../../domain/usage/domain-time.ts';
import { usageFromRow } from '../stores/stored-usage.ts';
import type { TracedBill, TracedRow, UsageTraceStore } from '../stores/usage-trace-rows.ts';

/** Why a record posts no money. */
export type MoneyReason = 'no-money-in-it' | 'money-of-the-box' | 'free' | 'pre-listen' | 'ordered-not-settled' | 'not-settled-yet' | 'play-not-known';

/** One record, and what became of it: a posting, or a reason by name; for its time, and for its money. */
export interface TracedRecord {
  readonly record: string;
  readonly kind: string;
  readonly event: string;
  readonly at: string;
  readonly time: { readonly postedMs: number; readonly domains: readonly string[] } | { readonly reason: string };
  readonly money: TracedBill | { readonly reason: MoneyReason };
  readonly quarantined: readonly string[];
}

export interface Trace {
  readonly id: string;
  readonly records: readonly TracedRecord[];
  /** Set where no record is stored under this id. */
  readonly reason: string | null;
}

const RECORDS_MAX = 100;

/** Finds a record by `outlet:generation:sequence`, `generation:sequence` or `sequence`, or all records of a play, a PaySession or a title's event. */
export function traceUsage(store: UsageTraceStore, id: string): Trace {
  const name = readName(id);
  const rows = name === null ? store.recordsAbout(id, RECORDS_MAX) : store.recordsNamed(name);
  const records = rows.map((row) => traceRow(store, row));
  return { id, records, reason: records.length > 0 ? null : absence(store, id, name) };
}

interface RecordName {
  readonly outlet: string | null;
  readonly generation: string | null;
  readonly sequence: number;
}

function readName(id: string): RecordName | null {
  const match = /^(?:(?:([^:]+):)?([^:]+):)?(\d{1,15})$/.exec(id);
  return match === null ? null : { outlet: match[1] ?? null, generation: match[2] ?? null, sequence: Number(match[3]) };
}

/** Nothing is lost without a name: set aside, not delivered yet, or never heard of. */
function absence(store: UsageTraceStore, id: string, name: RecordName | null): string {
  const [quarantined] = name === null ? store.quarantinedAbout(id) : store.quarantinedAs(name);
  if (quarantined !== undefined) return `quarantined-${quarantined}`;
  if (name === null) return 'unknown-id';
  return store.sourcesPast(name.sequence) > 0 ? 'unknown-source' : 'not-delivered';
}

function traceRow(store: UsageTraceStore, row: TracedRow): TracedRecord {
  const body = (JSON.parse(row.body) ?? {}) as Readonly<Record<string, unknown>>;
  return {
    record: `${row.outlet}:${row.generation}:${row.sequence}`,
    kind: row.kind,
    event: String(body.EventType ?? body.event ?? row.kind),
    at: new Date(row.wallMs).toISOString(),
    time: timeOf(store, row),
    money: moneyOf(store, row, body),
    quarantined: store.quarantinedAs(row),
  };
}

/** As the processing judges it: by the record itself and the one after it. */
function timeOf(store: UsageTraceStore, row: TracedRow): TracedRecord['time'] {
  if (row.kind !== 'usage') return { reason: `kind-${row.kind}` };
  const record = usageFromRow(row);
  if (record === null) return { reason: 'not-understood' };
  const after = store.nextUsage(row);
  const next = after === null ? null : usageFromRow(after);
  const [outcome] = measureOutlet(next === null ? [record] : [record, next]).outcomes;
  if (outcome === undefined) return { reason: 'not-understood' };
  return outcome.reason === null ? { postedMs: outcome.ms, domains: outcome.domains } : { reason: outcome.reason };
}

/** Only the session's total posts money; every record of a play points to its bill (ruling 9). */
function moneyOf(store: UsageTraceStore, row: TracedRow, body: Readonly<Record<string, unknown>>): TracedRecord['money'] {
  if (row.kind === 'audit' || row.kind === 'fault') return { reason: 'no-money-in-it' };
  const play = row.kind === 'receipt' ? sidOf(body) : text(body.playId);
  const bill = play === null ? null : store.billOf(play);
  if (bill !== null && (row.kind !== 'cash' || body.event === 'settle')) return bill;
  if (row.kind === 'cash') return { reason: 'money-of-the-box' };
  if (row.kind === 'receipt') return { reason: play === null ? 'play-not-known' : 'not-settled-yet' };
  if (play === null) return { reason: 'no-money-in-it' };
  if (body.kind === 'free') return { reason: 'free' };
  if (body.kind === 'prelisten') return { reason: 'pre-listen' };
  return { reason: body.EventType === 'ORDER' ? 'ordered-not-settled' : 'not-settled-yet' };
}

function sidOf(body: Readonly<Record<string, unknown>>): string | null {
  try {
    const statement: unknown = JSON.parse(String(body.statement));
    return typeof statement === 'object' && statement !== null && 'sid' in statement ? text(statement.sid) : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
