import { Decimal } from 'decimal.js';

export interface BenchUse {
  readonly kind: 'use';
  readonly id: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly quote: null;
}

/**
 * What is usually written: every use priced and added with decimal.js, every trigger looked at after every use. Only for the model of
 * the bench: three triggers, monthly cycles of the 28th, UTC. It rounds to 40 digits where the rater is exact.
 */
export function rateWithDecimals(startMs: number, untilMs: number, uses: readonly BenchUse[]): bigint {
  Decimal.set({ precision: 40, rounding: Decimal.ROUND_HALF_UP });
  let [dueMinor, next, cycle] = [0n, 0, 0];
  let lifetime = new Decimal(0);
  let cycleCost = new Decimal('4.95');
  let lifetimeReached = false;
  for (let endMs = monthAfter(startMs, 1); endMs <= untilMs; endMs = monthAfter(startMs, cycle + 1)) {
    let [fixed, metered] = [new Decimal(0), new Decimal(0)];
    let [price, rate] = [new Decimal('0.90'), new Decimal('0.06').div(60_000)];
    let [count, timeMs, discount] = [0, 0, new Decimal(0)];
    const judgeMoney = (): void => {
      if (lifetimeReached || lifetime.plus(fixed).plus(metered).lt('50.00')) return;
      lifetimeReached = true;
      cycleCost = cycleCost.minus('1.00');
    };
    for (let use = uses[next]; use !== undefined && use.startMs < endMs; next += 1, use = uses[next]) {
      fixed = fixed.plus(price);
      count += 1;
      if (count === 10) price = price.times('0.9');
      judgeMoney();
      const before = Math.min(use.durationMs, Math.max(0, 36_000_000 - timeMs));
      metered = metered.plus(rate.times(before));
      if (timeMs < 36_000_000 && timeMs + use.durationMs >= 36_000_000) {
        rate = rate.times('0.5');
        discount = discount.plus('1.00');
      }
      metered = metered.plus(rate.times(use.durationMs - before));
      timeMs += use.durationMs;
      judgeMoney();
    }
    const billed = [fixed, metered, cycleCost].map((amount) => amount.toDecimalPlaces(2));
    const subtotal = billed.reduce((sum, amount) => sum.plus(amount));
    lifetime = lifetime.plus(subtotal);
    if (!lifetimeReached && lifetime.gte('50.00')) {
      lifetimeReached = true;
      cycleCost = cycleCost.minus('1.00');
    }
    dueMinor += BigInt(subtotal.minus(discount).times(100).toFixed(0));
    cycle += 1;
  }
  return dueMinor;
}

function monthAfter(startMs: number, months: number): number {
  const start = new Date(startMs);
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, start.getUTCDate());
}
