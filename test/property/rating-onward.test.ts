import { expect, test } from 'vitest';
import { priceUse } from '../../src/domain/rating/quote-use.ts';
import { openOnward, rateOnward } from '../../src/domain/rating/rate-onward.ts';
import { orderHistory } from '../../src/domain/rating/usage-history.ts';
import { asHistory } from '../oracle/compare.ts';
import { randomPair } from '../oracle/random-pairs.ts';

test('a run that goes on prices each use as a replay of everything before it does, whatever the model', () => {
  let [onward, replayed] = [0, 0];
  for (let seed = 9_001; seed <= 9_300; seed += 1) {
    const { model, history } = asHistory(randomPair(seed));
    const events = orderHistory(history.events).map((event) => (event.kind === 'use' ? { ...event, quote: null } : event));
    const begun = Math.floor(events.length / 3);
    let run = openOnward(model, { ...history, events: events.slice(0, begun) });
    for (const [index, event] of events.entries()) {
      if (index < begun) continue;
      const before = { ...history, events: events.slice(0, index) };
      const price = event.kind === 'accept' || run === null ? null : rateOnward(run, event.startMs, event.durationMs);
      if (price === null) run = openOnward(model, { ...history, events: events.slice(0, index + 1) });
      if (price === null || event.kind === 'accept') {
        replayed += 1;
        continue;
      }
      onward += 1;
      const replay = priceUse(model, before, event.startMs, event.durationMs);
      expect(price, `seed ${seed}, event ${index}`).toEqual(replay.ok ? replay.value.exact : replay.error);
    }
  }
  // A run that never goes on would be equal too.
  expect(onward).toBeGreaterThan(replayed);
}, 60_000);
