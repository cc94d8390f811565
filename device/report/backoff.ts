import { limits } from '../../src/limits.ts';
import type { Random } from '../../src/ports/random.ts';

/**
 * How long to wait after the n-th failure in a row: doubling, within limits.reportBackoff*, half of it random, so that a street of
 * boxes does not come back in one second. What the headend asked for is a floor, bounded by an hour.
 * @param failures 1 for the first
 */
export function backoffMs(failures: number, retryAfterMs: number | null, random: Random): number {
  const ceiling = Math.min(limits.reportBackoffMaxMs, limits.reportBackoffMinMs * 2 ** Math.min(20, failures - 1));
  const jitter = (random.bytes(1)[0] ?? 0) / 255;
  const own = Math.max(limits.reportBackoffMinMs, ceiling * (0.5 + 0.5 * jitter));
  return Math.max(own, Math.min(retryAfterMs ?? 0, HOUR_MS));
}

const HOUR_MS = 3_600_000;
