import type { MonotonicNs, WallMs } from '../units/time.ts';

/** The only source of time. Everything that waits, waits here: the simulation turns this clock by hand. */
export interface Clock {
  monotonicNs(): MonotonicNs;
  wallMs(): WallMs;
  /** Calls back once, not before `delayMs` from now. Returns the cancellation. */
  after(delayMs: number, call: () => void): () => void;
}

export function monotonicMs(clock: Clock): number {
  return Number(clock.monotonicNs()) / 1e6;
}

export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Calls `call` every `periodMs` on an absolute schedule (a late tick does not shift the following ones). */
export function every(clock: Clock, periodMs: number, call: () => void): () => void {
  let due = monotonicMs(clock) + periodMs;
  let cancel = (): void => {};
  const arm = (): void => {
    cancel = clock.after(Math.max(0, due - monotonicMs(clock)), () => {
      due = Math.max(due + periodMs, monotonicMs(clock));
      arm();
      call();
    });
  };
  arm();
  return () => cancel();
}
