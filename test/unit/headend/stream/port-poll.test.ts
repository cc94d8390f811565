import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PortPoll, pollPorts } from '../../../../src/headend/stream/port-poll.ts';
import type { Found } from '../../../../src/headend/stream/receive-batch.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';

let found: Found = 'nothing';
let polls = 0;
let polled: PortPoll;

beforeEach(() => {
  vi.useFakeTimers();
  found = 'nothing';
  polls = 0;
  const poll = (): Found => {
    polls += 1;
    return found;
  };
  polled = pollPorts(systemClock, [{ poll }]);
});

afterEach(() => {
  polled.stop();
  vi.useRealTimers();
});

function pollsIn(milliseconds: number): number {
  const before = polls;
  vi.advanceTimersByTime(milliseconds);
  return polls - before;
}

describe('sockets that nobody watches', () => {
  it('are read every 5 ms while something comes', () => {
    found = 'something';
    expect(pollsIn(5_000)).toBe(1_000);
  });

  it('are read every 50 ms once nothing went or came for a second, and every 5 ms again as soon as something goes', () => {
    pollsIn(1_000);
    expect(pollsIn(1_000)).toBe(20);
    polled.noteTraffic();
    expect(pollsIn(50)).toBe(10);
  });

  it('stay in use while something goes', () => {
    for (let second = 0; second < 5; second += 1) {
      expect(pollsIn(900)).toBe(180);
      polled.noteTraffic();
    }
  });

  it('are in use again with what comes', () => {
    pollsIn(2_000);
    found = 'something';
    pollsIn(50);
    expect(pollsIn(50)).toBe(10);
  });

  it('are read again at once where more waits than one turn may take, and other things have their turn between', () => {
    found = 'more';
    vi.advanceTimersToNextTimer();
    const before = polls;
    for (let turn = 0; turn < 10; turn += 1) vi.advanceTimersToNextTimer();
    expect(polls - before).toBe(10);
    expect(vi.getTimerCount()).toBe(1);
    found = 'nothing';
    vi.advanceTimersToNextTimer();
    expect(pollsIn(50)).toBe(10);
  });

  it('are not read any more once they are closed', () => {
    polled.stop();
    polled.noteTraffic();
    expect(pollsIn(1_000)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
