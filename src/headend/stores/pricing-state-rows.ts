import { balanceOf } from '../../domain/ledger/ledger.ts';
import { type AdjustmentLine, adjustmentsSince } from '../../domain/rating/adjustments.ts';
import type { CycleBill } from '../../domain/rating/cycle-bill.ts';
import { tellBox } from './account-line-rows.ts';
import { postTransfer, readTotals } from './ledger-rows.ts';
import { billText, cacheRows, dueOf, type LicenceReplay, readBillText, replayLicence, type TableRows } from './licence-replay.ts';
import { licencesBehind, type PricingLicence, readEvents, readLicences } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';
import { keepVendorResults } from './vendor-result-rows.ts';

/** What the audit found wrong with one licence, in words. */
export interface PriceAuditFinding {
  readonly licence: number;
  readonly problem: string;
}

export interface PriceAudit {
  readonly licences: number;
  readonly events: number;
  readonly findings: readonly PriceAuditFinding[];
  /** The last licence that was looked at. */
  readonly through: number;
}

export interface PricingStateStore {
  /** Brings the cache of some licences up to their newest event and to now, closes cycles, posts what they charge. @returns how many */
  refreshLicences(limit: number): number;
  /**
   * Replays licences and compares: the cache, the closed cycles with their adjustment lines, and what the ledger posted. All of them, or so many
   * after one.
   */
  auditPricing(after?: number, limit?: number): PriceAudit;
  /** Closed cycles of a licence and what was added to them, oldest first. */
  cycleInvoices(licence: PricingLicence): readonly CycleBill[];
  cycleAdjustments(licence: PricingLicence): readonly AdjustmentLine[];
}

export function pricingStateRows(context: StoreContext): PricingStateStore {
  return {
    refreshLicences: (limit) => {
      const behind = licencesBehind(context, Math.floor(context.clock.wallMs()), limit);
      for (const licence of behind) context.database.transaction(() => refresh(context, licence));
      return behind.length;
    },
    auditPricing: (after = 0, limit = -1) => context.database.transaction(() => audit(context, after, limit)),
    cycleInvoices: (licence) => readInvoices(context, licence),
    cycleAdjustments: (licence) => readLines(context, licence),
  };
}

function keyOf({ userId, resourceId, modelHash }: PricingLicence): readonly [string, string, string] {
  return [userId, resourceId, modelHash];
}

const KEY = 'user_id = ? AND resource_id = ? AND pricing_model_id = ?';

function refresh(context: StoreContext, licence: PricingLicence): void {
  const { database } = context;
  // The clock may have been set back: what was closed stays closed.
  const asOfMs = Math.max(licence.asOfMs, Math.floor(context.clock.wallMs()), licence.startMs);
  const replay = replayLicence(context, licence, readEvents(context, licence.licence), asOfMs);
  if (replay !== null) {
    for (const table of cacheRows(licence, replay)) syncRows(context, licence, table);
    closeCycles(context, licence, replay);
    keepVendorResults(context, licence, replay.state.vendorResults);
    postCharges(context, licence, replay);
  }
  const next = replay === null || !Number.isFinite(replay.nextBoundaryMs) ? null : replay.nextBoundaryMs;
  database.run(
    'UPDATE pricing_licences SET through_number = ?, as_of_ms = ?, next_boundary_ms = ? WHERE licence = ?',
    ...[licence.newestNumber, asOfMs, next, licence.licence],
  );
}

