import { buildUsageRecord } from '../../../src/domain/usage/usage-record.ts';
import { sha256Hex } from '../../../src/platform/crypto/digest.ts';
import { canonicalJson } from '../../../src/wire/canonical-json.ts';
import type { OutboxRecord } from '../../../src/wire/http-api.ts';

const MONTH_MS = 30 * 86_400_000;
const FIRST_MS = Date.UTC(2027, 2, 1);
const WORKS = ['a', 'b', 'c', 'd', 'e'];

/**
 * What box `box` of a fleet wrote as its record `sequence` of `perBox` in a month: the same call gives the same record. Visits of fifty
 * records; a fifth of the boxes were set a month back or forth, so that wall times of the fleet come in no order at all.
 */
export function fleetRecord(box: number, sequence: number, perBox: number, more: Readonly<Record<string, unknown>> = {}): OutboxRecord {
  const stepMs = Math.floor(MONTH_MS / perBox);
  const astrayMs = box % 5 === 0 ? (box % 2 === 0 ? MONTH_MS : -MONTH_MS) : 0;
  const wallMs = FIRST_MS + sequence * stepMs + astrayMs;
  const step = sequence % 50;
  const work = `work:${WORKS[(box + Math.floor(sequence / 7)) % WORKS.length]}`;
  const domains = step === 49 ? [] : step < 5 ? ['session'] : ['session', work];
  const built = buildUsageRecord(
    { accountNo: `account-${box}`, outletNo: `outlet-${box}`, wallMs },
    {
      eventType: step === 0 ? 'SIGN_ON' : step === 49 ? 'SIGN_OFF' : 'USAGE',
      ...{ titleDomain: step < 5 ? 'box' : work, domains, placeId: 'browse', entryMethod: '3', key: 'down' },
    },
  );
  if (!built.ok) throw new Error(built.error.message);
  const body = canonicalJson({ ...built.value, ...more });
  const monotonicNs = String(BigInt(sequence) * BigInt(stepMs) * 1_000_000n);
  return { sequence, bootId: `boot-${box}`, kind: 'usage', monotonicNs, wallMs, wallQuality: 'synced', body, bodyHash: sha256Hex(body) };
}

/** Records `from` to `to` of a box. */
export function fleetRecords(box: number, from: number, to: number, perBox: number): readonly OutboxRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => fleetRecord(box, from + index, perBox));
}
