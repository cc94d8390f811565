import { describe, expect, test } from 'vitest';
import { Redundancy } from '../../../../src/headend/stream/redundancy.ts';
import { limits } from '../../../../src/limits.ts';

const ROOM = 1_400;
const REPORT_MS = 5_000;
const REPORT_PACKETS = 250;

function sender(most = 2) {
  const redundancy = new Redundancy(most, 960);
  redundancy.noteAsked(0);
  redundancy.noteReport({ highestSequence: 9, cumulativeLost: 0 }, 50, 200);
  const path = { highestSequence: 9, cumulativeLost: 0, atMs: 0 };
  const send = (sequence: number, packetIndex = sequence, { challenged = false, bytes = 100 } = {}) => {
    const copies = redundancy.copiesFor(sequence, packetIndex, ROOM - bytes);
    redundancy.noteSent(sequence, packetIndex, new Uint8Array(bytes).fill(sequence), challenged);
    return copies.map(({ ticksBefore }) => ticksBefore / 960);
  };
  /** The next report, over so many packets, of which so many were lost. */
  const report = (lost: number, { packets = REPORT_PACKETS, afterMs = REPORT_MS, roundTripMs = 50 } = {}) => {
    path.highestSequence += packets;
    path.cumulativeLost += lost;
    path.atMs += afterMs;
    redundancy.noteReport({ ...path }, roundTripMs, path.atMs);
    return redundancy.depth;
  };
  return { redundancy, send, report };
}

describe('copies of earlier packets', () => {
  test('a good path carries none; a share of losses brings one, a large one two, never more than agreed', () => {
    const { send, report } = sender();
    for (let at = 0; at < 100; at += 1) expect(send(at)).toEqual([]);
    expect(report(5)).toBe(0);
    expect(report(10)).toBe(1);
    expect(send(100)).toEqual([1]);
    expect(report(30)).toBe(2);
    expect(send(101)).toEqual([2, 1]);
    const one = sender(1);
    one.report(125);
    expect([one.send(0), one.send(1), one.send(2)]).toEqual([[], [1], [1]]);
  });

  test('a long way, on which what is sent again comes too late, needs fewer losses', () => {
    const { report } = sender();
    expect(report(3, { roundTripMs: 300 })).toBe(1);
  });

  test('what was sent again brings none, however often: it asks for a report, and that decides', () => {
    const { redundancy, send, report } = sender();
    for (let at = 0; at < 200; at += 1) {
      send(at);
      redundancy.noteRepeat();
    }
    expect([redundancy.depth, redundancy.wantsReport]).toEqual([0, true]);
    redundancy.noteAsked(4_000);
    expect(redundancy.wantsReport).toBe(false);
    redundancy.noteRepeat();
    expect(redundancy.wantsReport).toBe(false);
    expect(report(0)).toBe(0);
  });

  test('a few packets prove nothing: a window goes on until it is long enough, unless the losses are plain', () => {
    const { report } = sender();
    expect(report(4, { packets: 50, afterMs: 1_000 })).toBe(0);
    expect(report(2, { packets: 100, afterMs: 2_000 })).toBe(0);
    expect(report(1, { packets: 50, afterMs: 1_000 })).toBe(1);
    const plain = sender();
    expect(plain.report(4, { packets: 40, afterMs: 1_000 })).toBe(0);
    expect(plain.report(1, { packets: 10, afterMs: 500 })).toBe(2);
  });

  test('nothing is decided in the first second, nor by the first report, which may name what is under way', () => {
    const { redundancy, report } = sender();
    expect(report(200, { afterMs: 900 })).toBe(0);
    const late = new Redundancy(2, 960);
    late.noteAsked(0);
    late.noteReport({ highestSequence: 300, cumulativeLost: 150 }, 50, 5_000);
    expect([redundancy.depth, late.depth]).toEqual([0, 0]);
  });

  test('end when less than half of what began them is lost for a while, not by the first good report', () => {
    const { report } = sender();
    expect(report(38)).toBe(2);
    expect(report(0)).toBe(2);
    expect(report(30)).toBe(2);
    expect([report(0), report(0), report(0)]).toEqual([2, 2, 2]);
    expect(report(0, { afterMs: limits.redundancyHoldMs - 2 * REPORT_MS })).toBe(0);
    expect(report(25)).toBe(2);
    expect(Array.from({ length: 9 }, () => report(8)).at(-1)).toBe(1);
    expect(Array.from({ length: 9 }, () => report(5)).at(-1)).toBe(1);
    expect(Array.from({ length: 9 }, () => report(3)).at(-1)).toBe(0);
  });

  test('a receiver that counts sequences in another cycle says the same', () => {
    const { redundancy } = sender();
    redundancy.noteReport({ highestSequence: 65_536 + 9 + 250, cumulativeLost: 25 }, 50, 5_000);
    expect(redundancy.depth).toBe(2);
  });

  test('a packet with a challenge is never copied: its sound alone would not answer', () => {
    const { send, report } = sender();
    report(38);
    send(0);
    send(1, 1, { challenged: true });
    expect(send(2)).toEqual([2]);
    expect(send(3)).toEqual([1]);
  });

  test('nothing is copied over a jump in the work, over slots that were left out, or beyond what a datagram holds', () => {
    const { send, report } = sender();
    report(38);
    send(0, 0);
    expect(send(1, 500)).toEqual([]);
    expect(send(2, 501)).toEqual([1]);
    expect(send(300, 799)).toEqual([]);
    expect(send(301, 800, { bytes: 1_275 })).toEqual([1]);
    expect(send(302, 801)).toEqual([]);
  });

  test('where none were agreed there are none, whatever is lost', () => {
    const { redundancy, send, report } = sender(0);
    report(250);
    redundancy.noteRepeat();
    redundancy.noteRepeat();
    expect([send(0), send(1), redundancy.depth, redundancy.wantsReport]).toEqual([[], [], 0, false]);
  });
});
