import { describe, expect, test } from 'vitest';
import { adjustmentsSince } from '../../src/domain/rating/adjustments.ts';
import { rateHistory } from '../../src/domain/rating/rate-history.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { asHistory, difference, rateForOracle } from '../oracle/compare.ts';
import { randomPair } from '../oracle/random-pairs.ts';

describe('the rater', () => {
  test('says what the oracle says on 2,000 random models and histories', () => {
    const different: number[] = [];
    for (let seed = 1; seed <= 2_000; seed += 1) if (difference(randomPair(seed)) !== null) different.push(seed);
    // To look at one: npm run oracle -- --pairs 1 --seed N
    expect(different).toEqual([]);
  }, 120_000);

  test('gives the same bills whatever the order of arrival, and however often an event arrives', () => {
    for (let seed = 5_001; seed <= 5_600; seed += 1) {
      const pair = randomPair(seed);
      const random = new SeededRandom(seed);
      const again = pair.events.filter((event) => event.id !== '' && random.fraction() < 0.4);
      const shuffled = [...pair.events, ...again].map((event) => ({ event, at: random.fraction() })).sort((left, right) => left.at - right.at);
      expect(rateForOracle({ ...pair, events: shuffled.map(({ event }) => event) }), `seed ${seed}`).toEqual(rateForOracle(pair));
    }
  }, 60_000);

  test('adjusts closed cycles so that they add up to the replay, whatever came late', () => {
    for (let seed = 6_001; seed <= 6_400; seed += 1) {
      const { model, history } = asHistory(randomPair(seed));
      const bills = (events: typeof history.events) => {
        const rated = rateHistory(model, { ...history, events });
        if (!rated.ok) throw new Error(rated.error.message);
        return rated.value.bills;
      };
      const random = new SeededRandom(seed);
      const closed = bills(history.events.filter(() => random.fraction() < 0.7));
      const replay = bills(history.events);
      const { lines, newBills, netMinor } = adjustmentsSince(closed, [], replay);
      const net = (list: typeof replay) => list.reduce((sum, bill) => sum + bill.subtotal - bill.columns.discount_this_cycle - bill.columns.quote_honoured, 0n);
      // Of an instantaneous cycle, bills after the last closed one are yet to be issued.
      if (model.cycle?.kind !== 'instantaneous') expect(net(closed) + netMinor + net(newBills), `seed ${seed}`).toBe(net(replay));
      expect(adjustmentsSince(closed, lines, replay).lines, `seed ${seed}`).toEqual([]);
    }
  }, 60_000);

  test('closes a cycle alike, whatever comes after it', () => {
    for (let seed = 7_001; seed <= 7_400; seed += 1) {
      const pair = randomPair(seed);
      const earlier = { ...pair, until: pair.start + Math.floor((pair.until - pair.start) * 0.6) };
      const [early, late] = [rateForOracle(earlier).cycles, rateForOracle(pair).cycles] as [unknown[], unknown[]];
      // Bills of one instant are listed when their use ends, which another end may change.
      if (pair.model.cycle?.kind !== 'instantaneous') expect(late.slice(0, early.length), `seed ${seed}`).toEqual(early);
    }
  }, 60_000);
});
