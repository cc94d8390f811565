/**
 * The session pulse as a watchdog (document 002, R-3): each pulse leases the key until the next one is due. Times are
 * milliseconds of a clock that never goes back.
 */
export interface PulseLease {
  /** Counts the pulses of a licence: each brings another key. */
  readonly number: number;
  readonly pulseMs: number;
  readonly heardAtMs: number;
}

/** A missed pulse ends the lease. */
export function leaseHolds(lease: PulseLease, nowMs: number): boolean {
  return nowMs - lease.heardAtMs < lease.pulseMs;
}

/** Half of the time, so that one pulse may be lost on its way. */
export function pulseIsDue(lease: PulseLease, nowMs: number): boolean {
  return nowMs - lease.heardAtMs >= lease.pulseMs / 2;
}
