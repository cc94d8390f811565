import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reception } from '../../device/media/reception.ts';
import { Redundancy } from '../../src/headend/stream/redundancy.ts';
import { limits } from '../../src/limits.ts';

const PACKET_MS = 20;
const BURST = 27;

interface Path {
  /** Of first transmissions, by their number. */
  readonly isLost: (sequence: number) => boolean;
  readonly delayMs: (sequence: number) => number;
  readonly roundTripMs: number;
  /** When the headend asks, milliseconds after the start, besides every five seconds. */
  readonly asks: readonly number[];
}

/** What a sender decides over a path, as seen by the real receiver, at each moment. A burst of the prebuffer, then the pace of the music. */
function follow({ isLost, delayMs, roundTripMs, asks }: Path, seconds: number): readonly { readonly atMs: number; readonly depth: number }[] {
  const packets = Array.from({ length: seconds * 50 }, (_, sequence) => ({ sequence, sentMs: Math.max(0, sequence - BURST) * PACKET_MS }));
  const arrivals = packets
    .filter(({ sequence }) => !isLost(sequence))
    .map(({ sequence, sentMs }) => ({ sequence, atMs: sentMs + roundTripMs / 2 + delayMs(sequence) }))
    .sort((one, other) => one.atMs - other.atMs);
  const reports = [0, ...asks, ...Array.from({ length: Math.floor(seconds / 5) }, (_, at) => 5_000 * (at + 1))].sort((one, other) => one - other);
  const reception = new Reception(0, PACKET_MS);
  const redundancy = new Redundancy(2, 960);
  let at = 0;
  return reports.map((askedMs) => {
    redundancy.noteAsked(askedMs);
    const heardMs = askedMs + roundTripMs / 2;
    for (let next = arrivals[at]; next !== undefined && next.atMs <= heardMs; next = arrivals[at]) {
      reception.noteArrival(next.sequence, next.atMs);
      at += 1;
    }
    redundancy.noteReport(reception.report(heardMs), roundTripMs, askedMs + roundTripMs);
    redundancy.noteRepeat();
    return { atMs: askedMs + roundTripMs, depth: redundancy.depth };
  });
}

const asks = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 30 });
const roundTripMs = fc.integer({ min: 0, max: 500 });
const delays = fc.array(fc.integer({ min: 0, max: 190 }), { minLength: 1, maxLength: 97 });
const delayFrom = (delaysMs: readonly number[]) => (sequence: number) => delaysMs[sequence % delaysMs.length] ?? 0;

test('a path that loses nothing brings no copies, in whatever order and however late its packets come, whenever it is asked', () => {
  fc.assert(
    fc.property(delays, roundTripMs, asks, (delaysMs, trip, when) => {
      const depths = follow({ isLost: () => false, delayMs: delayFrom(delaysMs), roundTripMs: trip, asks: when }, 30);
      expect(depths.filter(({ depth }) => depth > 0)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('no path brings copies in its first second, whatever it loses', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9 }), delays, roundTripMs, asks, (every, delaysMs, trip, when) => {
      const path = { isLost: (sequence: number) => sequence % every === 1, delayMs: delayFrom(delaysMs), roundTripMs: trip, asks: when };
      expect(follow(path, 5).filter(({ atMs, depth }) => atMs < limits.redundancyFirstMs && depth > 0)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('a path that loses a packet in twenty has copies from the second report of its ordinary ones on, and keeps them', () => {
  fc.assert(
    fc.property(delays, roundTripMs, asks, (delaysMs, trip, when) => {
      const path = { isLost: (sequence: number) => sequence % 20 === 7, delayMs: delayFrom(delaysMs), roundTripMs: trip, asks: when };
      expect(follow(path, 30).filter(({ atMs, depth }) => atMs >= 10_000 + trip && depth === 0)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('losses that stay as they are change the decision once, and then no more: between on and off lies a factor of two', () => {
  fc.assert(
    fc.property(fc.integer({ min: 11, max: 200 }), delays, fc.integer({ min: 0, max: 100 }), (every, delaysMs, trip) => {
      const path = { isLost: (sequence: number) => sequence % every === 5, delayMs: delayFrom(delaysMs), roundTripMs: trip, asks: [] };
      const depths = follow(path, 120).map(({ depth }) => depth);
      expect(depths.filter((depth, at) => at > 0 && depth < (depths[at - 1] ?? 0))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
