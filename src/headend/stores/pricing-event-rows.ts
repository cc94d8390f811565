import { packetsOf } from '../../domain/credit/billing-class.ts';
import type { HeardCounts } from '../../domain/credit/settle-play.ts';
import type { Terms } from '../../domain/credit/terms.ts';
import { soldPackets } from '../../domain/credit/work-parts.ts';
import type { PaySessionRow } from '../../ports/headend-stores.ts';
import { insertTransfer } from './ledger-rows.ts';
import type { StoreContext } from './store-context.ts';

/** A licence as the rater knows it: one a user, resource and model (document 002, 1.3.2). */
export interface PricingLicence {
  readonly licence: number;
  readonly userId: string;
  readonly resourceId: string;
  /** Hash of the compiled model. */
  readonly modelHash: string;
  readonly currency: string;
  readonly timeZone: string;
  /** False: one play of a payer in coins, which is billed at once (ruling 5). */
  readonly standing: boolean;
  readonly startMs: number;
  readonly endedMs: number | null;
  readonly throughNumber: number;
  readonly asOfMs: number;
  readonly newestNumber: number;
}

export interface KeptEvent {
  readonly number: number;
  readonly event: string;
  readonly kind: 'use' | 'accept';
  readonly startMs: number;
  readonly durationMs: number;
  /** Minor units: the quote of a use, null where it had none; or what was accepted. */
  readonly amountMinor: bigint | null;
}

/** What is recorded of one use, or of an offer that was accepted. */
export interface NewEvent {
  /** Its licence where the caller knows it; else it is found, or begun, by user, resource and model. */
  readonly licence?: Pick<PricingLicence, 'licence' | 'startMs'>;
  /** Its key: the same one again changes nothing. */
  readonly event: string;
  readonly kind: 'use' | 'accept';
  /** The play that bills it; null: none does. */
  readonly playId: string | null;
  readonly userId: string;
  readonly resourceId: string;
  readonly modelHash: string;
  readonly currency: string;
  readonly standing: boolean;
  readonly startMs: number;
  readonly durationMs: number;
  readonly amountMinor: bigint | null;
}

export interface RecordedUse {
  readonly licence: number;
  readonly startMs: number;
  readonly amountMinor: bigint;
}

export interface PricingEventStore {
  /**
   * All or nothing, durable when it returns. The first use begins the licence; one that began before it counts at its start.
   * @returns the newest event of each licence of which one is new
   */
  recordUses(events: readonly NewEvent[]): ReadonlyMap<number, number>;
  /** What is recorded under these keys. */
  recordedUses(keys: readonly string[]): ReadonlyMap<string, RecordedUse>;
  /** Reads and records with one commit: nobody else writes between. */
  asOneCommit<T>(steps: () => T): T;
  /** Begins a licence before its first use, as a subscription does; one on the same resource under another model ends. @returns its number */
  openPricingLicence(licence: Pick<NewEvent, 'userId' | 'resourceId' | 'modelHash' | 'currency' | 'startMs'> & { readonly timeZone: string }): number;
  pricingLicence(userId: string, resourceId: string, modelHash: string): PricingLicence | null;
  licenceNumbered(licence: number): PricingLicence | null;
  /** Number of the newest event of each of these licences that goes on. */
  newestEvents(licences: readonly number[]): ReadonlyMap<number, number>;
  pricingLicences(userId: string): readonly PricingLicence[];
  /** In the order of recording. */
  pricingEvents(licence: number): readonly KeptEvent[];
  endPricingLicence(licence: number, atMs: number): void;
}

const LICENCE = `SELECT licence, user_id AS userId, resource_id AS resourceId, pricing_model_id AS modelHash, currency, time_zone AS timeZone, standing,
  start_ms AS startMs, ended_ms AS endedMs, through_number AS throughNumber, as_of_ms AS asOfMs, newest_number AS newestNumber FROM pricing_licences`;
type LicenceCells = Omit<PricingLicence, 'standing'> & { readonly standing: number };

