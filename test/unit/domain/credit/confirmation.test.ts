import { describe, expect, test } from 'vitest';
import { ACTION_OF_MODE, CONFIRM_MODES, confirms, type UserAction } from '../../../../src/domain/credit/confirmation.ts';

const ACTIONS: readonly UserAction[] = ['button', 'player-end', 'delivered', 'other'];

describe.each(CONFIRM_MODES)('confirmation by %s (P24)', (mode) => {
  test.each(ACTIONS)('%s', (action) => {
    expect(confirms(mode, action, false)).toBe(action === 'button' || action === ACTION_OF_MODE[mode]);
    expect(confirms(mode, action, true)).toBe(action === 'button');
  });
});
