import { describe, expect, test } from 'vitest';
import { GuestLine } from '../../../../device/guests/guest-line.ts';
import { GuestTokens } from '../../../../device/guests/guest-tokens.ts';
import { limits } from '../../../../src/limits.ts';
import type { HeadendError } from '../../../../src/ports/headend-api.ts';
import { err, ok } from '../../../../src/units/result.ts';
import type { GuestTurn, GuestWish } from '../../../../src/wire/guest-api.ts';
import { seededRandom } from '../../../fakes/book-folder.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';

const WISH: GuestWish = { id: 'w1', guestId: 'ann', kind: 'look' };
const failure = (code: HeadendError['code']): HeadendError => ({ code, problem: code, message: code, retryAfterMs: null });

/** A headend that answers as it is told to, and then holds. */
function line(...script: readonly (readonly GuestWish[] | HeadendError['code'])[]) {
  const clock = new VirtualClock();
  const turns: GuestTurn[] = [];
  const reached: (string | null)[] = [];
  const running = new GuestLine({
    turn: (turn) => {
      const told = script[turns.push(turn) - 1];
      if (told === undefined) return new Promise(() => {});
      return Promise.resolve(typeof told === 'string' ? err(failure(told)) : ok({ wishes: [...told], base: 'https://phones' }));
    },
    tokens: () => ['ABCDEFGHJKLMNPQR'],
    answer: async ({ id }) => ({ id, refusal: null, view: null }),
    reached: (base, away) => reached.push(away ? null : base),
    random: seededRandom(1),
    log: { info() {}, warn() {} },
    clock,
  });
  return { clock, turns, reached, running };
}

describe("the box's line to its guests", () => {
  test('answers what it was told with its next question', async () => {
    const { clock, turns, reached } = line([WISH]);
    await clock.advance(0);
    expect(turns.map(({ answers }) => answers.map(({ id }) => id))).toEqual([[], ['w1']]);
    expect(reached).toEqual(['https://phones']);
  });

  test('keeps its answers over an absence of the headend, and waits between its tries', async () => {
    const { clock, turns, reached } = line([WISH], 'unreachable', 'unreachable');
    await clock.advance(0);
    expect(turns).toHaveLength(2);
    await clock.advance(limits.reportBackoffMaxMs);
    expect(turns.map(({ answers }) => answers.length)).toEqual([0, 1, 1, 1]);
    expect(reached).toEqual(['https://phones', null, null]);
  });

  test('does not tell again what the headend refused to hear', async () => {
    const { clock, turns } = line([WISH], 'refused');
    await clock.advance(limits.reportBackoffMaxMs);
    expect(turns.map(({ answers }) => answers.length)).toEqual([0, 1, 0]);
  });

  test('asks no more once it is stopped', async () => {
    const { clock, turns, running } = line('unreachable');
    await clock.advance(0);
    running.stop();
    await clock.advance(limits.reportBackoffMaxMs);
    await running.ended();
    expect(turns).toHaveLength(1);
  });
});

describe('the code on the screen', () => {
  test('is another one after its time, and the one before it still lets in', async () => {
    const clock = new VirtualClock();
    const tokens = new GuestTokens(clock, seededRandom(3));
    const [first] = tokens.valid();
    expect(first).toMatch(/^[A-Z2-9]{16}$/);
    await clock.advance(limits.guestTokenMs);
    const [second, before] = tokens.valid();
    expect(second).not.toBe(first);
    expect(before).toBe(first);
    await clock.advance(limits.guestTokenMs);
    expect(tokens.valid()).not.toContain(first);
  });
});
