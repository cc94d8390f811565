import { COLUMN_NAMES } from '../../domain/rating/columns.ts';
import type { CycleBill } from '../../domain/rating/cycle-bill.ts';
import { type PreparedModel, prepareModel } from '../../domain/rating/prepared-model.ts';
import { type ColumnTexts, type PricingState, pricingStateAt } from '../../domain/rating/pricing-state.ts';
import type { HistoryEvent } from '../../domain/rating/usage-history.ts';
import { openZone } from '../../domain/rating/zone.ts';
import { assert } from '../../units/assert.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { fromMinor } from '../../units/rational.ts';
import { canonicalJson } from '../../wire/canonical-json.ts';
import { parseModel } from '../../wire/model-json.ts';
import type { KeptEvent, PricingLicence } from './pricing-event-rows.ts';
import type { StoreContext } from './store-context.ts';

/** A licence replayed from its events. */
export interface LicenceReplay {
  readonly state: PricingState;
  /** Closed cycles; none of those that opened after the licence had ended. */
  readonly bills: readonly CycleBill[];
  readonly events: readonly KeptEvent[];
  /** Every use is a cycle of its own. */
  readonly instantaneous: boolean;
  readonly nextBoundaryMs: number;
}

/** Rows of one cache table, without the three columns of the licence's key. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** @returns null where the model is not one that can be replayed: a play under a price of an older program, settled as it was agreed */
export function replayLicence(context: StoreContext, licence: PricingLicence, events: readonly KeptEvent[], asOfMs: number): LicenceReplay | null {
  const model = readModel(context, licence);
  const zone = openZone(licence.timeZone);
  if (model === null || !zone.ok) return null;
  const digits = minorDigitsOf(licence.currency) ?? 2;
  const history = { startMs: licence.startMs, zone: zone.value, events: events.map((event) => asHistory(event, digits)), untilMs: asOfMs };
  const state = pricingStateAt(model, history);
  if (state === null) return null;
  const instantaneous = model.cycle?.kind === 'instantaneous';
  const whole: LicenceReplay = { state, bills: state.bills, events, instantaneous, nextBoundaryMs: state.nextBoundaryMs };
  const { endedMs } = licence;
  if (endedMs === null || instantaneous) return whole;
  const bills = state.bills.filter(({ startMs }) => startMs < endedMs);
  const last = bills.at(-1);
  // The cycle in which it ended is still open.
  if (last === undefined || last.endMs < endedMs) return whole;
  const closed = pricingStateAt(model, { ...history, events: history.events.filter(({ startMs }) => startMs < last.endMs), untilMs: last.endMs });
  return { ...whole, state: closed ?? state, bills, nextBoundaryMs: Number.POSITIVE_INFINITY };
}

/**
 * What a licence charges beside the quotes of its uses, minor units: what its closed cycles ask, less the quotes of the uses in them.
 * Negative where discounts, or quotes that were too high, give something back.
 */
export function dueOf({ bills, events, instantaneous }: LicenceReplay): bigint {
  const closedEndMs = instantaneous ? Number.POSITIVE_INFINITY : bills.reduce((last, bill) => Math.max(last, bill.endMs), Number.NEGATIVE_INFINITY);
  const quoted = events.reduce((sum, { kind, startMs, amountMinor }) => (kind === 'use' && startMs < closedEndMs ? sum + (amountMinor ?? 0n) : sum), 0n);
  return bills.reduce((sum, bill) => sum + bill.amountDue, 0n) - quoted;
}

/** An event of the book as the rater reads it. */
export function asHistory({ event, kind, startMs, durationMs, amountMinor }: KeptEvent, digits: number): HistoryEvent {
  const amount = amountMinor === null ? null : fromMinor(amountMinor, digits);
  if (kind === 'use') return { kind, id: event, startMs, durationMs, quote: amount };
  assert(amount !== null, 'an acceptance names what was accepted');
  return { kind, id: event, startMs, amount };
}

function readModel({ database }: StoreContext, { modelHash, currency }: PricingLicence): PreparedModel | null {
  const text = database.one<{ definition: string }>('SELECT definition FROM pricing_models WHERE hash = ?', modelHash)?.definition;
  const model = text === undefined ? null : parseModel(text);
  return model?.ok ? prepareModel(model.value, currency) : null;
}

const DOCUMENT_COLUMNS = COLUMN_NAMES.slice(0, 7);

/** The cache of a licence as its replay says it. A play of its own is over with its bill: nothing runs on. */
export function cacheRows(licence: PricingLicence, { state, events }: LicenceReplay): readonly TableRows[] {
  const itemised: TableRows = {
    table: 'billing_entries',
    columns: [
      ...['scope_id', 'event', 'session_start', 'session_end', ...DOCUMENT_COLUMNS, 'installments_paid', 'discount_this_cycle', 'quote_honoured'],
      ...['use_count', 'subtotal', 'usage_time'],
    ],
    rows: entryRows(state, events),
  };
  return licence.standing ? [itemised, ...runningRows(state, licence, events)] : [itemised];
}