export function pricingEventRows(context: StoreContext): PricingEventStore {
  const { database } = context;
  return {
    recordUses: (events) => database.transaction(() => recordEvents(context, events)),
    recordedUses: (keys) => readRecorded(context, keys),
    asOneCommit: (steps) => database.transaction(steps),
    openPricingLicence: (licence) =>
      database.transaction(() => {
        const known = readLicence(context, licence.userId, licence.resourceId, licence.modelHash);
        return known?.licence ?? beginLicence(context, { ...licence, standing: true }, licence.timeZone);
      }),
    pricingLicence: (userId, resourceId, modelHash) => readLicence(context, userId, resourceId, modelHash),
    licenceNumbered: (licence) => asLicence(database.one<LicenceCells>(`${LICENCE} WHERE licence = ?`, licence)),
    newestEvents: (licences) => {
      const newest = database.all<{ licence: number; newest: number }>(
        'SELECT licence, newest_number AS newest FROM pricing_licences WHERE ended_ms IS NULL AND licence IN (SELECT value FROM json_each(?))',
        JSON.stringify(licences),
      );
      return new Map(newest.map((row) => [row.licence, row.newest]));
    },
    pricingLicences: (userId) => database.all<LicenceCells>(`${LICENCE} WHERE user_id = ? AND standing = 1 ORDER BY licence`, userId).map(plainLicence),
    pricingEvents: (licence) => readEvents(context, licence),
    endPricingLicence: (licence, atMs) => {
      database.run('UPDATE pricing_licences SET ended_ms = ? WHERE licence = ? AND ended_ms IS NULL', Math.max(0, Math.floor(atMs)), licence);
    },
  };
}

export function readEvents(context: StoreContext, licence: number): readonly KeptEvent[] {
  const cells = context.database.all<Omit<KeptEvent, 'amountMinor'> & { readonly amountMinor: string | null }>(
    `SELECT number, event, kind, start_ms AS startMs, duration_ms AS durationMs, CAST(amount_minor AS TEXT) AS amountMinor
     FROM usage_events WHERE licence = ? ORDER BY number`,
    licence,
  );
  return cells.map((event) => ({ ...event, amountMinor: event.amountMinor === null ? null : BigInt(event.amountMinor) }));
}

/** Licences whose cache does not hold their newest event, or whose cycle is over; a few of them. */
export function licencesBehind(context: StoreContext, nowMs: number, limit: number): readonly PricingLicence[] {
  const behind = context.database.all<LicenceCells>(`${LICENCE} WHERE newest_number > through_number ORDER BY licence LIMIT ?`, limit);
  const due = context.database.all<LicenceCells>(
    `${LICENCE} WHERE next_boundary_ms IS NOT NULL AND next_boundary_ms <= ? ORDER BY next_boundary_ms LIMIT ?`,
    nowMs,
    limit,
  );
  return [...behind, ...due.filter(({ licence }) => !behind.some((other) => other.licence === licence))].map(plainLicence);
}

/** @param where SQL after WHERE, with its values */
export function readLicences(context: StoreContext, where: string, ...values: readonly (string | number)[]): readonly PricingLicence[] {
  return context.database.all<LicenceCells>(`${LICENCE} WHERE ${where}`, ...values).map(plainLicence);
}

/** Records what is not recorded yet, in the order given. Part of a transaction. */
export function recordEvents(context: StoreContext, events: readonly NewEvent[]): ReadonlyMap<number, number> {
  const { database } = context;
  const recorded = new Set(
    readRecorded(
      context,
      events.map(({ event }) => event),
    ).keys(),
  );
  const newest = new Map<number, number>();
  let number = database.one<{ last: number | null }>('SELECT max(number) AS last FROM usage_events')?.last ?? 0;
  for (const event of events) {
    if (recorded.has(event.event)) continue;
    recorded.add(event.event);
    number += 1;
    newest.set(recordEvent(context, event, number), number);
  }
  for (const [licence, last] of newest) database.run('UPDATE pricing_licences SET newest_number = ? WHERE licence = ?', last, licence);
  return newest;
}

/** @returns its licence */
function recordEvent(context: StoreContext, event: NewEvent, number: number): number {
  const { licence, startMs } = event.licence ?? licenceOf(context, event);
  context.database.run(
    `INSERT INTO usage_events (number, event, licence, kind, play_id, start_ms, duration_ms, amount_minor, recorded_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[number, event.event, licence, event.kind, event.playId, Math.max(event.startMs, startMs), event.durationMs, event.amountMinor],
    context.clock.wallMs(),
  );
  if (event.kind === 'use' && event.playId === null && (event.amountMinor ?? 0n) > 0n) postDebit(context, event, number, event.amountMinor ?? 0n);
  return licence;
}

function licenceOf(context: StoreContext, event: NewEvent): Pick<PricingLicence, 'licence' | 'startMs'> {
  const known = readLicence(context, event.userId, event.resourceId, event.modelHash);
  return known ?? { licence: beginLicence(context, event, houseTimeZone(context)), startMs: event.startMs };
}

function readRecorded({ database }: StoreContext, keys: readonly string[]): ReadonlyMap<string, RecordedUse> {
  const rows = database.all<{ event: string; licence: number; startMs: number; minor: string | null }>(
    `SELECT event, licence, start_ms AS startMs, CAST(amount_minor AS TEXT) AS minor FROM usage_events
     WHERE event IN (SELECT value FROM json_each(?))`,
    JSON.stringify(keys),
  );
  return new Map(rows.map(({ event, minor, ...use }) => [event, { ...use, amountMinor: BigInt(minor ?? '0') }]));
}

/** No play bills it: its quote is posted with it. Under its number, as numbers follow each other: keys of others would scatter over the index. */
function postDebit(context: StoreContext, { currency, userId }: NewEvent, number: number, amountMinor: bigint): void {
  insertTransfer(context, {
    ...{ key: `debit:#${number}`, debit: 'account-debt', credit: 'earned', amountMinor, currency },
    ...{ party: userId, playId: null, reason: 'bill' },
  });
}

