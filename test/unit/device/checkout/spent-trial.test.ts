import { expect, test } from 'vitest';
import { SpentTrial } from '../../../../device/checkout/spent-trial.ts';
import type { WindowMessage } from '../../../../src/domain/credit/messages.ts';
import { limits } from '../../../../src/limits.ts';

const window = (changes: Partial<WindowMessage>): WindowMessage =>
  ({ type: 'window', phase: 'trial', abandonedBelow: 1_500, nextSequence: 1_500, ...changes }) as WindowMessage;

const LONG_MS = limits.linkSilenceMs;

test('a trial of which nothing is on its way any more is over, once', () => {
  const spent = new SpentTrial();
  spent.begin();
  expect(spent.note(window({}), 0)).toBe(false);
  expect(spent.note(window({}), LONG_MS - 1)).toBe(false);
  expect(spent.note(window({}), LONG_MS)).toBe(true);
  expect(spent.note(window({}), 2 * LONG_MS)).toBe(false);
});

test.each([
  ['something was sent meanwhile', { nextSequence: 1_501, abandonedBelow: 1_501 }],
  ['something is waited for', { nextSequence: 1_501 }],
  ['it was confirmed', { phase: 'stream' }],
] as const)('it is not over where %s', (_why, changes) => {
  const spent = new SpentTrial();
  spent.begin();
  spent.note(window({}), 0);
  expect(spent.note(window(changes), LONG_MS)).toBe(false);
  expect(spent.note(window({ nextSequence: 1_501, abandonedBelow: 1_501 }), LONG_MS + 1)).toBe(false);
});

test('a pause is no end, and the time begins anew after it', () => {
  const spent = new SpentTrial();
  spent.begin();
  spent.note(window({}), 0);
  spent.halt();
  expect(spent.note(window({}), LONG_MS)).toBe(false);
  spent.begin();
  expect(spent.note(window({}), LONG_MS + 1)).toBe(false);
  expect(spent.note(window({}), 2 * LONG_MS + 1)).toBe(true);
});
