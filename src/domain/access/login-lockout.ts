import { limits } from '../../limits.ts';

/** What is remembered of failed sign-ins, also over a restart. Wall time: a box that was off for an hour has waited. */
export interface LockoutState {
  readonly failures: number;
  readonly lockedUntilMs: number;
}

export const NO_FAILURES: LockoutState = { failures: 0, lockedUntilMs: 0 };

/**
 * After limits.loginTries failures the door stays shut for a minute, then twice as long after each further one, at most an hour.
 * A clock that was set back never locks for longer than that hour.
 */
export function noteFailure(state: LockoutState, nowMs: number): LockoutState {
  const failures = state.failures + 1;
  const doublings = failures - limits.loginTries;
  if (doublings < 0) return { failures, lockedUntilMs: state.lockedUntilMs };
  return { failures, lockedUntilMs: nowMs + Math.min(limits.loginLockMs * 2 ** doublings, limits.loginLockMaxMs) };
}

/** Milliseconds until another try is taken; 0: now. */
export function lockedForMs(state: LockoutState, nowMs: number): number {
  const leftMs = state.lockedUntilMs - nowMs;
  return leftMs <= 0 ? 0 : Math.min(leftMs, limits.loginLockMaxMs);
}
