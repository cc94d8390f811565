import type { Clock } from '../../ports/clock.ts';
import type { Found } from './receive-batch.ts';

/** As often as the wheel of the streams turns: an ACK may wait for so long. */
const POLL_MS = 5;
/** While nothing goes and nothing comes, and after how many polls without anything that is so. */
const IDLE_POLL_MS = 50;
const IDLE_POLLS = 200;

export interface PortPoll {
  /** Something is being sent: an answer may come soon. */
  noteTraffic(): void;
  stop(): void;
}

/** Reads these ports every 5 ms, at once where more waits than one turn may take, and every 50 ms while nothing has gone or come for a second. */
export function pollPorts(clock: Clock, ports: readonly { poll(): Found }[]): PortPoll {
  let quiet = 0;
  let idle = false;
  let stopped = ports.length === 0;
  let cancel = (): void => {};
  const after = (delayMs: number): void => {
    cancel = clock.after(delayMs, poll);
  };
  const poll = (): void => {
    const states = ports.map((port) => port.poll());
    quiet = states.every((state) => state === 'nothing') ? quiet + 1 : 0;
    idle = quiet >= IDLE_POLLS;
    if (stopped) return;
    if (states.includes('more')) {
      const turn = setImmediate(poll);
      cancel = () => clearImmediate(turn);
    } else after(idle ? IDLE_POLL_MS : POLL_MS);
  };
  if (!stopped) after(POLL_MS);
  return {
    noteTraffic: () => {
      quiet = 0;
      if (!idle || stopped) return;
      idle = false;
      cancel();
      after(POLL_MS);
    },
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
