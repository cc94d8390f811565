import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POLICY_KINDS, type Policy, walkAccess } from '../../src/domain/access/access-policy.ts';

/** The arrows of Fig. 8 of document 003 as far as access is decided, written down by hand, with rulings B-3 and B-4 (304 no 314). */
const DRAWN = new Set(['302 304', '304 306', '304 314', '306 308', '306 312', '308 310', '312 310', '312 314']);

const whom = (name: string) => fc.constantFrom(null, name, 'another');
const policy: fc.Arbitrary<Policy> = fc.record({
  number: fc.integer({ min: 1, max: 9 }),
  kind: fc.constantFrom(...POLICY_KINDS),
  account: whom('a'),
  outlet: whom('o'),
  work: whom('w'),
  value: fc.integer({ min: 0, max: 3 }),
  fromMs: fc.integer({ min: 0, max: 9 }),
  untilMs: fc.option(fc.integer({ min: 1, max: 12 })),
  reason: fc.constant('So it is.'),
});

test('whatever the policies and the account are, access is decided along the arrows of Fig. 8, and refused where it logs out', () => {
  fc.assert(
    fc.property(
      fc.array(policy, { maxLength: 6 }),
      fc.nat(4),
      fc.option(fc.constant('You owe.')),
      fc.integer({ min: 0, max: 10 }),
      (policies, plays, owes, atMs) => {
        const { steps, refusal, free } = walkAccess(policies, { account: 'a', outlet: 'o', work: 'w', atMs }, { playsSince: () => plays, unpaid: () => owes });
        const arrows = steps.slice(1).map((to, index) => `${steps[index]} ${to}`);
        expect(arrows.filter((arrow) => !DRAWN.has(arrow))).toEqual([]);
        expect([steps[0], steps.at(-1)]).toEqual([302, refusal === null ? 310 : 314]);
        expect(free).toBe(steps.includes(308));
      },
    ),
    { numRuns: 2_000 },
  );
});
