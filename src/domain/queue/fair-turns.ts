import { assert } from '../../units/assert.ts';
import type { QueueRule } from './queue.ts';

/**
 * Fair turns: while a payer waits, no other payer is heard more than `most` times before him.
 *
 *   bought   a1 a2 a3 a4 a5 b1 b2          most = 2
 *   heard    a1 a2 b1 a3 a4 b2 a5
 *
 * A payer is passed over as long as somebody waits who, since his own last turn, has seen that payer heard `most` times. Whoever
 * waits longest for a turn can never be passed over by this, so that somebody may always be heard. Among those who may, whoever
 * paid to be heard next comes first, then the work bought first: no premium buys more than fair turns. Payer null (the house, an account) is a payer like any other.
 * @param most at least 1; 1 is a plain round
 */
export function fairTurns(most: number): QueueRule {
  assert(Number.isInteger(most) && most >= 1, 'at least one turn');
  return (waiting, playedBefore) => {
    const payers = new Set(waiting.map(({ payerId }) => payerId));
    const heardSince = [...payers].map((payer) => countsSince(payer, playedBefore));
    const mayBeHeard = (payer: string | null): boolean => heardSince.every(({ waits, counts }) => waits === payer || (counts.get(payer) ?? 0) < most);
    const turns = waiting.filter(({ payerId }) => mayBeHeard(payerId));
    const next = turns.find((play) => play.next === true) ?? turns[0];
    assert(next !== undefined, 'whoever waits longest may be heard');
    return next;
  };
}

/** How often each payer was heard since `waits` was heard last. */
function countsSince(
  waits: string | null,
  playedBefore: readonly (string | null)[],
): { readonly waits: string | null; readonly counts: ReadonlyMap<string | null, number> } {
  const counts = new Map<string | null, number>();
  for (const payer of playedBefore) {
    if (payer === waits) break;
    counts.set(payer, (counts.get(payer) ?? 0) + 1);
  }
  return { waits, counts };
}
