import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CoinEdge, createPulseDecoder, type PulseNews, type PulseSetup, passTime, takeEdge } from '../../../../src/domain/cash/pulse-decoder.ts';

const EACH: PulseSetup = {
  shortestMs: 18,
  longestMs: 520,
  bounceMs: 4,
  burstPauseMs: 300,
  jamMs: 2_000,
  coding: { kind: 'each', valueMinor: 10n },
};
const BURSTS: PulseSetup = {
  ...EACH,
  coding: {
    kind: 'bursts',
    values: new Map([
      [1, 50n],
      [2, 100n],
      [4, 200n],
    ]),
  },
};

/** Edges of pulses with these widths and pauses, one after the other. */
function edges(pulses: readonly (readonly [downMs: number, upMs: number])[], startMs = 1_000): readonly CoinEdge[] {
  let at = startMs;
  return pulses.flatMap(([downMs, upMs]) => {
    const pair = [
      { low: true, atMs: at },
      { low: false, atMs: at + downMs },
    ];
    at += downMs + upMs;
    return pair;
  });
}

function decode(setup: PulseSetup, stream: readonly CoinEdge[]): readonly PulseNews[] {
  const decoder = createPulseDecoder(setup);
  const news = stream.flatMap((edge) => takeEdge(decoder, edge));
  return [...news, ...passTime(decoder, (stream.at(-1)?.atMs ?? 0) + 10_000)];
}

const times = (count: number, downMs: number, upMs: number): readonly (readonly [number, number])[] => Array.from({ length: count }, () => [downMs, upMs]);

function tally(news: readonly PulseNews[]): { readonly coins: bigint[]; readonly unexplained: number } {
  return {
    coins: news.flatMap((one) => (one.kind === 'coin' ? [one.valueMinor] : [])),
    unexplained: news.reduce((sum, one) => sum + (one.kind === 'unexplained' ? one.pulses : 0), 0),
  };
}

describe('a line where every pulse is a coin', () => {
  test.each([
    [20, 20],
    [20, 300],
    [50, 100],
    [100, 100],
    [500, 200],
  ])('counts pulses of %i ms with pauses of %i ms', (downMs, upMs) => {
    expect(tally(decode(EACH, edges(times(50, downMs, upMs))))).toEqual({ coins: Array(50).fill(10n), unexplained: 0 });
  });

  test.each([6, 15, 600, 1_900])('a pulse of %i ms is unexplained, never a coin', (ms) => {
    expect(tally(decode(EACH, edges([[ms, 100]])))).toEqual({ coins: [], unexplained: 1 });
  });

  test('bounces at both ends belong to the pulse', () => {
    const bounced = [0, 1, 2, 50, 51, 53.5].map((at, index) => ({ low: index % 2 === 0, atMs: 1_000 + at }));
    expect(tally(decode(EACH, bounced))).toEqual({ coins: [10n], unexplained: 0 });
  });

  test('a spike shorter than a bounce is nothing at all', () => {
    expect(decode(EACH, edges([[2, 100]]))).toEqual([]);
  });

  test('a jam is told while it lasts, and cleared when the line rises', () => {
    const decoder = createPulseDecoder(EACH);
    takeEdge(decoder, { low: true, atMs: 100 });
    expect(passTime(decoder, 2_099)).toEqual([]);
    expect(passTime(decoder, 2_100)).toEqual([{ kind: 'jam', atMs: 2_100 }]);
    expect(passTime(decoder, 9_000)).toEqual([]);
    takeEdge(decoder, { low: false, atMs: 9_500 });
    expect(passTime(decoder, 9_600)).toEqual([{ kind: 'clear', atMs: 9_500 }]);
  });

  test('an edge that repeats the state, or comes out of the past, moves nothing', () => {
    const stream = edges([[50, 100]]);
    const disturbed = [...stream.flatMap((edge) => [edge, edge]), { low: true, atMs: 5 }];
    expect(decode(EACH, disturbed)).toEqual(decode(EACH, stream));
  });
});

describe('a line where the number of pulses is the coin', () => {
  test.each([
    [1, 50n],
    [2, 100n],
    [4, 200n],
  ])('%i pulses are worth %i', (pulses, value) => {
    expect(decode(BURSTS, edges(times(pulses, 50, 50)))).toMatchObject([{ kind: 'coin', valueMinor: value, pulses }]);
  });

  test.each([3, 5, 100])('%i pulses are no coin: unexplained, not rounded to a neighbour', (pulses) => {
    expect(decode(BURSTS, edges(times(pulses, 50, 50)))).toMatchObject([{ kind: 'unexplained', pulses, why: 'burst' }]);
  });

  test('a pulse of a wrong width spoils no other: it is unexplained by itself', () => {
    const news = decode(
      BURSTS,
      edges([
        [50, 50],
        [10, 50],
        [50, 400],
      ]),
    );
    expect(tally(news)).toEqual({ coins: [100n], unexplained: 1 });
  });

  test('bursts are told apart by their pause', () => {
    const news = decode(BURSTS, edges([...times(1, 50, 400), ...times(2, 50, 50), [50, 50], [50, 400], ...times(1, 50, 50)]));
    expect(tally(news).coins).toEqual([50n, 200n, 50n]);
  });
});

test('every pulse of random trains is a coin or unexplained, once, however the edges are told', () => {
  const train = fc.array(fc.tuple(fc.integer({ min: 5, max: 1_500 }), fc.integer({ min: 5, max: 900 })), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(train, fc.constantFrom(EACH, BURSTS), fc.array(fc.nat(2_000), { maxLength: 20 }), (pulses, setup, looks) => {
      const stream = edges(pulses);
      const told = decode(setup, stream);
      const counted = told.reduce((sum, one) => sum + (one.kind === 'coin' || one.kind === 'unexplained' ? one.pulses : 0), 0);
      expect(counted).toBe(pulses.length);
      // Looking at the clock between the edges must not change what they mean.
      const decoder = createPulseDecoder(setup);
      const looked = stream.flatMap((edge, index) => [...passTime(decoder, edge.atMs - ((looks[index % 20] ?? 0) % 5)), ...takeEdge(decoder, edge)]);
      expect(tally([...looked, ...passTime(decoder, 1e9)])).toEqual(tally(told));
    }),
  );
});

test('1,000,000 pulses of 20/20 ms whose edges arrive in heaps of 500 ms: 0 missed, 0 invented', () => {
  const decoder = createPulseDecoder(EACH);
  let coins = 0;
  let odd = 0;
  const note = (news: readonly PulseNews[]): void => {
    for (const one of news) one.kind === 'coin' ? coins++ : odd++;
  };
  for (let pulse = 0; pulse < 1_000_000; pulse++) {
    note(takeEdge(decoder, { low: true, atMs: pulse * 40 }));
    note(takeEdge(decoder, { low: false, atMs: pulse * 40 + 20 }));
    // The host looks at its clock only after a heap was read, as it must: time never passes beyond an unread edge.
    if (pulse % 12 === 11) note(passTime(decoder, pulse * 40 + 20));
  }
  note(passTime(decoder, 1e9));
  expect({ coins, odd }).toEqual({ coins: 1_000_000, odd: 0 });
});
