import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { lendOrBound } from '../../../../src/cli/checkout-lend.ts';
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

/** 2.00 a checkout or renewal, from the third of a month on 0.50. */
const BY_MODEL = (
  id: string,
) => `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="${id}"/><description>fees</description><pricingExpression>
  <billingCycle><monthly dayOfMonth="1"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="2"/></billingAttributes>
  <triggerDefinitions><instanceTrigger><triggerEntry><condition type="integer" value="2"/><billingModificationAttributes>
  <fixedRateUseCost currency="EUR" value="0.50"/></billingModificationAttributes></triggerEntry></instanceTrigger></triggerDefinitions>
  </alternatePricing></pricingExpression></pricingModel>`;

describe('a fee by a pricing model', () => {
  let lent: StoredWork;
  const modelFile = () => join(headend.folder, 'fee.xml');
  const lend = async (...more: readonly string[]) => {
    const said: string[] = [];
    const io = { out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
    const args = [lent.id, '--headend', headend.running.url, '--data', headend.folder, ...more];
    return { code: await lendOrBound('lend', args, io), said: said.join('') };
  };
  const licence = async () => {
    const listed = await box.api.licences();
    const found = listed.ok ? listed.value.licences.find((one) => one.licence.resource === lent.id) : undefined;
    if (found === undefined) throw new Error('not checked out');
    return found;
  };

  beforeAll(async () => {
    lent = await headend.addWork();
    writeFileSync(modelFile(), BY_MODEL('fees'));
  });

  test('is given by its file; what can not be read, or is in another currency, is refused', async () => {
    expect(await lend('--model', modelFile())).toEqual({
      code: 0,
      said: `${lent.id} is lent so from now on. A first checkout costs 200 minor units by its model.\n`,
    });
    writeFileSync(join(headend.folder, 'bad.xml'), '<pricingModel>');
    expect(await lend('--model', join(headend.folder, 'bad.xml'))).toMatchObject({ code: 1 });
    writeFileSync(join(headend.folder, 'usd.xml'), BY_MODEL('fees-usd').replaceAll('EUR', 'USD'));
    expect(await lend('--model', join(headend.folder, 'usd.xml'))).toMatchObject({ code: 1, said: expect.stringContaining('charges USD') });
    expect(await lend('--model', join(headend.folder, 'none.xml'))).toMatchObject({ code: 1, said: expect.stringContaining('can not be read') });
    expect(await lend('--model', modelFile(), '--fee', '5')).toMatchObject({ code: null });
  });

  test('is rated from the checkouts and renewals before: the third costs less, whoever asks how often', async () => {
    const before = earned();
    expect(await box.api.checkOut(lent.id, [], '199')).toMatchObject({
      ok: false,
      error: { problem: 'fee-not-agreed', message: expect.stringContaining('2.00') },
    });
    expect(await box.api.checkOut(lent.id, [], '200')).toMatchObject({ ok: true, value: { licence: { feeMinor: '200' } } });
    expect(await box.api.checkOut(lent.id, [], '200')).toMatchObject({ ok: true });
    expect(earned() - before).toBe(200n);
    const { id } = await licence();
    await box.api.registerLicence(id);
    // The one after this is the third.
    expect(await box.api.renewLicence(id, '200')).toMatchObject({ ok: true, value: { licence: { feeMinor: '50' } } });
    expect(await box.api.renewLicence(id, '49')).toMatchObject({ ok: false, error: { problem: 'fee-not-agreed', message: expect.stringContaining('0.50') } });
    expect(await box.api.renewLicence(id, '50')).toMatchObject({ ok: true, value: { licence: { feeMinor: '50' } } });
    expect(earned() - before).toBe(450n);
    const content = await box.api.loanContent(id);
    const terms = content.ok ? parseLoanTerms(content.value.terms) : null;
    expect(terms?.ok === true && terms.value.feeMinor).toBe('50');
  });

  test('is shown as a fee, told to the box under the key of its posting, and replayed to the same amounts', () => {
    const { book } = headend.running;
    const { account, outlet, currency } = box.identity;
    const statement = new AccountDesk({ store: book, wallMs: () => Date.now() }).statement({ account, outlet, currency }, 0);
    const ofWork = (lines: readonly { readonly title: string; readonly amountMinor: string }[]) => lines.filter(({ title }) => title === lent.title);
    expect(ofWork(statement.charges)).toMatchObject([{ kind: 'fee', amountMinor: '50' }, { amountMinor: '200' }, { amountMinor: '200' }]);
    expect(ofWork(statement.lines).map(({ amountMinor }) => amountMinor)).toEqual(['200', '200', '50']);
    while (book.refreshLicences(10) > 0) {}
    expect([book.auditPricing().findings, book.auditLedger(), book.conservationProblem()]).toEqual([[], null, null]);
  });
});

describe('an account in arrears', () => {
  test('is refused a checkout and a renewal before its fee is asked, by the posting that was not paid; paid, it renews', async () => {
    const { book } = headend.running;
    const desk = new AccountDesk({ store: book, wallMs: () => Date.now() });
    const { account, currency } = box.identity;
    const id =
      (await box.api.licences().then((listed) => (listed.ok ? listed.value.licences : []))).find(({ licence }) => licence.title === work.title)?.id ?? '';
    const free = await headend.addWork({ free: true, priceMinor: '0' });
    const dear = await headend.addWork();
    headend.lend(dear, { feeMinor: '10' });
    desk.putTerms(account, { dueDays: 0, unpaidDays: 1 });
    const owed = BigInt(desk.standing({ account, currency }).owedMinor);
    const before = earned();
    const DAY_LATER = Date.now() + 2 * 86_400_000;
    const now = vi.spyOn(Date, 'now').mockImplementation(() => DAY_LATER);
    const unpaid = { ok: false, error: { problem: 'unpaid', message: expect.stringMatching(/were not paid.*\(charge 1\)/) } };
    expect(await box.api.renewLicence(id, '150')).toMatchObject(unpaid);
    expect(await box.api.checkOut(dear.id, [], '10')).toMatchObject(unpaid);
    // What costs nothing is not sold.
    expect(await box.api.checkOut(free.id)).toMatchObject({ ok: true });
    expect(earned()).toBe(before);
    desk.topUp({ account, currency }, { key: 'p1', amountMinor: String(owed), method: 'card' });
    desk.settle('p1', 'paid', '');
    expect(await box.api.renewLicence(id, '150')).toMatchObject({ ok: true });
    now.mockRestore();
  });
});
