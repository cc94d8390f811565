import { describe, expect, test } from 'vitest';
import { GuestRelay } from '../../../../src/headend/guests/guest-relay.ts';
import { limits } from '../../../../src/limits.ts';
import type { GuestAnswer, GuestWish } from '../../../../src/wire/guest-api.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const TOKENS = ['ABCDEFGHJKLMNPQR'];
const wish = (id: string): GuestWish => ({ id, guestId: 'ann', kind: 'look' });
const answer = (id: string): GuestAnswer => ({ id, refusal: null, view: null });

function scene(): { readonly clock: VirtualClock; readonly relay: GuestRelay } {
  const clock = new VirtualClock();
  return { clock, relay: new GuestRelay(clock) };
}

describe('the relay between phones and a box', () => {
  test('wakes the question of the box with a wish, and the phone with its answer', async () => {
    const { relay } = scene();
    const told = relay.turn('bar', { tokens: TOKENS, answers: [] });
    const asked = relay.ask('bar', wish('w1'));
    expect(await told).toEqual([wish('w1')]);
    void relay.turn('bar', { tokens: TOKENS, answers: [answer('w1')] });
    expect(await asked).toEqual(answer('w1'));
  });

  test('holds a question for a while and lets it go empty', async () => {
    const { clock, relay } = scene();
    let told: readonly GuestWish[] | null = null;
    void relay.turn('bar', { tokens: TOKENS, answers: [] }).then((wishes) => {
      told = wishes;
    });
    await clock.advance(limits.guestHoldMs - 1);
    expect(told).toBeNull();
    await clock.advance(1);
    expect(told).toEqual([]);
  });

  test('tells a wish again to a box that was cut off before it answered', async () => {
    const { relay } = scene();
    const cut = relay.turn('bar', { tokens: TOKENS, answers: [] });
    void relay.ask('bar', wish('w1'));
    await cut;
    expect(await relay.turn('bar', { tokens: TOKENS, answers: [] })).toEqual([wish('w1')]);
  });

  test('lets an older question of the same box go at once', async () => {
    const { relay } = scene();
    const older = relay.turn('bar', { tokens: TOKENS, answers: [] });
    void relay.turn('bar', { tokens: TOKENS, answers: [] });
    expect(await older).toEqual([]);
  });

  test('says that the box is away: unknown, silent, or too slow', async () => {
    const { clock, relay } = scene();
    expect(await relay.ask('bar', wish('w1'))).toBeNull();
    void relay.turn('bar', { tokens: TOKENS, answers: [] });
    const slow = relay.ask('bar', wish('w2'));
    await clock.advance(limits.guestAnswerMs);
    expect(await slow).toBeNull();
    await clock.advance(10 * limits.guestHoldMs);
    expect(relay.admits('bar', TOKENS[0] ?? '')).toBe(false);
    expect(await relay.ask('bar', wish('w3'))).toBeNull();
  });

  test('lets nobody in any more at the word of the box, and tells whoever waits at once', async () => {
    const { relay } = scene();
    const held = relay.turn('bar', { tokens: TOKENS, answers: [] });
    expect(relay.admits('bar', TOKENS[0] ?? '')).toBe(true);
    expect(await relay.turn('bar', { tokens: [], answers: [] })).toEqual([]);
    expect(await held).toEqual([]);
    expect(relay.admits('bar', TOKENS[0] ?? '')).toBe(false);
    expect(await relay.ask('bar', wish('w1'))).toBeNull();
    void relay.turn('bar', { tokens: TOKENS, answers: [] });
    const waiting = relay.ask('bar', wish('w2'));
    await relay.turn('bar', { tokens: [], answers: [] });
    expect(await waiting).toBeNull();
  });

  test('admits by the tokens of that very box only', () => {
    const { relay } = scene();
    void relay.turn('bar', { tokens: TOKENS, answers: [] });
    expect(relay.admits('bar', TOKENS[0] ?? '')).toBe(true);
    expect(relay.admits('bar', 'ZZZZZZZZZZZZZZZZ')).toBe(false);
    expect(relay.admits('pub', TOKENS[0] ?? '')).toBe(false);
  });

  test('takes no answer from one box for a wish to another', async () => {
    const { relay } = scene();
    void relay.turn('bar', { tokens: TOKENS, answers: [] });
    void relay.turn('pub', { tokens: TOKENS, answers: [] });
    const asked = relay.ask('bar', wish('w1'));
    void relay.turn('pub', { tokens: TOKENS, answers: [{ ...answer('w1'), refusal: 'failed' }] });
    void relay.turn('bar', { tokens: TOKENS, answers: [answer('w1')] });
    expect(await asked).toEqual(answer('w1'));
  });

  test(`keeps ${limits.guestWishes} wishes of a crowd and turns the next one away at once`, async () => {
    const { relay } = scene();
    void relay.turn('bar', { tokens: TOKENS, answers: [] });
    for (let n = 0; n < limits.guestWishes; n += 1) void relay.ask('bar', wish(`w${n}`));
    expect(await relay.ask('bar', wish('one more'))).toBeNull();
  });
});
