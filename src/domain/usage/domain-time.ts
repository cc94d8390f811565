import type { ProcessingRecord } from './processing-record.ts';

/** Why an accepted record adds no time to any domain. */
export const RECORD_REASONS = ['signs-off', 'no-domain', 'last-known', 'sign-off-lost', 'clock-stepped-back'] as const;
export type RecordReason = (typeof RECORD_REASONS)[number];

/** What became of one accepted record: `ms` was posted to each of `domains`, or a reason says why nothing was. */
export interface RecordOutcome {
  readonly record: ProcessingRecord;
  /** The domains in use from this record to the next; a pulse's are those before it. */
  readonly domains: readonly string[];
  readonly ms: number;
  readonly reason: RecordReason | null;
}

/** One occurrence of a domain and the time that it remained active ([0037]). */
export interface DomainOccurrence {
  readonly domain: string;
  readonly accountNo: string;
  readonly outletNo: string;
  readonly consumerId: string | null;
  readonly titleDomain: string;
  readonly startMs: number;
  readonly ms: number;
  readonly firstRecord: string;
  readonly lastRecord: string;
}

export interface OutletUse {
  readonly outcomes: readonly RecordOutcome[];
  readonly occurrences: readonly DomainOccurrence[];
}

/**
 * Time per domain over consecutive records of one outlet, in their order (`orderOutlet`). A domain is active from the first record
 * that lists it to the first later record that does not, or to the sign-off; where the sign-off was lost, to the last record
 * before the next sign-on or boot, never beyond (B-12). Units: milliseconds. Source: document 003, [0037], [0058]; U-11.
 */
export function measureOutlet(ordered: readonly ProcessingRecord[]): OutletUse {
  const outcomes: RecordOutcome[] = [];
  const occurrences: DomainOccurrence[] = [];
  const open = new Map<string, DomainOccurrence>();
  const close = (domain: string): void => {
    const occurrence = open.get(domain);
    if (occurrence !== undefined) occurrences.push(occurrence);
    open.delete(domain);
  };
  let before: RecordOutcome | null = null;
  for (const [place, record] of ordered.entries()) {
    if (before === null || breaksRun(before.record, record)) for (const domain of [...open.keys()]) close(domain);
    const outcome = judge(record, ordered[place + 1] ?? null, domainsFrom(record, before));
    for (const domain of [...open.keys()]) if (!outcome.domains.includes(domain)) close(domain);
    for (const domain of outcome.domains) open.set(domain, extend(open.get(domain), domain, outcome));
    outcomes.push(outcome);
    before = outcome;
  }
  for (const domain of [...open.keys()]) close(domain);
  return { outcomes, occurrences };
}

/** A sign-on, or another boot of the device: whatever was open before it had ended, at a moment that nobody knows. */
function breaksRun(before: ProcessingRecord, next: ProcessingRecord): boolean {
  if (next.eventType === 'SIGN_ON') return true;
  return before.bootId !== null && next.bootId !== null && before.bootId !== next.bootId;
}

function domainsFrom(record: ProcessingRecord, before: RecordOutcome | null): readonly string[] {
  if (record.eventType === 'SIGN_OFF') return [];
  if (record.eventType !== 'PULSE') return record.domains;
  return before === null || breaksRun(before.record, record) ? [] : before.domains;
}

function judge(record: ProcessingRecord, next: ProcessingRecord | null, domains: readonly string[]): RecordOutcome {
  const without = (reason: RecordReason): RecordOutcome => ({ record, domains, ms: 0, reason });
  if (record.eventType === 'SIGN_OFF') return without('signs-off');
  if (domains.length === 0) return without('no-domain');
  if (next === null) return without('last-known');
  if (breaksRun(record, next)) return without('sign-off-lost');
  const ms = elapsed(record, next);
  return ms < 0 ? without('clock-stepped-back') : { record, domains, ms, reason: null };
}

function elapsed(from: ProcessingRecord, to: ProcessingRecord): number {
  const sameClock = from.deviceId === to.deviceId && from.bootId !== null && from.bootId === to.bootId;
  if (sameClock && from.monotonicMs !== null && to.monotonicMs !== null) return to.monotonicMs - from.monotonicMs;
  return to.wallMs - from.wallMs;
}

function extend(known: DomainOccurrence | undefined, domain: string, { record, ms }: RecordOutcome): DomainOccurrence {
  if (known !== undefined) return { ...known, ms: known.ms + ms, lastRecord: record.id };
  const { accountNo, outletNo, consumerId, titleDomain, wallMs, id } = record;
  return { domain, accountNo, outletNo, consumerId, titleDomain, startMs: wallMs, ms, firstRecord: id, lastRecord: id };
}
