import { type Clock, monotonicMs } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** The same trouble is told again after this long, where it lasts. */
const TELL_AGAIN_MS = 60_000;

/**
 * A log whose warnings that carry a `todo` (a sentence for a person: disk full, database locked) are also told to whoever started
 * the program, each once a minute.
 */
export function tellTroubles(log: Log, clock: Clock, tell: (todo: string) => void): Log {
  const toldAtMs = new Map<string, number>();
  return {
    info: (event, facts) => log.info(event, facts),
    warn(event, facts) {
      log.warn(event, facts);
      const todo = facts?.todo;
      const nowMs = monotonicMs(clock);
      if (typeof todo !== 'string' || nowMs - (toldAtMs.get(todo) ?? Number.NEGATIVE_INFINITY) < TELL_AGAIN_MS) return;
      toldAtMs.set(todo, nowMs);
      tell(todo);
    },
  };
}
