import { afterAll, beforeAll, expect, test } from 'vitest';
import { AccountDesk } from '../../../../src/headend/pricing/account-desk.ts';
import type { StoredWork } from '../../../../src/ports/headend-stores.ts';
import { parseLoanTerms } from '../../../../src/wire/loan-text.ts';
import { type BoxUnderTest, knownBox, scratchFolder } from '../../../fakes/headend-on-localhost.ts';
import { LendingHeadend } from '../../../fakes/loan-scene.ts';

const headend = new LendingHeadend();
let box: BoxUnderTest;
let work: StoredWork;

beforeAll(async () => {
  await headend.open();
  work = await headend.addWork();
  headend.lend(work, { feeMinor: '150' });
  box = knownBox(headend.running, scratchFolder(), 'set-top');
});
afterAll(() => headend.remove());

const earned = (): bigint => headend.running.book.ledgerTotalMinor();

test('a checkout that costs is refused until its fee was agreed to, and is charged once, whoever asks how often', async () => {
  expect(await box.api.checkOut(work.id)).toMatchObject({ ok: false, error: { problem: 'fee-not-agreed', message: expect.stringContaining('1.50') } });
  expect(await box.api.checkOut(work.id, [], '149')).toMatchObject({ ok: false, error: { problem: 'fee-not-agreed' } });
  expect([earned(), await box.api.licences()]).toMatchObject([0n, { value: { licences: [] } }]);
  const made = await box.api.checkOut(work.id, [], '150');
  expect(made).toMatchObject({ ok: true, value: { licence: { feeMinor: '150' } } });
  expect(await box.api.checkOut(work.id, [], '150')).toMatchObject({ ok: true });
  expect(await box.api.checkOut(work.id)).toMatchObject({ ok: true });
  expect(earned()).toBe(150n);
});

test('each renewal costs it again, by the fee that was agreed to at the checkout, and not what came after', async () => {
  const listed = await box.api.licences();
  const id = (listed.ok ? listed.value.licences[0]?.id : undefined) ?? '';
  headend.lend(work, { feeMinor: '900' });
  // Not active yet: refused by name, before anybody talks of money.
  expect(await box.api.renewLicence(id)).toMatchObject({ ok: false, error: { problem: 'renew' } });
  await box.api.registerLicence(id);
  expect(await box.api.renewLicence(id)).toMatchObject({ ok: false, error: { problem: 'fee-not-agreed' } });
  expect(await box.api.renewLicence(id, 'x')).toMatchObject({ ok: false, error: { problem: 'bad-request' } });
  expect(earned()).toBe(150n);
  expect(await box.api.renewLicence(id, '150')).toMatchObject({ ok: true });
  expect(earned()).toBe(300n);
  const content = await box.api.loanContent(id);
  const terms = content.ok ? parseLoanTerms(content.value.terms) : null;
  expect(terms?.ok === true && terms.value.feeMinor).toBe('150');
});

test('the account is told of each, its box posts them as lines, and the books balance', () => {
  const { book } = headend.running;
  const { account, outlet, currency } = box.identity;
  const desk = new AccountDesk({ store: book, wallMs: () => Date.now() });
  const statement = desk.statement({ account, outlet, currency }, 0);
  expect(statement.charges.map(({ kind, title, amountMinor }) => [kind, title, amountMinor])).toEqual([
    ['fee', work.title, '150'],
    ['fee', work.title, '150'],
  ]);
  expect(statement.lines.map(({ key, title, amountMinor }) => [key.replace(/^fee:.*\//, 'fee:'), title, amountMinor])).toEqual([
    ['fee:0', work.title, '150'],
    ['fee:1', work.title, '150'],
  ]);
  expect([book.auditLedger(), book.conservationProblem()]).toEqual([null, null]);
});

test("a venue's box is told of no lines, as its money is its guests'; its account owes the fee all the same", async () => {
  const venue = knownBox(headend.running, scratchFolder());
  const other = await headend.addWork();
  headend.lend(other, { feeMinor: '20' });
  const before = earned();
  expect(await venue.api.checkOut(other.id, [], '20')).toMatchObject({ ok: true });
  expect(earned()).toBe(before + 20n);
  expect(headend.running.book.accountLinesAfter(venue.identity.outlet, 0, 10)).toEqual([]);
});
