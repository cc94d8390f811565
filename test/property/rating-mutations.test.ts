import { expect, test } from 'vitest';
import { isNoticed, MUTATIONS } from '../oracle/mutations.ts';

test('the oracle finds nothing wrong with the rater as it is', () => {
  expect(isNoticed(null, 200)).toBe(false);
}, 60_000);

test.each(MUTATIONS)(
  'the oracle notices a wrong figure: $rule',
  (mutation) => {
    expect(isNoticed(mutation, 6_000)).toBe(true);
  },
  90_000,
);