/** New cycles become invoices; what replay makes of closed ones differently becomes lines (rulings 5 and 9, issue: never a rewrite). */
function closeCycles(context: StoreContext, licence: PricingLicence, { bills }: LicenceReplay): void {
  const { database } = context;
  const nowMs = Math.floor(context.clock.wallMs());
  const issued = readInvoices(context, licence);
  const lastEndMs = issued.reduce((last, bill) => Math.max(last, bill.endMs), Number.NEGATIVE_INFINITY);
  const { lines, newBills } = adjustmentsSince(issued, readLines(context, licence), bills);
  for (const bill of [...newBills, ...bills.filter(({ endMs }) => endMs > lastEndMs)]) {
    database.run(
      `INSERT INTO cycle_invoices (user_id, resource_id, pricing_model_id, start_ms, end_ms, amount_due_minor, bill, issued_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[...keyOf(licence), bill.startMs, bill.endMs, bill.amountDue, billText(bill), nowMs],
    );
  }
  for (const line of lines) {
    database.run(
      `INSERT INTO cycle_adjustments (user_id, resource_id, pricing_model_id, cycle_start_ms, cycle_end_ms, occurrence, column_name, billed_minor,
         replayed_minor, difference_minor, issued_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[...keyOf(licence), line.cycleStartMs, line.cycleEndMs, line.occurrence, line.column, line.billedMinor, line.replayedMinor],
      ...[line.differenceMinor, nowMs],
    );
  }
}

/**
 * Uses were posted with their plays, at their quotes. What a licence charges beside them (a cycle, an instalment, a discount, a quote that
 * the replay undercuts) is posted here, as what is due less what was posted. One account can not get back more than it was charged.
 */
function postCharges(context: StoreContext, licence: PricingLicence, replay: LicenceReplay): void {
  const difference = wantedBeside(context, licence, replay) - postedBeside(context, licence);
  if (difference === 0n) return;
  if (difference < 0n && balanceOf(readTotals(context, licence.currency), 'earned') < -difference) return;
  const key = `cycle:${licence.licence}:${postingsBeside(context, licence)}`;
  if (licence.standing) tellBox(context, licence, { key, minor: difference });
  postTransfer(context, {
    key,
    debit: difference > 0n ? 'account-debt' : 'earned',
    credit: difference > 0n ? 'earned' : 'account-debt',
    amountMinor: difference > 0n ? difference : -difference,
    currency: licence.currency,
    party: licence.userId,
    playId: null,
    reason: difference > 0n ? 'bill' : 'adjustment',
  });
}

function wantedBeside(context: StoreContext, licence: PricingLicence, replay: LicenceReplay): bigint {
  const due = dueOf(replay);
  const least = -chargedForPlays(context, licence);
  if (due < least) return least;
  return due;
}

function chargedForPlays(context: StoreContext, { licence }: PricingLicence): bigint {
  const row = context.database.one<{ minor: string }>(
    `SELECT CAST(coalesce(sum(charged_minor), 0) AS TEXT) AS minor FROM billed_plays
     WHERE play_id IN (SELECT play_id FROM usage_events WHERE licence = ? AND kind = 'use')`,
    licence,
  );
  const debited = context.database.one<{ minor: string }>(
    "SELECT CAST(coalesce(sum(amount_minor), 0) AS TEXT) AS minor FROM usage_events WHERE licence = ? AND kind = 'use' AND play_id IS NULL",
    licence,
  );
  return BigInt(row?.minor ?? '0') + BigInt(debited?.minor ?? '0');
}

const BESIDE = 'key > ? AND key < ?';

/** The keys of its postings lie between these. */
function keysOf({ licence }: PricingLicence): readonly [string, string] {
  return [`cycle:${licence}:`, `cycle:${licence};`];
}

function postedBeside(context: StoreContext, licence: PricingLicence): bigint {
  const row = context.database.one<{ minor: string }>(
    `SELECT CAST(coalesce(sum(CASE WHEN credit = 'earned' THEN amount_minor ELSE -amount_minor END), 0) AS TEXT) AS minor FROM ledger_transfers WHERE ${BESIDE}`,
    ...keysOf(licence),
  );
  return BigInt(row?.minor ?? '0');
}

function postingsBeside(context: StoreContext, licence: PricingLicence): number {
  return context.database.one<{ n: number }>(`SELECT count(*) AS n FROM ledger_transfers WHERE ${BESIDE}`, ...keysOf(licence))?.n ?? 0;
}

/** Writes only what differs: a long history costs a look, not a rewrite. */
function syncRows(context: StoreContext, licence: PricingLicence, { table, columns, rows }: TableRows): void {
  const { database } = context;
  const wanted = new Map(rows.map((row) => [JSON.stringify(row), row]));
  for (const stored of readRows(context, licence, table, columns)) {
    if (wanted.delete(JSON.stringify(stored))) continue;
    database.run(`DELETE FROM ${table} WHERE ${KEY} AND ${columns.map((name) => `${name} IS ?`).join(' AND ')}`, ...keyOf(licence), ...stored);
  }
  const places = ['user_id', 'resource_id', 'pricing_model_id', ...columns];
  const insert = `INSERT INTO ${table} (${places.join(', ')}) VALUES (${places.map(() => '?').join(', ')})`;
  for (const row of wanted.values()) database.run(insert, ...keyOf(licence), ...row);
}

function readRows(context: StoreContext, licence: PricingLicence, table: string, columns: readonly string[]): readonly (readonly (string | number | null)[])[] {
  const rows = context.database.all<Readonly<Record<string, string | number | null>>>(
    `SELECT ${columns.join(', ')} FROM ${table} WHERE ${KEY}`,
    ...keyOf(licence),
  );
  return rows.map((row) => columns.map((name) => row[name] ?? null));
}

function readInvoices(context: StoreContext, licence: PricingLicence): readonly CycleBill[] {
  const rows = context.database.all<{ bill: string }>(`SELECT bill FROM cycle_invoices WHERE ${KEY} ORDER BY number`, ...keyOf(licence));
  return rows.map(({ bill }) => readBillText(bill));
}

function readLines(context: StoreContext, licence: PricingLicence): readonly AdjustmentLine[] {
  const rows = context.database.all<
    Omit<AdjustmentLine, 'billedMinor' | 'replayedMinor' | 'differenceMinor'> & Record<'billed' | 'replayed' | 'difference', string>
  >(
    `SELECT cycle_start_ms AS cycleStartMs, cycle_end_ms AS cycleEndMs, occurrence, column_name AS "column", CAST(billed_minor AS TEXT) AS billed,
       CAST(replayed_minor AS TEXT) AS replayed, CAST(difference_minor AS TEXT) AS difference FROM cycle_adjustments WHERE ${KEY} ORDER BY number`,
    ...keyOf(licence),
  );
  return rows.map(({ billed, replayed, difference, ...line }) => {
    return { ...line, billedMinor: BigInt(billed), replayedMinor: BigInt(replayed), differenceMinor: BigInt(difference) };
  });
}

/** @param limit -1: all that come after */
function audit(context: StoreContext, after: number, limit: number): PriceAudit {
  const findings: PriceAuditFinding[] = [];
  const licences = readLicences(context, 'licence > ? ORDER BY licence LIMIT ?', after, limit);
  let events = 0;
  for (const licence of licences) {
    const history = readEvents(context, licence.licence).filter(({ number }) => number <= licence.throughNumber);
    events += history.length;
    const replay = licence.asOfMs === 0 ? null : replayLicence(context, licence, history, licence.asOfMs);
    if (replay === null) continue;
    for (const problem of problemsOf(context, licence, replay)) findings.push({ licence: licence.licence, problem });
  }
  return { licences: licences.length, events, findings, through: licences.at(-1)?.licence ?? after };
}

function problemsOf(context: StoreContext, licence: PricingLicence, replay: LicenceReplay): readonly string[] {
  const problems: string[] = [];
  for (const { table, columns, rows } of cacheRows(licence, replay)) {
    const stored = new Set(readRows(context, licence, table, columns).map((row) => JSON.stringify(row)));
    const wanted = rows.map((row) => JSON.stringify(row));
    const missing = wanted.filter((row) => !stored.has(row));
    if (missing.length > 0 || stored.size !== wanted.length) {
      problems.push(
        `${table} holds ${[...stored].filter((row) => !wanted.includes(row)).join(' ') || 'nothing'} where a replay gives ${missing.join(' ') || 'nothing'}`,
      );
    }
  }
  const { lines, newBills } = adjustmentsSince(readInvoices(context, licence), readLines(context, licence), replay.bills);
  for (const line of lines)
    problems.push(`${line.column} of the closed cycle from ${line.cycleStartMs} is ${line.billedMinor} with its lines, a replay gives ${line.replayedMinor}`);
  if (newBills.length > 0) problems.push(`${newBills.length} closed cycles have no invoice`);
  const posted = postedBeside(context, licence);
  const wanted = wantedBeside(context, licence, replay);
  if (posted !== wanted) problems.push(`the ledger holds ${posted} beside the plays, a replay gives ${wanted}`);
  return problems;
}
