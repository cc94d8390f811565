import { describe, expect, test } from 'vitest';
import { Pacer } from '../../../../src/headend/stream/pacer.ts';
import { monotonicMs } from '../../../../src/ports/clock.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

describe('the pacing wheel', () => {
  test('calls every stream once in 20 ms, spread over the interval, and does not drift', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    const calls: { readonly stream: number; readonly atMs: number }[] = [];
    const startMs = monotonicMs(clock);
    for (let stream = 0; stream < 8; stream += 1) pacer.join({ tick: (nowMs) => void calls.push({ stream, atMs: nowMs - startMs }) });
    await clock.advance(60_000);
    for (let stream = 0; stream < 8; stream += 1) {
      const times = calls.filter((call) => call.stream === stream).map((call) => call.atMs);
      expect(times.length).toBe(3_000);
      expect(times.every((atMs, turn) => Math.abs(atMs - (times[0] ?? 0) - 20 * turn) < 0.001)).toBe(true);
    }
    expect(new Set(calls.slice(0, 8).map((call) => Math.round(call.atMs))).size).toBe(4);
  });

  test('after a hold-up every stream gets its turn at once, none is skipped', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    const turns: number[] = [];
    let heldUpMs = 0;
    const after = clock.after.bind(clock);
    clock.after = (delayMs, call) => after(delayMs + heldUpMs, call);
    for (let stream = 0; stream < 4; stream += 1) pacer.join({ tick: () => void turns.push(stream) });
    heldUpMs = 200;
    await clock.advance(5);
    expect(turns).toEqual([1]);
    heldUpMs = 0;
    await clock.advance(205);
    expect(turns.slice(1).sort()).toEqual([0, 1, 2, 3]);
  });

  test('tells a stream from when on its packets are due right before its turns, whenever it asks', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    for (let stream = 0; stream < 6; stream += 1) {
      const turns: number[] = [];
      const seat = pacer.join({ tick: (nowMs) => void turns.push(nowMs) });
      await clock.advance(47 + stream * 3);
      const askedMs = monotonicMs(clock);
      const dueMs = seat.dueWithTurns(askedMs);
      expect(askedMs - dueMs).toBeGreaterThanOrEqual(0);
      expect(askedMs - dueMs).toBeLessThan(20);
      for (const atMs of turns) expect((((atMs - dueMs) % 20) + 20) % 20).toBeCloseTo(2.5, 3);
    }
  });

  test('holds no timer while nobody streams', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    const { leave } = pacer.join({ tick: () => {} });
    expect(clock.pending).toBe(1);
    leave();
    expect(clock.pending).toBe(0);
    pacer.join({ tick: () => {} });
    expect(clock.pending).toBe(1);
  });
});
