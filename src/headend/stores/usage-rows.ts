import { limits } from '../../limits.ts';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { IntakeOutcome, UsageStore } from '../../ports/headend-stores.ts';
import type { OutletId } from '../../units/ids.ts';
import type { OutboxRecord } from '../../wire/http-api.ts';
import { isStandIn } from '../../wire/refused-record.ts';
import { postLoanUse } from './loan-rows.ts';
import { isOver } from './retention-rows.ts';
import type { StoreContext } from './store-context.ts';

export type QuarantineCode =
  | 'conflict'
  | 'body-hash'
  | 'too-large'
  | 'refused'
  | 'statement-refused'
  | 'billed-statement'
  | 'waived-statement'
  | 'statement-unreadable'
  | 'use-refused'
  | 'beyond-floor'
  | 'billed-beyond-floor';

export interface QuarantineStore {
  /** Keeps a payload that could not be taken, for a person to look at. Idempotent by payload. */
  quarantine(outlet: OutletId, generation: string, record: OutboxRecord, code: QuarantineCode, reason: string): void;
  /** A person decided that what a box took beyond its floor is owed all the same. @returns why it can not be, or null; billed once */
  billBeyondFloor(name: { readonly outlet: OutletId; readonly generation: string; readonly sequence: number }): string | null;
}

interface Progress {
  readonly deliveredThrough: number;
}

/** Records of the boxes, gapless per (outlet, store generation). Owner of usage_records, usage_progress, quarantined_records, outlet_status. */
export function usageRows(context: StoreContext): UsageStore & QuarantineStore {
  const { database } = context;
  return {
    together: (steps) => database.transaction(steps),
    intake: (outlet, generation, records, receivedAtMs) => database.transaction(() => intake(context, outlet, generation, records, receivedAtMs)),
    recordCount: (outlet) =>
      database.one<{ total: number; usage: number }>(
        'SELECT coalesce(sum(records), 0) AS total, coalesce(sum(usage_records), 0) AS usage FROM usage_progress WHERE outlet = ?',
        outlet,
      ) ?? { total: 0, usage: 0 },
    putStatus: (outlet, status, atMs) => {
      database.run(
        'INSERT INTO outlet_status (outlet, status, at_ms) VALUES (?, ?, ?) ON CONFLICT (outlet) DO UPDATE SET status = excluded.status, at_ms = excluded.at_ms',
        outlet,
        JSON.stringify(status),
        atMs,
      );
    },
    quarantine: (outlet, generation, record, code, reason) => quarantine(context, outlet, generation, record, code, reason),
    billBeyondFloor: (name) => database.transaction(() => billBeyondFloor(context, name)),
  };
}

/**
 * Takes records from the next expected sequence on, up to the first gap. What was delivered before is a duplicate where the
 * payload is equal and a conflict where it is not. A record whose body is not what its hash says is quarantined in its place: it counts
 * as delivered, so that it never blocks the rest (ruling 30).
 */
function intake(context: StoreContext, outlet: OutletId, generation: string, records: readonly OutboxRecord[], receivedAtMs: number): IntakeOutcome {
  const before = readDeliveredThrough(context, outlet, generation);
  const accepted: OutboxRecord[] = [];
  const conflicts: number[] = [];
  let through = before;
  for (const record of [...records].sort((left, right) => left.sequence - right.sequence)) {
    if (record.sequence > through + 1) break;
    if (record.sequence <= through) {
      if (!isDuplicate(context, outlet, generation, record)) conflicts.push(setAside(context, outlet, generation, record, conflictOf(record)));
      continue;
    }
    const poison = poisonOf(record) ?? postLoanUse(context, { outlet, generation, deliveredThrough: before }, record);
    if (poison === null) insertRecord(context, outlet, generation, record, receivedAtMs);
    if (poison === null) accepted.push(record);
    else conflicts.push(setAside(context, outlet, generation, record, poison));
    through = record.sequence;
  }
  if (accepted.length > 0) feedOutbox(context, outlet, generation, before, through, receivedAtMs);
  if (records.length > 0) noteProgress(context, outlet, generation, through, accepted, highestOf(records), receivedAtMs);
  return { acknowledgedThrough: through, accepted, conflicts: [...new Set(conflicts)] };
}

function readDeliveredThrough(context: StoreContext, outlet: OutletId, generation: string): number {
  const row = context.database.one<Progress>(
    'SELECT delivered_through AS deliveredThrough FROM usage_progress WHERE outlet = ? AND generation = ?',
    outlet,
    generation,
  );
  return row?.deliveredThrough ?? 0;
}

interface Poison {
  readonly code: QuarantineCode;
  readonly reason: string;
}

