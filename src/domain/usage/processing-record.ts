import { readIsoTime } from '../../units/iso-time.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import type { UsageEventType } from './record-bodies.ts';

/** Document 003's event types, and the pulse of B-12: it says "still there" and changes no domain. */
export type ProcessingEventType = UsageEventType | 'PULSE';

/** One usage record as the usage processing reads it: what decides about time and paths, and nothing else. */
export interface ProcessingRecord {
  /** The dedup key (B-13): normally `DeviceId:Sequence`. */
  readonly id: string;
  readonly deviceId: string;
  readonly sequence: number | null;
  readonly bootId: string | null;
  /** Milliseconds since some start of the boot; the only source of durations within one (ruling 34). */
  readonly monotonicMs: number | null;
  readonly wallMs: number;
  readonly accountNo: string;
  readonly outletNo: string;
  readonly consumerId: string | null;
  readonly titleDomain: string;
  readonly placeId: string;
  readonly eventType: ProcessingEventType;
  /** Each domain once. */
  readonly domains: readonly string[];
}

export type ProcessingFault = Fault<'not-a-record' | 'element-missing' | 'unknown-event' | 'time-impossible' | 'domains-differ'>;

const EVENTS: Readonly<Record<string, ProcessingEventType>> = {
  SIGN_ON: 'SIGN_ON',
  SIGN_OFF: 'SIGN_OFF',
  USAGE: 'USAGE',
  CONSUMER_IDENTIFICATION: 'CONSUMER_IDENTIFICATION',
  VIEW_FEATURE: 'VIEW_FEATURE',
  ORDER: 'ORDER',
  NEW_OR_CHANGE_ORDER: 'ORDER',
  PULSE: 'PULSE',
};

/**
 * Reads one record of a records file: the elements of document 003 in its own words, plus `id`, `DeviceId`, `Sequence` (B-13) and,
 * where the device has them, `BootId` and `MonotonicNs`. Unknown elements are part of the payload and otherwise left alone.
 */
export function readProcessingRecord(value: unknown): Result<ProcessingRecord, ProcessingFault> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('not-a-record', 'A record is a JSON object.');
  const fields = value as Readonly<Record<string, unknown>>;
  const [accountNo, outletNo, dttm] = [text(fields.AccountNo), text(fields.OutletNo), text(fields.Dttm)];
  if (accountNo === null || outletNo === null) return fault('element-missing', 'A record says whose it is: AccountNo and OutletNo.');
  const deviceId = text(fields.DeviceId) ?? outletNo;
  const sequence = Number.isSafeInteger(fields.Sequence) ? (fields.Sequence as number) : null;
  const id = text(fields.id) ?? (sequence === null ? null : `${deviceId}:${sequence}`);
  if (id === null) return fault('element-missing', 'A record has an id, or DeviceId and Sequence: otherwise it could be counted twice.');
  const eventType = eventOf(fields.EventType);
  if (eventType === null) return fault('unknown-event', `EventType ${JSON.stringify(fields.EventType)} is none of document 003's.`);
  const wallMs = dttm === null ? Number.NaN : readIsoTime(dttm);
  if (Number.isNaN(wallMs)) return fault('time-impossible', `Dttm ${JSON.stringify(fields.Dttm)} is no ISO 8601 time.`);
  const domains = domainsOf(fields.domains);
  if (domains === null) return fault('not-a-record', 'domains is a list of names.');
  const told = fields.NumberOfUsageDomains;
  if (told !== undefined && told !== domains.length) return fault('domains-differ', `NumberOfUsageDomains says ${told}, the record holds ${domains.length}.`);
  return ok({
    id,
    deviceId,
    sequence,
    bootId: text(fields.BootId),
    monotonicMs: monotonicOf(fields.MonotonicNs),
    wallMs,
    accountNo,
    outletNo,
    consumerId: text(fields.ConsumerId),
    titleDomain: text(fields.TitleDomain) ?? '',
    placeId: text(fields.PlaceId) ?? '',
    eventType,
    domains: domains.length < 2 ? domains : [...new Set(domains)],
  });
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function eventOf(value: unknown): ProcessingEventType | null {
  if (typeof value !== 'string') return null;
  const name = EVENTS[value] === undefined ? value.toUpperCase().replace(/[\s-]+/g, '_') : value;
  return Object.hasOwn(EVENTS, name) ? (EVENTS[name] ?? null) : null;
}

function domainsOf(value: unknown): readonly string[] | null {
  if (value === undefined) return [];
  return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : null;
}

function monotonicOf(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const ns = Number(value);
  return Number.isFinite(ns) ? Math.round(ns / 1e6) : null;
}
