import { DAY_MS, dayNumber, daysInMonth } from '../domain/rating/civil.ts';
import { COLUMN_NAMES } from '../domain/rating/columns.ts';
import type { CycleBill } from '../domain/rating/cycle-bill.ts';
import type { RatedHistory } from '../domain/rating/rate-history.ts';
import { conflictingIds, type HistoryEvent } from '../domain/rating/usage-history.ts';
import { limits } from '../limits.ts';
import { minorDigitsOf } from '../units/iso-4217.ts';
import { decimalText, parseRational } from '../units/rational.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';

/** What a usage file holds: a licence and what happened under it. Times in milliseconds since 1970. */
export interface UsageFile {
  readonly currency: string;
  readonly timeZone: string;
  readonly licenceStartMs: number;
  readonly events: readonly HistoryEvent[];
  /** Ids of events that stand there again with another content, of which only the first in order counts. Asked for by those who tell people. */
  conflicts(): readonly string[];
}

export type UsageFault = 'invalid-usage';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads `{licence, currency, time_zone, usage_history}` as in the acceptance cases. An event is `{type: "use", start, end?, id?,
 * acknowledged_ms?, quote?}` or `{type: "acceptAlternatePayment", at, amount, id?}`.
 */
export function readUsageFile(value: unknown): Result<UsageFile, Fault<UsageFault>> {
  if (!isRecord(value) || !isRecord(value.licence) || !Array.isArray(value.usage_history)) {
    return wrong('the file must hold licence, currency, time_zone and usage_history');
  }
  const licenceStartMs = parseInstant(value.licence.start);
  if (licenceStartMs === null) return wrong('licence.start must be a time like 2026-01-28T00:00:00Z');
  const currency = value.currency ?? 'USD';
  if (typeof currency !== 'string' || minorDigitsOf(currency) === null) return wrong(`currency ${JSON.stringify(currency)} is not a code of ISO 4217`);
  const timeZone = value.time_zone ?? 'UTC';
  if (typeof timeZone !== 'string') return wrong('time_zone must be a name like Europe/Berlin');
  const events: HistoryEvent[] = [];
  let usedMs = 0;
  const history: readonly unknown[] = value.usage_history;
  for (let index = 0; index < history.length; index += 1) {
    const event = readEvent(history[index]);
    if (typeof event === 'string') return wrong(`usage_history[${index}]: ${event}`);
    if (event.startMs < licenceStartMs) return wrong(`usage_history[${index}]: the event lies before the licence's start`);
    usedMs += event.kind === 'use' ? event.durationMs : 0;
    if (usedMs > Number.MAX_SAFE_INTEGER) return wrong(`usage_history[${index}]: the uses are longer together than can be counted`);
    events.push(event);
  }
  return ok({ currency, timeZone, licenceStartMs, events, conflicts: () => conflictingIds(events) });
}

function readEvent(entry: unknown): HistoryEvent | string {
  if (!isRecord(entry)) return 'an event must be an object';
  const id = entry.id === undefined ? '' : String(entry.id);
  if (entry.type === 'use') return readUse(entry, id);
  if (entry.type !== 'acceptAlternatePayment') return `there is no type of event ${JSON.stringify(entry.type)}`;
  const startMs = parseInstant(entry.at);
  const amount = typeof entry.amount === 'string' ? parseRational(entry.amount) : null;
  if (startMs === null) return 'at must be a time like 2026-01-28T00:00:00Z';
  return amount === null ? 'amount must be decimal text' : { kind: 'accept', id, startMs, amount };
}

