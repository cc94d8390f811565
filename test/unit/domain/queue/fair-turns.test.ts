import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fairTurns } from '../../../../src/domain/queue/fair-turns.ts';
import { nextPlay, playingOrder, type WaitingPlay } from '../../../../src/domain/queue/queue.ts';

const bought = (order: string): readonly WaitingPlay[] => [...order].map((payerId, index) => ({ playId: `${payerId}${index}`, payerId, position: index }));
const heard = (order: string, turns: number, before = ''): string =>
  playingOrder(bought(order), fairTurns(turns), [...before].reverse())
    .map(({ payerId }) => payerId)
    .join('');

describe('fair turns', () => {
  test.each([
    ['aaaaabb', 2, '', 'aabaaba'],
    ['aaaabbbb', 1, '', 'abababab'],
    ['aaabc', 2, '', 'aabca'],
    ['aaab', 2, 'aa', 'baaa'],
    ['aaa', 1, 'aaaa', 'aaa'],
  ])('bought %s with %i turns, after %s', (order, turns, before, expected) => {
    expect(heard(order, turns, before)).toBe(expected);
  });

  test('a payer who comes late waits for no more than the turns of each other one', () => {
    expect(heard('aaaaaaaac', 2, 'aaaaaa')).toBe('caaaaaaaa');
  });

  test('no payer who waits hears another one more than so often before him, whatever is bought, and whenever', () => {
    const events = fc.array(fc.oneof(fc.record({ buys: fc.nat(4), next: fc.boolean() }), fc.constant('next' as const)), { maxLength: 120 });
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 4 }), (story, turns) => {
        const rule = fairTurns(turns);
        let waiting: WaitingPlay[] = [];
        const history: (string | null)[] = [];
        /** For each who waits: how often each other was heard while he did. */
        const seen = new Map<string, Map<string, number>>();
        story.forEach((event, position) => {
          if (event !== 'next') {
            const payerId = `p${event.buys}`;
            if (!waiting.some((entry) => entry.payerId === payerId)) seen.set(payerId, new Map());
            waiting.push({ playId: `${position}`, payerId, position, next: event.next });
            return;
          }
          const play = nextPlay(waiting, rule, history);
          if (play === null) return;
          const payer = play.payerId ?? '';
          waiting = waiting.filter((entry) => entry !== play);
          history.unshift(payer);
          seen.set(payer, new Map());
          for (const other of new Set(waiting.map(({ payerId }) => payerId ?? ''))) {
            if (other === payer) continue;
            const counts = seen.get(other) ?? new Map<string, number>();
            counts.set(payer, (counts.get(payer) ?? 0) + 1);
            expect(counts.get(payer)).toBeLessThanOrEqual(turns);
          }
        });
      }),
    );
  });

  test('who paid to be heard next is heard first, as far as turns stay fair', () => {
    const waiting = bought('abcca').map((play) => ({ ...play, next: play.payerId === 'c' }));
    const order = (before: string): string =>
      playingOrder(waiting, fairTurns(1), [...before])
        .map(({ payerId }) => payerId)
        .join('');
    expect(order('')).toBe('cabca');
    // Both others have waited since c was heard: no premium buys c another turn before them.
    expect(order('ca')).toBe('bacac');
  });

  test('one payer alone is heard in the order of buying, and nobody is left out', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (order, turns) => {
        const played = playingOrder(bought(order), fairTurns(turns));
        expect(played.map(({ playId }) => playId).toSorted()).toEqual(
          bought(order)
            .map(({ playId }) => playId)
            .toSorted(),
        );
        for (const payer of 'abc') {
          const own = played.filter(({ payerId }) => payerId === payer).map(({ position }) => position);
          expect(own).toEqual(own.toSorted((left, right) => left - right));
        }
      }),
    );
  });
});
