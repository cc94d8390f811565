import { assert } from '../../units/assert.ts';

/** A bought play that waits. `position` grows with the order of buying. */
export interface WaitingPlay {
  readonly playId: string;
  readonly payerId: string | null;
  readonly position: number;
  /** More was paid to be heard before the others. */
  readonly next?: boolean;
}

/**
 * Which of the waiting plays comes next. Fairness rules (round robin by payer, priority passes, filters, a calendar) replace
 * this one function; the queue's storage and its money stay as they are (ruling 36).
 * @param waiting in order of position, never empty
 * @param playedBefore payers of the plays that sounded before, newest first
 */
export type QueueRule = (waiting: readonly WaitingPlay[], playedBefore: readonly (string | null)[]) => WaitingPlay;

/** First bought, first played. */
export const firstInFirstOut: QueueRule = (waiting) => {
  const [first] = waiting;
  assert(first !== undefined, 'a rule is asked only where something waits');
  return first;
};

/** The next play, or null where nothing waits. */
export function nextPlay<Play extends WaitingPlay>(
  waiting: readonly Play[],
  rule: QueueRule = firstInFirstOut,
  playedBefore: readonly (string | null)[] = [],
): Play | null {
  if (waiting.length === 0) return null;
  const ordered = waiting.toSorted((left, right) => left.position - right.position);
  const chosen = rule(ordered, playedBefore);
  const play = ordered.find((entry) => entry.playId === chosen.playId);
  assert(play !== undefined, 'a rule chooses among those that wait');
  return play;
}

/** The whole order as the rule would play it: what the screen shows, and what start times are estimated from. */
export function playingOrder<Play extends WaitingPlay>(
  waiting: readonly Play[],
  rule: QueueRule = firstInFirstOut,
  playedBefore: readonly (string | null)[] = [],
): readonly Play[] {
  const order: Play[] = [];
  let left = waiting;
  let history = playedBefore;
  for (let next = nextPlay(left, rule, history); next !== null; next = nextPlay(left, rule, history)) {
    const { playId, payerId } = next;
    order.push(next);
    left = left.filter((entry) => entry.playId !== playId);
    history = [payerId, ...history];
  }
  return order;
}
