import { describe, expect, test } from 'vitest';
import { Redundancy } from '../../../../src/headend/stream/redundancy.ts';
import { limits } from '../../../../src/limits.ts';

const ROOM = 1_400;

function sender(most = 2) {
  const redundancy = new Redundancy(most, 960);
  const send = (sequence: number, packetIndex = sequence, { challenged = false, bytes = 100 } = {}) => {
    const copies = redundancy.copiesFor(sequence, packetIndex, ROOM - bytes);
    redundancy.noteSent(sequence, packetIndex, new Uint8Array(bytes).fill(sequence), challenged);
    return copies.map(({ ticksBefore }) => ticksBefore / 960);
  };
  return { redundancy, send };
}

describe('copies of earlier packets', () => {
  test('a good path carries none; a share of losses brings one, a large one two, never more than agreed', () => {
    const { redundancy, send } = sender();
    for (let at = 0; at < 100; at += 1) expect(send(at)).toEqual([]);
    redundancy.noteReport(0.02, 50, 0);
    expect(redundancy.depth).toBe(0);
    redundancy.noteReport(0.04, 50, 0);
    expect(send(100)).toEqual([1]);
    redundancy.noteReport(0.12, 50, 0);
    expect(send(101)).toEqual([2, 1]);
    const one = sender(1);
    one.redundancy.noteReport(0.5, 50, 0);
    expect([one.send(0), one.send(1), one.send(2)]).toEqual([[], [1], [1]]);
  });

  test('a long way, on which what is sent again comes too late, needs fewer losses', () => {
    const { redundancy } = sender();
    redundancy.noteReport(0.012, 300, 0);
    expect(redundancy.depth).toBe(1);
  });

  test('begin with what had to be sent again, long before a report says so', () => {
    const { redundancy, send } = sender();
    for (let at = 0; at < 60; at += 1) {
      send(at);
      if (at % 20 === 0) redundancy.noteRepeat();
    }
    expect(redundancy.depth).toBe(1);
  });

  test('end when the path was good for a while, not by the first good report', () => {
    const { redundancy } = sender();
    redundancy.noteReport(0.15, 50, 0);
    redundancy.noteReport(0, 50, 5_000);
    redundancy.noteReport(0, 50, 10_000);
    expect(redundancy.depth).toBe(2);
    redundancy.noteReport(0.12, 50, 15_000);
    redundancy.noteReport(0, 50, 20_000);
    redundancy.noteReport(0, 50, 20_000 + limits.redundancyHoldMs - 1);
    expect(redundancy.depth).toBe(2);
    redundancy.noteReport(0, 50, 20_000 + limits.redundancyHoldMs);
    expect(redundancy.depth).toBe(0);
  });

  test('a packet with a challenge is never copied: its sound alone would not answer', () => {
    const { redundancy, send } = sender();
    redundancy.noteReport(0.15, 50, 0);
    send(0);
    send(1, 1, { challenged: true });
    expect(send(2)).toEqual([2]);
    expect(send(3)).toEqual([1]);
  });

  test('nothing is copied over a jump in the work, over slots that were left out, or beyond what a datagram holds', () => {
    const { redundancy, send } = sender();
    redundancy.noteReport(0.15, 50, 0);
    send(0, 0);
    expect(send(1, 500)).toEqual([]);
    expect(send(2, 501)).toEqual([1]);
    expect(send(300, 799)).toEqual([]);
    expect(send(301, 800, { bytes: 1_275 })).toEqual([1]);
    expect(send(302, 801)).toEqual([]);
  });

  test('where none were agreed there are none, whatever is lost', () => {
    const { redundancy, send } = sender(0);
    redundancy.noteReport(1, 50, 0);
    expect([send(0), send(1), redundancy.depth]).toEqual([[], [], 0]);
  });
});
