import { type Clock, monotonicMs } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { createRateLimit } from './rate-limit.ts';

const LINES_AT_ONCE = 20;
const LINES_PER_SECOND = 1;

/**
 * A log in which the events that a stranger can bring about at will fill no disk: of each at most twenty lines at once, and one a second
 * from then on. A line says in `untold` how many were left out before it. All other events pass. Source: ruling 25, "rate-limited".
 */
export function boundLog(log: Log, clock: Clock, events: readonly string[]): Log {
  const limit = createRateLimit(LINES_AT_ONCE, LINES_PER_SECOND, events.length);
  const untold = new Map(events.map((event) => [event, 0]));
  const bounded =
    (write: Log['info']): Log['info'] =>
    (event, facts) => {
      const before = untold.get(event);
      if (before === undefined) write(event, facts);
      else if (limit.take(event, monotonicMs(clock)) > 0) untold.set(event, before + 1);
      else {
        untold.set(event, 0);
        write(event, before === 0 ? facts : { ...facts, untold: before });
      }
    };
  return { info: bounded((event, facts) => log.info(event, facts)), warn: bounded((event, facts) => log.warn(event, facts)) };
}