function poisonOf(record: OutboxRecord): Poison | null {
  if (record.body.length > limits.recordBodyBytes)
    return { code: 'too-large', reason: `The body has ${record.body.length} characters, at most ${limits.recordBodyBytes} are taken.` };
  if (isStandIn(record)) return { code: 'refused', reason: 'The form of the record was refused; the box keeps the record, and says here what it was.' };
  if (sha256Hex(record.body) !== record.bodyHash)
    return { code: 'body-hash', reason: 'The body is not what its hash says: it was damaged on the box or on the way.' };
  return null;
}

function conflictOf(record: OutboxRecord): Poison {
  return { code: 'conflict', reason: `Sequence ${record.sequence} was delivered before with another payload; both are kept.` };
}

function isDuplicate(context: StoreContext, outlet: OutletId, generation: string, record: OutboxRecord): boolean {
  const known = context.database.one<{ bodyHash: string; kind: string }>(
    'SELECT body_hash AS bodyHash, kind FROM usage_records WHERE outlet = ? AND generation = ? AND sequence = ?',
    outlet,
    generation,
    record.sequence,
  );
  // Gone when its time was over: there is nothing to compare it with, and nothing to take twice.
  if (known === null && isOver(context, outlet, generation, record.sequence)) return true;
  return known !== null && known.bodyHash === record.bodyHash && known.kind === record.kind && sha256Hex(record.body) === record.bodyHash;
}

function insertRecord(context: StoreContext, outlet: OutletId, generation: string, record: OutboxRecord, receivedAtMs: number): void {
  context.database.run(
    `INSERT INTO usage_records (outlet, generation, sequence, boot_id, kind, monotonic_ns, wall_ms, wall_quality, body, body_hash, received_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    outlet,
    generation,
    record.sequence,
    record.bootId,
    record.kind,
    record.monotonicNs,
    record.wallMs,
    record.wallQuality,
    record.body,
    record.bodyHash,
    receivedAtMs,
  );
}

/** What was just taken, in order: one statement for all of it. */
function feedOutbox({ database }: StoreContext, outlet: OutletId, generation: string, before: number, through: number, atMs: number): void {
  database.run(
    `INSERT INTO headend_outbox (topic, source, generation, position, created_at_ms) SELECT 'record', outlet, generation, sequence, ? FROM usage_records
     WHERE outlet = ? AND generation = ? AND sequence > ? AND sequence <= ? ORDER BY sequence`,
    ...[atMs, outlet, generation, before, through],
  );
}

function setAside(context: StoreContext, outlet: OutletId, generation: string, record: OutboxRecord, poison: Poison): number {
  quarantine(context, outlet, generation, record, poison.code, poison.reason);
  return record.sequence;
}

function quarantine(context: StoreContext, outlet: OutletId, generation: string, record: OutboxRecord, code: QuarantineCode, reason: string): void {
  const text = JSON.stringify(record);
  context.database.run(
    `INSERT OR IGNORE INTO quarantined_records (outlet, generation, sequence, payload_hash, code, reason, record, received_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    outlet,
    generation,
    record.sequence,
    sha256Hex(text),
    code,
    reason,
    text,
    context.clock.wallMs(),
  );
}

function billBeyondFloor(context: StoreContext, { outlet, generation, sequence }: Parameters<QuarantineStore['billBeyondFloor']>[0]): string | null {
  const { database } = context;
  const where = "outlet = ? AND generation = ? AND sequence = ? AND code = 'beyond-floor'";
  const aside = database.one<{ record: string }>(`SELECT record FROM quarantined_records WHERE ${where}`, outlet, generation, sequence);
  if (aside === null) return 'No use of that number is set aside as beyond its floor.';
  const refused = postLoanUse(context, { outlet, generation, deliveredThrough: null }, JSON.parse(aside.record) as OutboxRecord);
  if (refused !== null) return refused.reason;
  database.run(`UPDATE quarantined_records SET code = 'billed-beyond-floor' WHERE ${where}`, outlet, generation, sequence);
  return null;
}

function highestOf(records: readonly OutboxRecord[]): number {
  return records.reduce((highest, record) => Math.max(highest, record.sequence), 0);
}

function noteProgress(
  context: StoreContext,
  outlet: OutletId,
  generation: string,
  through: number,
  accepted: readonly OutboxRecord[],
  highestSeen: number,
  receivedAtMs: number,
): void {
  context.database.run(
    `INSERT INTO usage_progress (outlet, generation, delivered_through, records, usage_records, highest_seen, first_received_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (outlet, generation) DO UPDATE SET delivered_through = excluded.delivered_through, records = records + excluded.records,
       usage_records = usage_records + excluded.usage_records, highest_seen = max(highest_seen, excluded.highest_seen)`,
    outlet,
    generation,
    through,
    accepted.length,
    accepted.filter((record) => record.kind === 'usage').length,
    Math.max(highestSeen, through),
    receivedAtMs,
  );
}
