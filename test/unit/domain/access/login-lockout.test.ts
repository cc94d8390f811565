import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lockedForMs, NO_FAILURES, noteFailure } from '../../../../src/domain/access/login-lockout.ts';
import { limits } from '../../../../src/limits.ts';

test('four wrong tries are free; the fifth locks for a minute, then two, four, ... at most an hour', () => {
  let state = NO_FAILURES;
  const locks: number[] = [];
  for (let i = 0; i < 14; i++) {
    state = noteFailure(state, 1_000_000);
    locks.push(lockedForMs(state, 1_000_000) / 60_000);
  }
  expect(locks).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

test('whatever the clock does, nobody is locked out for more than an hour, and a lock in force is never shortened to nothing by a failure', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2 ** 45), fc.nat(2 ** 45)), { maxLength: 40 }), (times) => {
      let state = NO_FAILURES;
      for (const [failedAt, askedAt] of times) {
        state = noteFailure(state, failedAt);
        expect(lockedForMs(state, askedAt)).toBeLessThanOrEqual(limits.loginLockMaxMs);
        if (state.failures >= limits.loginTries) expect(lockedForMs(state, failedAt)).toBeGreaterThan(0);
      }
    }),
  );
});
