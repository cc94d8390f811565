import { type Fault, fault, ok, type Result } from '../units/result.ts';

/**
 * ccTalk, the serial bus of coin acceptors and bill validators, as far as one of each on it needs: frames with the simple 8-bit checksum,
 * and their messages. Source: ccTalk Generic Specification, parts 1 (frames) and 2 (commands), version 4.
 *
 *   [destination][data bytes][source][header][data ...][checksum]     all bytes together are 0 modulo 256
 */
export interface CctalkFrame {
  readonly destination: number;
  readonly source: number;
  /** The command; 0 in an answer. */
  readonly header: number;
  readonly data: readonly number[];
}

export const CCTALK_HOST = 1;
export const CCTALK_ACCEPTOR = 2;
export const CCTALK_VALIDATOR = 40;

export const CCTALK = {
  answer: 0,
  reset: 1,
  coinId: 184,
  masterInhibit: 228,
  readEvents: 229,
  billMode: 153,
  routeBill: 154,
  billScaling: 156,
  billId: 157,
  readBillEvents: 159,
  inhibits: 231,
  category: 245,
  poll: 254,
} as const;

const SMALLEST_FRAME = 5;
const LARGEST_DATA = 252;

export function encodeCctalk(frame: CctalkFrame): Uint8Array {
  const bytes = [frame.destination, frame.data.length, frame.source, frame.header, ...frame.data];
  return Uint8Array.from([...bytes, checksum(bytes)]);
}

function checksum(bytes: readonly number[]): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}

/**
 * Takes the first whole frame off the bytes that arrived. `rest` is what is left to wait with; frame null: not whole yet.
 * Errors: `noise`: the bytes can not begin a frame, or its checksum is wrong: drop them all and ask again, as the bus has no
 * other mark of a beginning than the pause before it.
 */
export function takeCctalk(bytes: readonly number[]): Result<{ readonly frame: CctalkFrame | null; readonly rest: readonly number[] }, Fault<'noise'>> {
  const length = bytes[1];
  if (length !== undefined && length > LARGEST_DATA) return fault('noise', 'The coin acceptor’s line carries noise: check its cable and its ground.');
  if (length === undefined || bytes.length < SMALLEST_FRAME + length) return ok({ frame: null, rest: bytes });
  const whole = bytes.slice(0, SMALLEST_FRAME + length);
  if ((whole.reduce((sum, byte) => sum + byte, 0) & 0xff) !== 0)
    return fault('noise', 'A message of the coin acceptor arrived damaged: check its cable and its ground.');
  const [destination = 0, , source = 0, header = 0] = whole;
  return ok({ frame: { destination, source, header, data: whole.slice(4, -1) }, rest: bytes.slice(whole.length) });
}

/** One line of the acceptor's event memory: a coin by its position (1 to 16), or an error. */
export type CctalkEvent = { readonly kind: 'coin'; readonly position: number } | { readonly kind: 'error'; readonly code: number };

export interface CctalkEvents {
  /** 0 after a power-up, then 1 to 255 and 1 again. */
  readonly counter: number;
  /** The newest five, newest first. */
  readonly newest: readonly CctalkEvent[];
}

const EVENTS = 5;

/** The answer to readEvents (header 229). Errors: `malformed`. */
export function decodeCctalkEvents(data: readonly number[]): Result<CctalkEvents, Fault<'malformed'>> {
  if (data.length !== 1 + 2 * EVENTS) return fault('malformed', `The coin acceptor answered with ${data.length} bytes of events instead of ${1 + 2 * EVENTS}.`);
  const newest = Array.from({ length: EVENTS }, (_, index): CctalkEvent => {
    const [position = 0, second = 0] = data.slice(1 + 2 * index, 3 + 2 * index);
    return position === 0 ? { kind: 'error', code: second } : { kind: 'coin', position };
  });
  return ok({ counter: data[0] ?? 0, newest });
}

/**
 * The events since `known`, oldest first; `lost` of them are no longer in the acceptor's memory.
 * A counter of 0 is a fresh memory: nothing of before can be told from it.
 */
export function newCctalkEvents<Event>(
  known: number,
  events: { readonly counter: number; readonly newest: readonly Event[] },
): { readonly events: readonly Event[]; readonly lost: number } {
  if (events.counter === 0) return { events: [], lost: 0 };
  const happened = known === 0 ? events.counter : (events.counter - known + 255) % 255;
  return { events: events.newest.slice(0, Math.min(happened, EVENTS)).reverse(), lost: Math.max(0, happened - EVENTS) };
}

/** A coin's name, as in `EU100A`: two letters of the country, the value in minor units, an issue. Null for an empty position or another form. */
export function cctalkCoin(data: readonly number[]): { readonly country: string; readonly valueMinor: bigint } | null {
  const match = /^([A-Z]{2})(\d{3})[A-Z]$/.exec(String.fromCharCode(...data));
  const value = BigInt(match?.[2] ?? 0);
  return match === null || value === 0n ? null : { country: match[1] ?? '', valueMinor: value };
}

/** One line of a validator's event memory. `escrow`: held, and neither the box's nor the guest's until it is routed; `stacked`: the box's. */
export type CctalkBillEvent =
  | { readonly kind: 'escrow' | 'stacked'; readonly bill: number }
  | { readonly kind: 'returned' }
  | { readonly kind: 'status'; readonly code: number };

export interface CctalkBillEvents {
  readonly counter: number;
  /** The newest five, newest first. */
  readonly newest: readonly CctalkBillEvent[];
}

const RETURNED = 1;

/** The answer to readBillEvents (header 159). Errors: `malformed`. */
export function decodeCctalkBillEvents(data: readonly number[]): Result<CctalkBillEvents, Fault<'malformed'>> {
  if (data.length !== 1 + 2 * EVENTS)
    return fault('malformed', `The bill validator answered with ${data.length} bytes of events instead of ${1 + 2 * EVENTS}.`);
  const newest = Array.from({ length: EVENTS }, (_, index): CctalkBillEvent => {
    const [bill = 0, second = 0] = data.slice(1 + 2 * index, 3 + 2 * index);
    if (bill !== 0) return { kind: second === 1 ? 'escrow' : 'stacked', bill };
    return second === RETURNED ? { kind: 'returned' } : { kind: 'status', code: second };
  });
  return ok({ counter: data[0] ?? 0, newest });
}

/** A bill's name, as in `EU0010A`: two letters of the country, the value in its scale, an issue. Null for an empty position or another form. */
export function cctalkBill(data: readonly number[]): { readonly country: string; readonly value: bigint } | null {
  const match = /^([A-Z]{2})(\d{4})[A-Z]$/.exec(String.fromCharCode(...data));
  const value = BigInt(match?.[2] ?? 0);
  return match === null || value === 0n ? null : { country: match[1] ?? '', value };
}

/** The answer to billScaling: what a bill's value is multiplied by, and how many digits of that are behind the point. Null: the country is unknown. */
export function cctalkScaling(data: readonly number[]): { readonly factor: bigint; readonly decimals: number } | null {
  const [low = 0, high = 0, decimals = 0] = data;
  const factor = BigInt(low + 256 * high);
  return data.length !== 3 || factor === 0n || decimals > 4 ? null : { factor, decimals };
}
