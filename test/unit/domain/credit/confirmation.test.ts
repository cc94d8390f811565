import { describe, expect, test } from 'vitest';
import { ACTION_OF_MODE, CONFIRM_MODES, type Confirmation, type ConfirmMode, takeAction, type UserAction } from '../../../../src/domain/credit/confirmation.ts';

const openIn = (mode: ConfirmMode): Confirmation => ({ mode, given: null });
const ACTIONS: readonly UserAction[] = ['button', 'player-end', 'delivered', 'other'];

describe.each(CONFIRM_MODES)('confirmation by %s (P24)', (mode) => {
  test.each(ACTIONS)('%s', (action) => {
    const meansYes = action === 'button' || action === ACTION_OF_MODE[mode];
    expect(takeAction(openIn(mode), action, 'e1', false).outcome).toBe(meansYes ? 'confirmed' : 'not-a-confirmation');
    expect(takeAction(openIn(mode), action, 'e1', true).outcome).toBe(action === 'button' ? 'confirmed' : 'not-a-confirmation');
  });

  test('the first yes stands', () => {
    const first = takeAction(openIn(mode), 'button', 'e1', false).confirmation;
    expect(takeAction(first, 'button', 'e2', false)).toEqual({ confirmation: first, outcome: 'repeated' });
    expect(takeAction(first, 'other', 'e3', false)).toEqual({ confirmation: first, outcome: 'not-a-confirmation' });
  });
});