/** The zone in which months begin for licences that begin by themselves. */
function houseTimeZone({ database }: StoreContext): string {
  return database.one<{ value: string }>("SELECT value FROM settings WHERE name = 'time-zone'")?.value ?? 'UTC';
}

/** A licence of the same user and resource under another model ends with this one: it was re-pointed (P-2). */
function beginLicence(
  context: StoreContext,
  licence: Omit<NewEvent, 'licence' | 'event' | 'kind' | 'playId' | 'durationMs' | 'amountMinor'>,
  timeZone: string,
): number {
  const { database } = context;
  const { userId, resourceId, modelHash, currency, standing, startMs } = licence;
  database.run(
    `UPDATE pricing_licences SET ended_ms = max(start_ms, ?) WHERE user_id = ? AND resource_id = ? AND ended_ms IS NULL`,
    ...[startMs, userId, resourceId],
  );
  database.run(
    `INSERT INTO pricing_licences (user_id, resource_id, pricing_model_id, currency, time_zone, standing, start_ms, next_boundary_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[userId, resourceId, modelHash, currency, timeZone, standing ? 1 : 0, startMs, startMs],
  );
  return database.one<{ licence: number }>('SELECT last_insert_rowid() AS licence')?.licence ?? 0;
}

/**
 * The uses that a settled play is: one for each price node of which something was paid. What they cost whole was quoted; the refund of what
 * was not heard stands beside them, in the bill (ruling 10). Part of the transaction that bills the play.
 */
export function recordPlay(context: StoreContext, row: PaySessionRow, heard: HeardCounts): void {
  const { terms, sid, playId, outlet } = row;
  recordSoldUses(context, { key: sid, playId, outlet, startMs: terms.issuedAtMs, packetMs: terms.packetMs, terms }, heard.counts);
}

/** A play under its terms, or the use of a loan under those of the loan. */
interface SoldUse {
  readonly key: string;
  readonly playId: string;
  readonly outlet: string;
  readonly startMs: number;
  readonly packetMs: number;
  readonly terms: Pick<Terms, 'account' | 'currency' | 'work' | 'packets' | 'nodes' | 'parts' | 'sid'>;
}

export function recordSoldUses(context: StoreContext, { key, playId, outlet, startMs, packetMs, terms }: SoldUse, counts: HeardCounts['counts']): void {
  const standing = context.database.one<{ profile: string }>('SELECT profile FROM outlets WHERE outlet = ?', outlet)?.profile === 'set-top';
  const uses: NewEvent[] = [];
  for (const [index, node] of terms.nodes.entries()) {
    const ofNode = counts.filter((count) => count.node === index);
    if (packetsOf(ofNode, 'paid') === 0) continue;
    const shared = context.database.one<{ shared: number }>('SELECT shared FROM pricing_nodes WHERE node = ?', node.id)?.shared === 1;
    uses.push({
      ...{ event: `${key}/${index}`, kind: 'use', playId, userId: terms.account, resourceId: resourceOf(terms, index, standing, shared) },
      ...{ modelHash: node.modelHash, currency: terms.currency, standing, startMs, durationMs: soldPackets(terms, index) * packetMs },
      amountMinor: BigInt(node.quoteMinor),
    });
  }
  recordEvents(context, uses);
}

/** What a history is about: the work (or its part under one price), the node that works share, or for a payer in coins this one play. */
export function resourceOf(terms: Pick<Terms, 'work' | 'nodes' | 'parts' | 'sid'>, index: number, standing: boolean, shared: boolean): string {
  if (!standing) return `${terms.sid}/${index}`;
  const node = terms.nodes[index]?.id ?? '';
  if (shared) return node;
  return terms.parts === undefined ? terms.work : `${terms.work}/${node}`;
}

function readLicence(context: StoreContext, userId: string, resourceId: string, modelHash: string): PricingLicence | null {
  return asLicence(
    context.database.one<LicenceCells>(`${LICENCE} WHERE user_id = ? AND resource_id = ? AND pricing_model_id = ?`, userId, resourceId, modelHash),
  );
}

function asLicence(cells: LicenceCells | null): PricingLicence | null {
  return cells === null ? null : plainLicence(cells);
}

function plainLicence(cells: LicenceCells): PricingLicence {
  return { ...cells, standing: cells.standing === 1 };
}
