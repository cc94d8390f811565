import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CctalkEvents, cctalkCoin, decodeCctalkEvents, encodeCctalk, newCctalkEvents, takeCctalk } from '../../../src/wire/cctalk.ts';

const byte = fc.nat(255);
const frames = fc.record({ destination: byte, source: byte, header: byte, data: fc.array(byte, { maxLength: 60 }) });

describe('ccTalk frames', () => {
  test('a simple poll of the acceptor is 02 00 01 FE FF', () => {
    expect([...encodeCctalk({ destination: 2, source: 1, header: 254, data: [] })]).toEqual([0x02, 0x00, 0x01, 0xfe, 0xff]);
  });

  test('what was written is read, whatever follows, and not before it is whole', () => {
    fc.assert(
      fc.property(frames, fc.array(byte, { maxLength: 9 }), (frame, more) => {
        const bytes = [...encodeCctalk(frame)];
        expect(takeCctalk([...bytes, ...more])).toEqual({ ok: true, value: { frame, rest: more } });
        for (const cut of [0, 1, bytes.length - 1]) expect(takeCctalk(bytes.slice(0, cut))).toMatchObject({ ok: true, value: { frame: null } });
      }),
    );
  });

  test('a single wrong byte is never a frame of the same length', () => {
    fc.assert(
      fc.property(frames, fc.nat(1_000), fc.integer({ min: 1, max: 255 }), (frame, where, wrong) => {
        const bytes = [...encodeCctalk(frame)];
        const at = where % bytes.length;
        if (at === 1) return;
        expect(takeCctalk(bytes.map((value, index) => (index === at ? value ^ wrong : value)))).toMatchObject({ ok: false, error: { code: 'noise' } });
      }),
    );
  });
});

describe('the acceptor’s event memory', () => {
  const events = (counter: number): CctalkEvents => ({ counter, newest: [1, 2, 3, 4, 5].map((position) => ({ kind: 'coin', position })) });

  test('tells coins from errors', () => {
    expect(decodeCctalkEvents([7, 3, 1, 0, 14, 1, 0, 0, 0, 0, 0])).toMatchObject({
      ok: true,
      value: { counter: 7, newest: [{ kind: 'coin', position: 3 }, { kind: 'error', code: 14 }, { kind: 'coin', position: 1 }, {}, {}] },
    });
    expect(decodeCctalkEvents([7, 3])).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  test.each([
    [10, 12, [2, 1], 0],
    [10, 10, [], 0],
    [254, 1, [2, 1], 0],
    [255, 1, [1], 0],
    [10, 20, [5, 4, 3, 2, 1], 5],
    [0, 3, [3, 2, 1], 0],
    [9, 0, [], 0],
  ])('from counter %i to %i', (known, counter, positions, lost) => {
    const news = newCctalkEvents(known, events(counter));
    expect(news.events.map((event) => (event.kind === 'coin' ? event.position : 0))).toEqual(positions);
    expect(news.lost).toBe(lost);
  });
});

test('coins by name', () => {
  const named = (text: string): unknown => cctalkCoin([...text].map((letter) => letter.charCodeAt(0)));
  expect(named('EU100A')).toEqual({ country: 'EU', valueMinor: 100n });
  expect(named('GB010B')).toEqual({ country: 'GB', valueMinor: 10n });
  for (const none of ['......', 'EU000A', 'TK00AA', 'EU1', '']) expect(named(none)).toBeNull();
});
