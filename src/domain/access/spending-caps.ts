/** What may be spent in a day, and what of it is spent or set aside. Minor units, exact. */
export interface DayCap {
  readonly of: 'viewer' | 'account';
  readonly capMinor: bigint;
  readonly spentMinor: bigint;
}

/** What is left under the tightest of the caps, never below nothing; null where there is none. */
export function tightestCap(caps: readonly DayCap[]): { readonly cap: DayCap; readonly leftMinor: bigint } | null {
  let tightest: { readonly cap: DayCap; readonly leftMinor: bigint } | null = null;
  for (const cap of caps) {
    const left = cap.capMinor - cap.spentMinor;
    const leftMinor = left < 0n ? 0n : left;
    if (tightest === null || leftMinor < tightest.leftMinor) tightest = { cap, leftMinor };
  }
  return tightest;
}

/**
 * What may be set aside for a play: its whole price; of what is paid by the minute as much as is left. Null: nothing may.
 * @param byTheMinute a channel, which has no end and is stopped where the money ends
 */
export function ceilingFor(priceMinor: bigint, leftMinor: bigint | null, byTheMinute: boolean): bigint | null {
  if (leftMinor === null || priceMinor <= leftMinor) return priceMinor;
  return byTheMinute && leftMinor > 0n ? leftMinor : null;
}

/** Whether a stream must stop now, so that what is under way (`aheadMs` of it) is paid without passing the ceiling. */
export function reachesCeiling(play: {
  readonly paidSoFarMinor: bigint;
  readonly priceMinor: bigint;
  readonly durationMs: number;
  readonly aheadMs: number;
  readonly ceilingMinor: bigint;
}): boolean {
  const { paidSoFarMinor, priceMinor, durationMs, aheadMs, ceilingMinor } = play;
  // A price that fits as a whole can not pass it.
  if (priceMinor <= ceilingMinor) return false;
  const duration = BigInt(Math.max(1, Math.ceil(durationMs)));
  const ahead = (priceMinor * BigInt(Math.ceil(aheadMs)) + duration - 1n) / duration;
  return paidSoFarMinor + ahead > ceilingMinor;
}

const DAY_MS = 86_400_000;

/** The day of a calendar on the wall. A day that was seen comes never again, whatever a clock says. */
export function spendingDay(nowMs: number, offsetMs: number, lastDay: number): number {
  return Math.max(lastDay, Math.floor((nowMs + offsetMs) / DAY_MS));
}
