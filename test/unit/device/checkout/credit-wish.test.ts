import { expect, test } from 'vitest';
import { parseCreditWish } from '../../../../device/checkout/credit-wish.ts';

test('reads the terms that a box is told to ask for', () => {
  expect(parseCreditWish('trial=deferred,policy=literal,W=40,T=120,e=10,grow=30-80+5/500,within=30000,confirm=button+player-end')).toEqual({
    credit: {
      ...{ policy: 'literal', creditWindowPackets: 40, transitWindowPackets: 120, lossAllowancePerMille: 10 },
      adaptation: { minPackets: 30, maxPackets: 80, stepPackets: 5, afterPackets: 500, afterMs: 0 },
    },
    trial: { mode: 'deferred', confirmWithinMs: 30_000 },
    confirmModes: ['player-end', 'button'],
  });
});

test('reads how seldom ACKs are to come, and what is to prove them', () => {
  expect(parseCreditWish('W=100,every=50,max=1000,auth=hmac-sha256-128')).toEqual({
    credit: { creditWindowPackets: 100, ackEveryPackets: 50, ackIntervalMs: 1_000, ackAuth: 'hmac-sha256-128' },
    trial: {},
  });
});

test.each(['', 'auth=none', 'W', 'W=0', 'W=-5', 'W=1e3', 'trial=endless', 'policy=', 'grow=30-80', 'confirm=nodding', 'X=1', 'W=40,,T=1'])(
  'does not guess at %j',
  (text) => {
    expect(parseCreditWish(text)).toBeNull();
  },
);
