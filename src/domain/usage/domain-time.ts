import { assert } from '../../units/assert.ts';
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

/** What is in use at an outlet after a record, waiting for the next one. */
export interface DomainState {
  readonly last: ProcessingRecord | null;
  readonly domains: readonly string[];
}

export const NOTHING_IN_USE: DomainState = { last: null, domains: [] };

export interface DomainStep {
  /** What became of the record before: only the next one says. Null at the first. */
  readonly settled: RecordOutcome | null;
  readonly ended: readonly string[];
  readonly begun: readonly string[];
  readonly state: DomainState;
}

/**
 * One record further. A domain is active from the first record that lists it to the first later record that does not, or to the
 * sign-off; where the sign-off was lost, to the last record before the next sign-on or boot, never beyond (B-12).
 * Units: milliseconds. Source: document 003, [0037], [0058]; U-11.
 */
export function advanceDomains(state: DomainState, record: ProcessingRecord): DomainStep {
  const broken = state.last !== null && breaksRun(state.last, record);
  const before = broken ? [] : state.domains;
  const domains = record.eventType === 'PULSE' ? before : record.eventType === 'SIGN_OFF' ? [] : record.domains;
  return {
    settled: state.last === null ? null : settle(state, broken ? 'sign-off-lost' : elapsed(state.last, record)),
    ended: state.domains.filter((domain) => broken || !domains.includes(domain)),
    begun: domains.filter((domain) => !before.includes(domain)),
    state: { last: record, domains },
  };
}

/** What is known of the last record while nothing follows it. */
export function settleLast(state: DomainState): RecordOutcome | null {
  return state.last === null ? null : settle(state, 'last-known');
}

export interface OutletUse {
  readonly outcomes: readonly RecordOutcome[];
  readonly occurrences: readonly DomainOccurrence[];
}

/** Time per domain over all records of one outlet, in their order (`orderOutlet`). */
export function measureOutlet(ordered: readonly ProcessingRecord[]): OutletUse {
  const outcomes: RecordOutcome[] = [];
  const occurrences: DomainOccurrence[] = [];
  const open = new Map<string, DomainOccurrence>();
  const settled = (outcome: RecordOutcome | null): void => {
    if (outcome === null) return;
    outcomes.push(outcome);
    for (const domain of outcome.domains) open.set(domain, extend(open.get(domain), domain, outcome));
  };
  const close = (domain: string): void => {
    const occurrence = open.get(domain);
    if (occurrence !== undefined) occurrences.push(occurrence);
    open.delete(domain);
  };
  let state = NOTHING_IN_USE;
  for (const record of ordered) {
    const step = advanceDomains(state, record);
    settled(step.settled);
    for (const domain of step.ended) close(domain);
    state = step.state;
  }
  settled(settleLast(state));
  for (const domain of [...open.keys()]) close(domain);
  return { outcomes, occurrences };
}

/** A sign-on, or another boot of the device: whatever was open before it had ended, at a moment that nobody knows. */
function breaksRun(before: ProcessingRecord, next: ProcessingRecord): boolean {
  if (next.eventType === 'SIGN_ON') return true;
  return before.bootId !== null && next.bootId !== null && before.bootId !== next.bootId;
}

function settle({ last: record, domains }: DomainState, next: number | RecordReason): RecordOutcome {
  assert(record !== null, 'only a record can be settled');
  const reason = record.eventType === 'SIGN_OFF' ? 'signs-off' : domains.length === 0 ? 'no-domain' : next;
  if (typeof reason !== 'number') return { record, domains, ms: 0, reason };
  return reason < 0 ? { record, domains, ms: 0, reason: 'clock-stepped-back' } : { record, domains, ms: reason, reason: null };
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
