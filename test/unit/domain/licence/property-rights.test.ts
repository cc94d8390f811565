import { expect, test } from 'vitest';
import { checkPropertyRights } from '../../../../src/domain/licence/property-rights.ts';

test.each([
  ['continuous with a pulse is fine', { mode: 'continuous', pulseMs: 5_000, unlock: null, protection: 'aes-gcm-segments' }, null],
  ['intermittent without one is fine', { mode: 'intermittent', pulseMs: null, unlock: 'use', protection: 'none' }, null],
  ['a pulse on an intermittent licence is refused', { mode: 'intermittent', pulseMs: 5_000, unlock: 'lease', protection: 'none' }, 'pulse-with-intermittent'],
  ['continuous without a pulse is refused', { mode: 'continuous', pulseMs: null, unlock: null, protection: 'none' }, 'pulse-missing'],
  ['intermittent that does not say how it is unlocked is refused', { mode: 'intermittent', pulseMs: null, unlock: null, protection: 'none' }, 'unlock-missing'],
  ['a pulse needs no other unlocking', { mode: 'continuous', pulseMs: 5_000, unlock: 'good', protection: 'none' }, 'unlock-with-continuous'],
  ['an unknown protection stays closed', { mode: 'intermittent', pulseMs: null, unlock: 'good', protection: 'rot13' }, 'protection-unknown'],
] as const)('%s', (_, rights, code) => {
  const outcome = checkPropertyRights(rights);
  expect(outcome.ok ? null : outcome.error.code).toBe(code);
});