function readUse(entry: Readonly<Record<string, unknown>>, id: string): HistoryEvent | string {
  const startMs = parseInstant(entry.start);
  if (startMs === null) return 'start must be a time like 2026-01-28T00:00:00Z';
  const endMs = entry.end === undefined || entry.end === null ? startMs : parseInstant(entry.end);
  if (endMs === null || endMs < startMs) return 'end must be a time, and not before start';
  const durationMs = entry.acknowledged_ms ?? endMs - startMs;
  if (typeof durationMs !== 'number' || !Number.isSafeInteger(durationMs) || durationMs < 0) return 'acknowledged_ms must be a whole number of milliseconds';
  if (durationMs > limits.ratedUseMs) return 'a use is at most ten years long';
  const quote = entry.quote === undefined || entry.quote === null ? null : parseRational(String(entry.quote));
  if (quote === null && entry.quote !== undefined && entry.quote !== null) return 'quote must be decimal text';
  return { kind: 'use', id, startMs, durationMs, quote };
}

/** @returns milliseconds since 1970, or null where the text is no instant: a wall time without zone is none */
export function parseInstant(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const plain = plainInstant(text);
  if (plain !== null) return plain;
  if (!INSTANT.test(text)) return null;
  const instantMs = Date.parse(text);
  // Date takes 30 February for 2 March.
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return Number.isNaN(instantMs) || day > daysInMonth(year, month) ? null : instantMs;
}

/**
 * `2026-01-28T00:00:00Z`, as nearly all are, read five times as fast as by Date: a simulation reads fifty million. Null for any other
 * text, which Date may understand.
 */
function plainInstant(text: string): number | null {
  if (text.length !== 20 || text.charCodeAt(19) !== LETTER_Z || text.charCodeAt(10) !== LETTER_T) return null;
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return null;
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // What is no digit is Infinity, and fails here.
  const read = year <= 9_999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59 && second <= 59;
  return read ? dayNumber(year, month, day) * DAY_MS + (hour * 3_600 + minute * 60 + second) * 1_000 : null;
}

const [DASH, COLON, LETTER_T, LETTER_Z, DIGIT_0] = [0x2d, 0x3a, 0x54, 0x5a, 0x30];

function twoDigits(text: string, from: number): number {
  const tens = text.charCodeAt(from) - DIGIT_0;
  const ones = text.charCodeAt(from + 1) - DIGIT_0;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.POSITIVE_INFINITY;
}

/** `2026-01-28T00:00:00Z`; milliseconds only where there are some. */
export function instantText(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('.000Z', 'Z');
}

/** The cycles and their sum, in the fields of the acceptance cases. */
export function ratedJson(rated: RatedHistory, digits: number): Readonly<Record<string, unknown>> {
  const text = (minor: bigint): string => decimalText(minor, digits);
  return {
    cycles: rated.bills.map((bill) => cycleJson(bill, text)),
    total_amount_due: text(rated.totalDueMinor),
    offers: rated.offers.map(({ fromMs, amountMinor }) => ({ from: instantText(fromMs), amount: text(amountMinor) })),
    rejected: rated.rejections.map(({ id, atMs, reason }) => ({ id, at: instantText(atMs), reason })),
    vendor_responses: rated.vendorResults.map(({ atMs, name, attributes }) => ({ at: instantText(atMs), name, attributes })),
  };
}

function cycleJson(bill: CycleBill, text: (minor: bigint) => string): Readonly<Record<string, unknown>> {
  const columns = Object.fromEntries(COLUMN_NAMES.map((name) => [name, text(bill.columns[name])]));
  const { discount_this_cycle, quote_honoured, ...costs } = columns;
  return {
    start: instantText(bill.startMs),
    end: instantText(bill.endMs),
    ...costs,
    remaining_installments: bill.remainingInstallments,
    use_count: bill.useCount,
    usage_time_ms: bill.usageTimeMs,
    subtotal: text(bill.subtotal),
    discount_this_cycle,
    // Only where there is one: the cases know no such line.
    ...(bill.columns.quote_honoured === 0n ? {} : { quote_honoured }),
    credit_in: text(bill.creditIn),
    amount_due: text(bill.amountDue),
    credit_out: text(bill.creditOut),
    promotions: bill.promotions,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(message: string): { readonly ok: false; readonly error: Fault<UsageFault> } {
  return fault('invalid-usage', message);
}
