import { canonicalJson } from './canonical-json.ts';
import type { OutboxRecord } from './http-api.ts';

const EVENT = 'record-refused';
/** Of the refused record's own text, for a person to look at; with all escapes it stays below the bound of a body. */
const EXCERPT_CHARACTERS = 2_000;

/**
 * What a box delivers under the number of a record whose form its headend refuses (400): numbers stay gapless, so the rest goes
 * on, and both sides show what happened. The record itself stays in the outbox of the box.
 * @param digest lower-case hex SHA-256 of a text
 */
export function standInFor(record: OutboxRecord, problem: string, bootId: string, digest: (text: string) => string): OutboxRecord {
  const facts = { kind: String(record.kind), bytes: record.body.length, excerpt: record.body.slice(0, EXCERPT_CHARACTERS), problem: problem.slice(0, 300) };
  const body = canonicalJson({ event: EVENT, facts });
  return { sequence: record.sequence, bootId, kind: 'audit', monotonicNs: '0', wallMs: 0, wallQuality: 'unset', body, bodyHash: digest(body) };
}

/** True for what `standInFor` made: the headend keeps it in quarantine, not among the records. */
export function isStandIn(record: OutboxRecord): boolean {
  return record.kind === 'audit' && record.body.startsWith(`{"event":"${EVENT}",`);
}
