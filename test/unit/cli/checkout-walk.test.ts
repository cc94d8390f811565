import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkoutCommand } from '../../../src/cli/checkout.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ackbox-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function walk(input: unknown) {
  const path = join(folder, 'steps');
  writeFileSync(path, typeof input === 'string' ? input : JSON.stringify(input));
  let out = '';
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: () => {},
  };
  const code = await checkoutCommand.run(['walk', '--steps', path, '--json'], io);
  return { exit: code, ...(out === '' ? {} : JSON.parse(out)) };
}

/** The four cases of document 003 as they were ruled. */
const CASES = [
  { id: 'K1', steps: ['usage report, not paid'], expect: 'offer payment (340); refusal ends, consent goes to checkout (332)', code: 'offer-payment' },
  { id: 'K2', steps: ['paid', 'report before expiry'], expect: 'access (344)', code: 'access' },
  {
    id: 'K3',
    steps: ['paid', 'report after expiry'],
    expect: 'renewal query (346); yes -> checkout/renewal fee (332), expiration set point extended; no -> exit (348), no access',
    code: 'renewal-query',
  },
  {
    id: 'K4',
    steps: ['return'],
    expect: 'usage characteristics sent with the return, content deleted, copies check reported; second return answers "already returned"',
    code: 'returned',
  },
];

describe('a case ends as it was ruled, in its words and as a code', () => {
  test.each(CASES)('$id', async ({ expect: outcome, code, ...one }) => {
    expect(await walk(one)).toMatchObject({ exit: 0, id: one.id, outcome, code, problem: null });
  });

  test('and so do all of them in one file, however it holds them', async () => {
    const cases = CASES.map(({ expect: outcome, code, id }) => ({ id, outcome, code }));
    expect(await walk(CASES)).toMatchObject({ exit: 0, cases });
    expect(await walk({ meta: {}, checkout_cases: CASES })).toMatchObject({ exit: 0, cases });
  });
});

test.each([
  ['consent goes to checkout', ['usage report, not paid', 'yes'], { code: 'checked-out', state: 332, feesCharged: 1 }],
  ['consent pays, and the next report finds access', ['usage report, not paid', 'yes', 'report before expiry'], { code: 'access', state: 344 }],
  ['refusal ends', ['usage report, not paid', 'no'], { code: 'exit', state: 348, feesCharged: 0 }],
  ['a renewal extends the set point', ['paid', 'report after expiry', 'yes', 'report'], { code: 'access', state: 344, status: 'active', feesCharged: 1 }],
  ['no renewal, no access', ['paid', 'report after expiry', 'no'], { code: 'exit', state: 348, status: 'expired' }],
  ['a second return is too late', ['return', 'return'], { code: 'already-returned', outcome: 'already returned', status: 'returned' }],
  ['what was returned opens no more, paid or not', ['paid', 'return', 'report before expiry'], { code: 'exit', status: 'returned' }],
  ['what was revoked opens no more', ['paid', 'revoke', 'report'], { code: 'exit', status: 'revoked' }],
  ['the whole way', ['checkout', 'download', 'report before expiry'], { code: 'access', walked: [332, 334, 336, 338, 342, 344], feesCharged: 1 }],
])('%s', async (_, steps, outcome) => {
  expect(await walk(steps)).toMatchObject({ exit: 0, ...outcome });
});

test('a return brings usage, deletion and the copies check, in this order', async () => {
  expect(await walk(['return'])).toMatchObject({ effects: ['usage-sent', 'content-deleted', 'copies-reported'], secondReturn: { code: 'already-returned' } });
});

test('steps may stand one a line', async () => {
  expect(await walk('paid\nreport before expiry\n')).toMatchObject({ exit: 0, code: 'access' });
});

test('a step that nobody knows, or that answers no question, is named', async () => {
  expect(await walk(['fly'])).toMatchObject({ exit: 3, code: 'unknown-step', problem: expect.stringContaining('fly') });
  expect(await walk(['yes'])).toMatchObject({ exit: 3, code: 'no-such-edge' });
  expect(await walk('{}')).toEqual({ exit: 1 });
});
