import { describe, expect, test } from 'vitest';
import type { QueueRule, WaitingPlay } from '../../../../src/domain/queue/queue.ts';
import { nextPlay, playingOrder } from '../../../../src/domain/queue/queue.ts';

const play = (playId: string, payerId: string, position: number): WaitingPlay => ({ playId, payerId, position });
const WAITING = [play('c', 'ben', 3), play('a', 'anna', 1), play('b', 'anna', 2)];

/** Whoever was not just heard comes first. */
const takeTurns: QueueRule = (waiting, [last]) => {
  const [first] = waiting;
  const other = waiting.find(({ payerId }) => payerId !== last) ?? first;
  if (other === undefined) throw new Error('something waits');
  return other;
};

describe('the queue', () => {
  test('plays what was bought first', () => {
    expect(playingOrder(WAITING).map(({ playId }) => playId)).toEqual(['a', 'b', 'c']);
    expect(nextPlay(WAITING)?.playId).toBe('a');
  });

  test('is empty without being asked twice', () => {
    expect(nextPlay([])).toBeNull();
    expect(playingOrder([])).toEqual([]);
  });

  test('takes another rule, which sees who was heard before', () => {
    expect(playingOrder(WAITING, takeTurns).map(({ playId }) => playId)).toEqual(['a', 'c', 'b']);
    expect(nextPlay(WAITING, takeTurns, ['anna'])?.playId).toBe('c');
  });

  test('does not let a rule invent a play', () => {
    expect(() => nextPlay(WAITING, () => play('stranger', 'x', 0))).toThrow('chooses among those that wait');
  });
});
