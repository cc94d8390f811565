import { limits } from '../../limits.ts';
import type { Fault, Result } from '../../units/result.ts';
import { fault, ok } from '../../units/result.ts';

/**
 * Where a source of coins stands. The counter is absolute and never goes back within an epoch; the epoch changes when the
 * source lost its memory (another board, a cleared EEPROM).
 */
export interface CounterReading {
  readonly counterEpoch: number;
  readonly counter: number;
}

export type CounterFault = Fault<'counter-went-back' | 'counter-jumped' | 'counter-invalid'>;

/** The idempotency key of a coin (ruling 29): told twice, it counts once. */
export function coinKey(coin: { readonly source: string; readonly counterEpoch: number; readonly counter: number }): string {
  return `coin:${coin.source}:${coin.counterEpoch}:${coin.counter}`;
}

/**
 * The counters of the coins between two readings: 5 then 8 are the coins 6, 7 and 8, whether or not anybody saw them fall.
 * A first reading of an epoch counts from `known` null as zero.
 * Errors: `counter-went-back` (same epoch, lower counter), `counter-jumped` (more than limits.coinsPerReading), `counter-invalid`.
 */
export function countCoins(known: CounterReading | null, reading: CounterReading): Result<readonly number[], CounterFault> {
  if (!Number.isSafeInteger(reading.counter) || reading.counter < 0 || !Number.isSafeInteger(reading.counterEpoch) || reading.counterEpoch < 0)
    return fault('counter-invalid', 'The coin counter does not hold a whole number: check the acceptor, then reset it.');
  const from = known !== null && known.counterEpoch === reading.counterEpoch ? known.counter : 0;
  if (reading.counter < from)
    return fault('counter-went-back', `The coin counter went back from ${from} to ${reading.counter}: check the acceptor; no coin was booked.`);
  const coins = reading.counter - from;
  if (coins > limits.coinsPerReading)
    return fault('counter-jumped', `The coin counter jumped by ${coins}; at most ${limits.coinsPerReading} are believed at once: check the acceptor.`);
  return ok(Array.from({ length: coins }, (_, index) => from + 1 + index));
}
