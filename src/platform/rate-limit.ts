/** A bounded set of token buckets, one a key (an address, a route). */
export interface RateLimit {
  /**
   * @param cost of the request, one unless it is said; at most the burst
   * @returns 0 where the request may pass, otherwise the milliseconds to wait
   */
  take(key: string, nowMs: number, cost?: number): number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * @param burst requests at once
 * @param perSecond requests that come back each second
 * @param keysMax buckets kept; the one not used for longest goes first (it is full again or nearly so)
 */
export function createRateLimit(burst: number, perSecond: number, keysMax: number): RateLimit {
  const buckets = new Map<string, Bucket>();
  return {
    take(key, nowMs, cost = 1) {
      const bucket = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1_000);
      bucket.atMs = nowMs;
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > keysMax) {
        const oldest = buckets.keys().next().value;
        if (oldest !== undefined) buckets.delete(oldest);
      }
      if (bucket.tokens < cost) return Math.ceil(((cost - bucket.tokens) * 1_000) / perSecond);
      bucket.tokens -= cost;
      return 0;
    },
  };
}