function entryRows({ entries, installmentsPaid }: PricingState, events: readonly KeptEvent[]): TableRows['rows'] {
  const known = new Map(events.map((event) => [event.event, event]));
  return entries.flatMap((entry) => {
    const event = known.get(entry.event);
    if (event === undefined) return [];
    const { columns } = entry;
    return [
      [
        ...[0, entry.event, event.startMs, event.startMs + event.durationMs, ...amountsOf(columns)],
        ...[installmentsPaid, columns.discount_this_cycle, columns.quote_honoured, event.kind === 'use' ? 1 : 0, entry.subtotal, entry.usageTimeMs],
      ],
    ];
  });
}

function runningRows(state: PricingState, { userId, resourceId, modelHash }: PricingLicence, events: readonly KeptEvent[]): readonly TableRows[] {
  const accepted = events.filter(({ kind }) => kind === 'accept').toSorted((left, right) => left.startMs - right.startMs);
  const takenAt = (index: number): number | null => {
    const [from, until] = [state.offers[index]?.fromMs ?? 0, state.offers[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY];
    return accepted.find(({ startMs, amountMinor }) => startMs >= from && startMs < until && amountMinor === state.offers[index]?.amountMinor)?.startMs ?? null;
  };
  const promotions = state.bills.flatMap((bill, cycle) => bill.promotions.map((promotion, index) => ({ ...promotion, cycle, index })));
  return [
    {
      table: 'pricing_state_info',
      columns: ['scope_id', ...DOCUMENT_COLUMNS, 'remaining_installments', 'discount_this_cycle', 'use_count', 'subtotal', 'usage_time'],
      rows: state.scopes.map(({ scopeId, columns, subtotal, remainingInstallments, useCount, usageTimeMs }) => {
        return [scopeId, ...amountsOf(columns), remainingInstallments, columns.discount_this_cycle, useCount, subtotal, usageTimeMs];
      }),
    },
    { table: 'pending_discounts', columns: ['due_cycle', 'amount'], rows: state.pendingDiscounts.map(({ dueCycle, amount }) => [dueCycle, amount]) },
    {
      table: 'trigger_firings',
      columns: ['number', 'cycle', 'entry_no', 'scope_id', 'fired_at'],
      rows: state.firings.map(({ cycle, entryNumber, scopeId, atMs }, number) => [number, cycle, entryNumber, scopeId, atMs]),
    },
    {
      table: 'rate_segments',
      columns: ['cycle', 'rate_per_ms', 'usage_time'],
      rows: state.rateSegments.map(({ cycle, ratePerMs, ms }) => [cycle, ratePerMs, ms]),
    },
    {
      table: 'offers',
      columns: ['number', 'amount_minor', 'valid_from', 'taken_at'],
      rows: state.offers.map(({ fromMs, amountMinor }, number) => [number, Number(amountMinor), fromMs, takenAt(number)]),
    },
    {
      table: 'promotions',
      columns: ['promotion_id', 'promotion'],
      rows: promotions.map(({ type, value, cycle, index }) => {
        return [
          `${userId}/${resourceId}/${modelHash.slice(0, 16)}/${cycle}/${index}`,
          `<promotionalOffer type="${escapeXml(type)}" value="${escapeXml(value)}"/>`,
        ];
      }),
    },
  ];
}

function amountsOf(columns: ColumnTexts): readonly string[] {
  return DOCUMENT_COLUMNS.map((name) => columns[name]);
}

function escapeXml(text: string): string {
  return text.replace(/[<&"]/g, (letter) => ({ '<': '&lt;', '&': '&amp;', '"': '&quot;' })[letter] ?? letter);
}

/** A closed cycle as canonical JSON, amounts as decimal text. */
export function billText(bill: CycleBill): string {
  const texts = Object.fromEntries(COLUMN_NAMES.map((name) => [name, bill.columns[name].toString()]));
  const { startMs, endMs, remainingInstallments, useCount, usageTimeMs, promotions } = bill;
  const amounts = {
    subtotal: bill.subtotal.toString(),
    creditIn: bill.creditIn.toString(),
    amountDue: bill.amountDue.toString(),
    creditOut: bill.creditOut.toString(),
  };
  return canonicalJson({ ...amounts, startMs, endMs, remainingInstallments, useCount, usageTimeMs, promotions, columns: texts });
}

export function readBillText(text: string): CycleBill {
  const bill = JSON.parse(text) as Omit<CycleBill, 'columns' | 'subtotal' | 'creditIn' | 'amountDue' | 'creditOut'> & {
    readonly columns: Readonly<Record<string, string>>;
    readonly subtotal: string;
    readonly creditIn: string;
    readonly amountDue: string;
    readonly creditOut: string;
  };
  const columns = Object.fromEntries(COLUMN_NAMES.map((name) => [name, BigInt(bill.columns[name] ?? '0')])) as CycleBill['columns'];
  const { subtotal, creditIn, amountDue, creditOut } = bill;
  return { ...bill, columns, subtotal: BigInt(subtotal), creditIn: BigInt(creditIn), amountDue: BigInt(amountDue), creditOut: BigInt(creditOut) };
}
