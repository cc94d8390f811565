import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Due, PlayoutBuffer } from '../../../../device/media/playout-buffer.ts';
import { limits } from '../../../../src/limits.ts';

const payload = (packetIndex: number): Uint8Array => Uint8Array.of(0xfc, packetIndex & 0xff, packetIndex >> 8);
const slot = (sequence: number, packetIndex = sequence) => ({ sequence, packetIndex, payload: payload(packetIndex) });

/** Takes everything that is due now. */
function drain(buffer: PlayoutBuffer, nowMs: number, leadMs: number): Due[] {
  const taken: Due[] = [];
  for (let due = buffer.take(nowMs, leadMs); due !== null; due = buffer.take(nowMs, leadMs)) taken.push(due);
  return taken;
}

const indexes = (taken: readonly Due[]): readonly (number | null)[] => taken.map((due) => (due.payload === null ? null : due.packetIndex));

describe('the playout buffer', () => {
  it('gives every packet once and in order, whatever the order, the losses and the repetitions of what arrives', () => {
    const arrival = fc.record({ index: fc.nat({ max: 79 }), gapMs: fc.nat({ max: 90 }) });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 400 }), (arrivals) => {
        const buffer = new PlayoutBuffer(100);
        let nowMs = 0;
        const given: Due[] = [];
        const placed = new Set<number>();
        for (const { index, gapMs } of arrivals) {
          nowMs += gapMs;
          if (buffer.put(slot(index), nowMs) === 'placed') placed.add(index);
          given.push(...drain(buffer, nowMs, 0));
        }
        for (let round = 0; round < 80; round += 1) {
          nowMs += limits.reorderWaitMs;
          given.push(...drain(buffer, nowMs, 0));
        }
        expect(given.map((due) => due.packetIndex)).toEqual(given.map((_, at) => at));
        const heard = given.filter((due) => due.payload !== null).map((due) => due.packetIndex);
        expect(heard).toEqual([...placed].sort((left, right) => left - right));
        for (const due of given) if (due.payload !== null) expect(due.payload).toEqual(payload(due.packetIndex));
        expect(buffer.concealed).toBe(given.length - heard.length);
      }),
    );
  });

  it('never holds more than its capacity together with the player', () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), fc.array(fc.nat({ max: 200 }), { maxLength: 100 }), (playerPackets, arrivals) => {
        const buffer = new PlayoutBuffer(50);
        buffer.playerPackets = playerPackets;
        for (const index of arrivals) buffer.put(slot(index), 0);
        expect(buffer.buffered + playerPackets).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('waits for a missing packet as long as the player has audio, and then no longer than the reorder wait', () => {
    const buffer = new PlayoutBuffer(50);
    buffer.put(slot(0), 0);
    buffer.put(slot(2), 0);
    expect(indexes(drain(buffer, 0, 0))).toEqual([0]);
    expect(buffer.take(500, limits.concealLeadMs)).toBeNull();
    expect(buffer.take(limits.reorderWaitMs - 1, 0)).toBeNull();
    expect(indexes(drain(buffer, limits.reorderWaitMs, 0))).toEqual([null, 2]);
    expect(buffer.put(slot(1), 100)).toBe('late');
  });

  it('conceals at once what the sender gave up, at the tail as well', () => {
    const buffer = new PlayoutBuffer(50);
    for (const index of [0, 1, 3]) buffer.put(slot(index), 0);
    buffer.abandonBelow(5);
    expect(indexes(drain(buffer, 0, 900))).toEqual([0, 1, null, 3, null]);
  });

  it('conceals a burst of losses without waiting for each packet of it', () => {
    const buffer = new PlayoutBuffer(50);
    buffer.put(slot(0), 0);
    buffer.put(slot(8), 0);
    drain(buffer, 0, 0);
    expect(drain(buffer, limits.reorderWaitMs, 0)).toHaveLength(8);
  });

  it('starts the work again when the next run begins, and takes no straggler of the old run for it', () => {
    const buffer = new PlayoutBuffer(50);
    for (let index = 0; index < 10; index += 1) buffer.put(slot(index), 0);
    drain(buffer, 0, 0);
    buffer.expectRestart(0, 12);
    expect(buffer.put(slot(10), 0)).toBe('placed');
    expect(buffer.restarts).toBe(0);
    expect(buffer.put(slot(12, 0), 0)).toBe('placed');
    expect(buffer.restarts).toBe(1);
    expect(buffer.put(slot(11), 0)).toBe('past');
    expect(buffer.put(slot(13, 1), 0)).toBe('placed');
    expect(indexes(drain(buffer, 0, 0))).toEqual([0, 1]);
  });

  it('tells what was concealed from what was handed out, also where both come again after a pause or in a new epoch', () => {
    const buffer = new PlayoutBuffer(50);
    for (const index of [0, 1, 3]) buffer.put(slot(index), 0);
    buffer.abandonBelow(4);
    drain(buffer, 0, 900);
    buffer.expectContinuation();
    expect([1, 2, 3, 4].map((index) => buffer.put(slot(index + 9, index), 0))).toEqual(['past', 'late', 'past', 'placed']);
    buffer.beginEpoch();
    expect([1, 2, 3, 4, 5].map((index) => buffer.put(slot(index, index), 0))).toEqual(['past', 'late', 'past', 'past', 'placed']);
    buffer.restart(1);
    buffer.beginEpoch();
    expect([1, 2, 3].map((index) => buffer.put(slot(index + 90, index), 0))).toEqual(['placed', 'placed', 'placed']);
  });

  it('refuses a run that nobody asked for', () => {
    const buffer = new PlayoutBuffer(50);
    buffer.put(slot(0), 0);
    expect(buffer.put(slot(40, 3), 0)).toBe('foreign');
  });

  it('goes on without a break after a pause, although slots and packets part', () => {
    const buffer = new PlayoutBuffer(50);
    for (let index = 0; index < 10; index += 1) buffer.put(slot(index), 0);
    expect(drain(buffer, 0, 0)).toHaveLength(10);
    buffer.expectContinuation();
    expect(buffer.put(slot(10, 5), 0)).toBe('past');
    for (let index = 6; index < 14; index += 1) buffer.put(slot(index + 5, index), 0);
    expect(indexes(drain(buffer, 0, 0))).toEqual([10, 11, 12, 13]);
    expect(buffer.restarts).toBe(0);
  });

  it('goes on in a new epoch whose slots begin lower than the old ones ended', () => {
    const buffer = new PlayoutBuffer(50);
    for (let index = 0; index < 10; index += 1) buffer.put(slot(index + 30, index), 0);
    drain(buffer, 0, 0);
    buffer.beginEpoch();
    expect(buffer.put(slot(12, 10), 0)).toBe('placed');
    expect(indexes(drain(buffer, 0, 0))).toEqual([10]);
  });
});

