import { readIsoTime } from '../../units/iso-time.ts';
import type { Fault, Result } from '../../units/result.ts';
import { fault, ok } from '../../units/result.ts';
import type { EntryMethod, UsageBody, UsageEventType } from './record-bodies.ts';

/** What the box knows of itself when it writes a record (document 003, [0033]: titles need not know the record format). */
export interface RecordOrigin {
  readonly accountNo: string;
  readonly outletNo: string;
  readonly wallMs: number;
}

/** What happened. Everything that is not here is filled in by `buildUsageRecord`. */
export interface UsageEvent
  extends Pick<UsageBody, 'ViewId' | 'Feature' | 'key' | 'eventSource' | 'eventId' | 'fundingSource' | 'kind' | 'heardMs' | 'endReason' | 'order' | 'loanUse'> {
  readonly eventType: UsageEventType;
  readonly titleDomain: string;
  readonly domains: readonly string[];
  readonly placeId: string;
  readonly entryMethod: EntryMethod;
  readonly consumerId?: string | null;
  readonly playId?: string | null;
  readonly sid?: string | null;
}

export type UsageFault = Fault<'element-missing' | 'element-too-long' | 'domains-differ' | 'data-of-another-event' | 'data-missing' | 'time-impossible'>;

const ELEMENT_CHARACTERS = 200;
const DOMAINS_MAX = 32;
const PRODUCTS_MAX = 64;
const LATEST_WALL_MS = Date.UTC(9999, 11, 31);

/**
 * A usage record: Standard Record Elements, the event's domains, the event's data (document 003, [0042]-[0060]; U-1, U-2, U-8).
 * NumberOfUsageDomains is the count of the domains, never told separately (B-10).
 */
export function buildUsageRecord(origin: RecordOrigin, event: UsageEvent): Result<UsageBody, UsageFault> {
  const body: UsageBody = {
    AccountNo: origin.accountNo,
    OutletNo: origin.outletNo,
    Dttm: new Date(Math.min(LATEST_WALL_MS, Math.max(0, Math.floor(origin.wallMs)))).toISOString(),
    TitleDomain: event.titleDomain,
    NumberOfUsageDomains: event.domains.length,
    ConsumerId: event.consumerId ?? null,
    EventType: event.eventType,
    PlaceId: event.placeId,
    EntryMethod: event.entryMethod,
    domains: event.domains,
    playId: event.playId ?? null,
    sid: event.sid ?? null,
    ...eventData(event),
    ...(event.heardMs === undefined ? {} : { heardMs: Math.floor(event.heardMs) }),
  };
  const problem = checkUsageRecord(body);
  return problem === null ? ok(body) : problem;
}

const DATA = ['ViewId', 'Feature', 'key', 'eventSource', 'eventId', 'fundingSource', 'kind', 'endReason', 'order', 'loanUse'] as const;

/** The event-specific data that is there: an absent element does not stand in the record at all. */
function eventData(event: UsageEvent): Pick<UsageBody, (typeof DATA)[number]> {
  return Object.fromEntries(DATA.filter((name) => event[name] !== undefined).map((name) => [name, event[name]]));
}

/** @returns what is wrong with a record, or null; titles may emit ready records (U-6), which pass here too */
export function checkUsageRecord(body: UsageBody): { readonly ok: false; readonly error: UsageFault } | null {
  const elements = { AccountNo: body.AccountNo, OutletNo: body.OutletNo, TitleDomain: body.TitleDomain, PlaceId: body.PlaceId };
  for (const [name, value] of Object.entries(elements)) {
    if (value === '') return fault('element-missing', `${name} is empty; every record says whose and where it is.`);
  }
  const texts = [...Object.values(elements), body.ConsumerId ?? '', body.Feature ?? '', body.key ?? '', body.eventSource ?? '', body.eventId ?? ''];
  for (const value of [...texts, ...body.domains]) {
    if (value.length > ELEMENT_CHARACTERS)
      return fault('element-too-long', `An element has ${value.length} characters; at most ${ELEMENT_CHARACTERS} are taken.`);
  }
  if (body.domains.length > DOMAINS_MAX) return fault('element-too-long', `${body.domains.length} domains in one record; at most ${DOMAINS_MAX} are taken.`);
  if (body.NumberOfUsageDomains !== body.domains.length)
    return fault('domains-differ', `NumberOfUsageDomains says ${body.NumberOfUsageDomains}, the record holds ${body.domains.length}.`);
  if (Number.isNaN(readIsoTime(body.Dttm))) return fault('time-impossible', `Dttm ${body.Dttm} is not a time.`);
  return checkEventData(body);
}

/** Event-specific data stands with its own event and nowhere else. */
function checkEventData(body: UsageBody): { readonly ok: false; readonly error: UsageFault } | null {
  const viewing = body.EventType === 'VIEW_FEATURE';
  const ordering = body.EventType === 'ORDER';
  if (viewing !== (body.ViewId !== undefined))
    return viewing
      ? fault('data-missing', 'A View Feature record needs a ViewId.')
      : fault('data-of-another-event', `ViewId does not belong to ${body.EventType}.`);
  if (ordering !== (body.order !== undefined))
    return ordering
      ? fault('data-missing', 'An order record needs its order.')
      : fault('data-of-another-event', `An order does not belong to ${body.EventType}.`);
  if (body.Feature !== undefined && !viewing) return fault('data-of-another-event', `Feature does not belong to ${body.EventType}.`);
  if (body.order !== undefined && (body.order.products?.length ?? 0) > PRODUCTS_MAX)
    return fault('element-too-long', `An order names ${PRODUCTS_MAX} products at most.`);
  if (body.EventType === 'CONSUMER_IDENTIFICATION' && body.ConsumerId === null) return fault('data-missing', 'A consumer identification names a consumer.');
  return null;
}
