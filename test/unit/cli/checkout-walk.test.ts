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
  const shown: string[] = [];
  const said: string[] = [];
  const io = { out: (text: string) => shown.push(text), err: (text: string) => said.push(text) };
  const code = await checkoutCommand.run(['walk', '--steps', path, '--json'], io);
  return { exit: code, ...(said.length > 0 && { said: said.join('') }), ...(shown.length > 0 && JSON.parse(shown.join(''))) };
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
  expect(await walk('\uFEFFpaid\r\n\r\nreport before expiry\r\n')).toMatchObject({ exit: 0, code: 'access' });
});

test('cases may stand one a line', async () => {
  expect(await walk(CASES.map((one) => JSON.stringify(one)).join('\n'))).toMatchObject({ exit: 0, cases: CASES.map(({ id, code }) => ({ id, code })) });
});

describe('a sentence may say several things', () => {
  test.each([
    ['usage report, not paid', 'offer-payment'],
    ['Usage report after expiry, not paid', 'offer-payment'],
    ['usage report, paid', 'access'],
    ['paid, report after expiry', 'renewal-query'],
    ['paid; the usage report comes at the expiration set point', null],
    ['paid and report at expiry', 'renewal-query'],
    ['client has paid, usage report within the lending period', 'access'],
    ['usage report before expiry, paid', 'access'],
    ['the client has not paid and the client sends a usage report', 'offer-payment'],
    ['paid -> report after expiry -> no', 'exit'],
    ['report late, paid, then renew', 'renewed'],
    ['return, then return', 'already-returned'],
    ['paid; report before expiry, perhaps', null],
  ])('%s', async (sentence, code) => {
    expect(await walk([sentence])).toMatchObject(code === null ? { exit: 3, code: 'unknown-step' } : { exit: 0, code });
  });
});

describe('a licence nobody has used', () => {
  test.each([
    [['checkout'], { status: 'ready' }],
    [['checkout', 'cancel'], { code: 'cancelled', status: 'cancelled' }],
    [['checkout', 'return'], { code: 'returned', status: 'cancelled' }],
    [['checkout', 'renew'], { code: 'refused', status: 'ready', feesCharged: 1 }],
    [['checkout', 'download'], { status: 'active' }],
    [['checkout', 'report before expiry'], { status: 'active', code: 'access' }],
    [['checkout', 'register', 'cancel'], { code: 'refused', status: 'active' }],
    [['checkout', 'register', 'renew', 'report before expiry'], { code: 'access', feesCharged: 2 }],
  ])('%j', async (steps, outcome) => {
    expect(await walk(steps)).toMatchObject({ exit: 0, problem: null, ...outcome });
  });
});

test('what a licence refuses is refused with its reason', async () => {
  expect(await walk(['checkout', 'register', 'cancel'])).toMatchObject({ steps: [{}, {}, { code: 'refused', why: expect.stringContaining('never used') }] });
});

test('a step that nobody knows, or that answers no question, is named with its place', async () => {
  expect(await walk(['paid', 'fly'])).toMatchObject({ exit: 3, code: 'unknown-step', problem: expect.stringContaining('step 2: There is no step "fly"') });
  expect(await walk('paid\n\nfly')).toMatchObject({ exit: 3, code: 'unknown-step', problem: expect.stringContaining('line 3') });
  expect(await walk(['yes'])).toMatchObject({
    exit: 3,
    code: 'no-such-edge',
    problem: expect.stringContaining('step 1: Nothing was asked at 336 (usage report)'),
  });
});

describe('a file that cannot be read is refused, and it says where', () => {
  test.each([
    ['{}', 'it has no "steps"; it has nothing'],
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['[]', 'empty list'],
    ['{"checkout_cases": []}', 'empty list'],
    ['[1, 2]', 'case 1: a case is an object'],
    ['{"id": "K2", "steps": ["paid",\n"report before expiry"]', 'line 2, column 24: this is no JSON: the text ends'],
    ['["paid",\n "report before expiry",]', 'line 2, column 25: this is no JSON'],
    ['{"id": "K2", "steps": ["paid"]}\n\n{"id": "K4" "steps": ["return"]}', 'line 3, column 13: this is no JSON: a comma'],
    ['{"steps": ["paid"]}\n{"step": ["return"]}', 'line 2: it has no "steps"; it has step'],
    ['[{"id":"K2","steps":["paid"]},{"id":"K3","stps":["return"]}]', 'case 2: K3 has no "steps"; it has id, stps'],
    ['{"id":"K5","steps":[]}', 'the "steps" of K5 are no list of words'],
  ])('%j: %s', async (text, message) => {
    expect(await walk(text)).toEqual({ exit: 1, said: expect.stringContaining(message) });
  });

  test('also where there is no file, and where it is far too big', async () => {
    const said: string[] = [];
    const io = { out: () => {}, err: (text: string) => said.push(text) };
    expect(await checkoutCommand.run(['walk', '--steps', join(folder, 'none')], io)).toBe(1);
    expect(said.join('')).toContain('none cannot be read');
    expect(await walk(`["${'x'.repeat(1_100_000)}"]`)).toEqual({ exit: 1, said: expect.stringContaining('may have 1048576') });
  });
});