describe('a film that is taken up', () => {
  it('begins with the picture that stands alone before the asked moment, and hands out everything from there on', () => {
    const buffer = new PlayoutBuffer(50);
    buffer.restart(100);
    buffer.beginEpoch();
    buffer.beginsAt(94);
    for (let index = 94; index < 104; index += 1)
      expect(buffer.put({ sequence: 1_000 + index, packetIndex: index, payload: Uint8Array.of(index) }, 0)).toBe('placed');
    expect(Array.from({ length: 10 }, () => buffer.take(0, 500)?.packetIndex)).toEqual([94, 95, 96, 97, 98, 99, 100, 101, 102, 103]);
  });

  it('goes straight on where the player holds what was before: what comes again is not shown again', () => {
    const buffer = new PlayoutBuffer(50);
    for (let index = 0; index < 10; index += 1) buffer.put({ sequence: index, packetIndex: index, payload: Uint8Array.of(index) }, 0);
    while (buffer.take(0, 500) !== null) {}
    buffer.expectContinuation();
    buffer.beginsAt(4);
    expect([4, 9, 10].map((index) => buffer.put({ sequence: 20 + index, packetIndex: index, payload: Uint8Array.of(index) }, 0))).toEqual([
      'past',
      'past',
      'placed',
    ]);
    expect(buffer.take(0, 500)?.packetIndex).toBe(10);
  });
});
