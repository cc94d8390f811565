import type { Clock } from '../ports/clock.ts';

/** The real clock of this machine: the only place where a timer of Node is started. */
export const systemClock: Clock = {
  monotonicNs: () => process.hrtime.bigint(),
  wallMs: () => Date.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};
