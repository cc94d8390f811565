import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { AccessDesk } from '../../../../src/headend/pricing/access-desk.ts';
import { AccountDesk } from '../../../../src/headend/pricing/account-desk.ts';
import { createWorkQuote } from '../../../../src/headend/work-quote.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import type { OutletRow } from '../../../../src/ports/headend-stores.ts';
import { asId } from '../../../../src/units/ids.ts';
import { encodeModel } from '../../../../src/wire/model-json.ts';
import { type BoxUnderTest, dropFolders, enrolledBox, headendOn, scratchFolder, workOnOffer } from '../../../fakes/headend-on-localhost.ts';
import { modelOf } from '../../../fakes/price-scene.ts';

const DAY_MS = 86_400_000;
const folders = [scratchFolder(), scratchFolder()] as const;
let headend: RunningHeadend;
let box: BoxUnderTest;
let agent: Agent;
let outlet: OutletRow;

beforeAll(async () => {
  headend = await headendOn(folders[0]);
  box = await enrolledBox(headend, folders[0], folders[1]);
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
  const found = headend.book.outlet(asId(box.identity.outlet));
  if (found === null) throw new Error('the box is not enrolled');
  outlet = found;
});
afterAll(async () => {
  await Promise.all([box.api.close(), agent.destroy()]);
  await headend.close();
  dropFolders(...folders);
});

async function asOperator(method: 'POST' | 'PUT', path: string, body: unknown) {
  const token = readFileSync(join(folders[0], 'operator-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await agent.request({ origin: headend.url, path, method, headers, body: JSON.stringify(body) });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

test('an account without terms of payment owes nothing that is due; unpaid, it is sold nothing more until it has paid', async () => {
  const { book } = headend;
  const chargedMs = Date.now();
  let nowMs = chargedMs;
  const desk = new AccountDesk({ store: { ...book, accountCharges: () => [{ atMs: chargedMs, minor: 1_500n }] }, wallMs: () => nowMs });
  const access = new AccessDesk({ store: book, accounts: desk, wallMs: () => nowMs });
  const quote = createWorkQuote(book, book.defaults().vendor, systemClock, (work, payer) => access.walk(work, payer));
  nowMs += 400 * DAY_MS;
  expect(desk.standing(outlet)).toMatchObject({ state: 'current', owedMinor: '1500', overdueMinor: '0', topUp: null });
  expect(quote(workOnOffer(), outlet).ok).toBe(true);

  expect(await asOperator('PUT', `/v1/admin/accounts/${outlet.account}/payment-terms`, { dueDays: 14, unpaidDays: 60 })).toMatchObject({ status: 200 });
  expect(await asOperator('PUT', '/v1/admin/accounts/nobody/payment-terms', null)).toMatchObject({ status: 404 });
  expect(desk.standing(outlet)).toMatchObject({
    ...{ state: 'unpaid', overdueMinor: '1500', text: '15.00 EUR were not paid: nothing more is sold until they are.' },
    topUp: { suggestedMinor: ['1500'], methods: ['card', 'transfer', 'cash'] },
  });
  expect(quote(workOnOffer(), outlet)).toMatchObject({ ok: false, error: { code: 'unpaid' } });
  expect(quote(workOnOffer({ free: true, priceMinor: '0' }), outlet).ok).toBe(true);

  const asked = desk.topUp(outlet, { key: 'top-up-0001', amountMinor: '1500', method: 'card' });
  expect(asked).toMatchObject({ ok: true, value: { state: 'pending' } });
  expect(desk.topUp(outlet, { key: 'top-up-0001', amountMinor: '1500', method: 'card' })).toMatchObject({ ok: true });
  expect(desk.topUp(outlet, { key: 'top-up-0001', amountMinor: '1', method: 'card' })).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(await asOperator('POST', '/v1/admin/payments/top-up-0001', { state: 'failed', reason: 'card declined' })).toMatchObject({
    body: { state: 'failed', reason: 'card declined' },
  });
  nowMs = chargedMs + 20 * DAY_MS;
  expect(desk.standing(outlet)).toMatchObject({ state: 'failed' });
  expect(await asOperator('POST', '/v1/admin/payments/top-up-0001', { state: 'paid', reason: '' })).toMatchObject({ body: { state: 'paid' } });
  expect(await asOperator('POST', '/v1/admin/payments/top-up-0001', { state: 'failed', reason: '' })).toMatchObject({ status: 409 });
  expect(await asOperator('POST', '/v1/admin/payments/unknown', { state: 'paid', reason: '' })).toMatchObject({ status: 404 });
  nowMs += 400 * DAY_MS;
  expect(desk.standing(outlet)).toMatchObject({ state: 'current', owedMinor: '0', text: 'Nothing is owed.' });
  expect(quote(workOnOffer(), outlet).ok).toBe(true);
  expect(book.auditLedger()).toBeNull();
});

test('a box is told what its account was charged, what the open cycle will cost, and what became of its payments', async () => {
  const { book } = headend;
  const expression =
    '<billingCycle><timePeriod days="30"/></billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="0.40"/><billingCycleCost currency="EUR" value="5.00"/></billingAttributes></basicPricing>';
  const model = encodeModel(modelOf(expression));
  const modelHash = sha256Hex(model);
  const work = workOnOffer();
  book.putWork(work, 'danube');
  book.putPriceModel({ hash: modelHash, modelId: 'monthly', vendor: book.defaults().vendor, text: model, source: null });
  const key = { userId: outlet.account, resourceId: work.id, modelHash, currency: 'EUR' };
  const use = { ...key, kind: 'use', playId: null, standing: true, durationMs: 0, amountMinor: 40n } as const;
  const startMs = Date.now() - 40 * DAY_MS;
  book.recordUses([
    { ...use, event: 'use-1', startMs },
    { ...use, event: 'use-2', startMs: startMs + 35 * DAY_MS },
  ]);
  book.refreshLicences(10);
  const told = await box.api.account(null);
  expect(told).toMatchObject({
    ok: true,
    value: {
      charges: [
        { kind: 'cycle', title: 'Blue Danube', amountMinor: '500' },
        { kind: 'use', title: 'Blue Danube', amountMinor: '40' },
        { kind: 'use', title: 'Blue Danube', amountMinor: '40' },
        { kind: 'payment', amountMinor: '-1500' },
      ],
      cycles: [{ title: 'Blue Danube', model: 'monthly', since: new Date(startMs + 30 * DAY_MS).toISOString(), uses: 1, amountMinor: '540' }],
      payments: [{ key: 'top-up-0001', amountMinor: '1500', method: 'card', state: 'paid' }],
    },
  });
  expect(await box.api.topUp({ key: 'top-up-0002', amountMinor: '80', method: 'transfer' })).toMatchObject({ ok: true, value: { state: 'pending' } });
  expect(await box.api.account(null)).toMatchObject({ value: { payments: [{ key: 'top-up-0002', state: 'pending' }, { key: 'top-up-0001' }] } });
});
