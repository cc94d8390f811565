import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptOffer } from '../../../../device/checkout/accept-offer.ts';
import { openExchange } from '../../../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../../../device/checkout/offer-request.ts';
import { headendPolicy } from '../../../../src/cli/headend-policy.ts';
import { advertReward, walkAccess } from '../../../../src/domain/access/access-policy.ts';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import type { StoredWork } from '../../../../src/ports/headend-stores.ts';
import { asId, uuidv7 } from '../../../../src/units/ids.ts';
import { type BoxUnderTest, dropFolders, headendOn, knownBox, scratchFolder, workOnOffer } from '../../../fakes/headend-on-localhost.ts';
import { EVENT_ID, progressOf, settleWith, statementOf } from '../stores/book-fixture.ts';

const WORK = workOnOffer({ id: `w${'5'.repeat(32)}`, packets: 3_000, durationMs: 60_000, totalSamples: 2_880_000 });
const OTHER = workOnOffer({ id: `w${'6'.repeat(32)}`, packets: 3_000, durationMs: 60_000, totalSamples: 2_880_000 });
const folders = [scratchFolder(), scratchFolder()] as const;
let headend: RunningHeadend;
let box: BoxUnderTest;
let agent: Agent;

beforeAll(async () => {
  headend = await headendOn(folders[0]);
  for (const work of [WORK, OTHER]) headend.book.putWork(work, work.id);
  box = knownBox(headend, folders[1], 'set-top');
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
});
afterAll(async () => {
  await Promise.all([box.api.close(), agent.destroy()]);
  await headend.close();
  dropFolders(...folders);
});
// Every walk begins without rows that hold.
beforeEach(async () => {
  for (const { number } of headend.book.policies()) headend.book.endPolicy(number, Date.now() - 1);
  for (const view of await headend.stream.views()) await headend.stream.fence(view.sid);
});

async function call(method: 'GET' | 'POST', path: string, body?: unknown) {
  const token = readFileSync(join(folders[0], 'operator-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await agent.request({ origin: headend.url, path, method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

async function policy(body: Readonly<Record<string, unknown>>): Promise<number> {
  const added = await call('POST', '/v1/admin/policies', { reason: 'Because of the test', from: '2026-01-01T00:00:00Z', ...body });
  expect(added.status, JSON.stringify(added.body)).toBe(201);
  return Number(added.body.number);
}

/** 302: asks the checkout desk, as a box does, and checks what it was given. */
async function attempt(work: StoredWork = WORK) {
  const ephemeral = openExchange(systemRandom);
  const playId = uuidv7(Date.now(), systemRandom.bytes(10));
  const request = offerRequest({ playId, payer: playId, work, trial: false, ephemeral });
  const offer = await box.api.offer(request);
  if (!offer.ok) return offer.error;
  const accepted = acceptOffer({ offer: offer.value, request, ephemeral, identity: box.identity, nowMs: Date.now() });
  if (!accepted.ok) throw new Error(accepted.error.message);
  return accepted.value;
}

async function granted(work: StoredWork = WORK) {
  const outcome = await attempt(work);
  if (!('sid' in outcome)) throw new Error(outcome.message);
  return outcome;
}

/** 316, 318, 320: what was heard is tracked, told to billing, and charged. */
async function heard(work: StoredWork = WORK): Promise<{ readonly quoted: string; readonly charged: bigint }> {
  const { sid, terms } = await granted(work);
  const row = headend.book.session(asId(sid));
  if (row === null) throw new Error('no session');
  headend.book.putConfirmation(row.sid, EVENT_ID);
  headend.book.mergeProgress([progressOf(row, 0, 3_000)]);
  const { agreed, chargedMinor } = settleWith(headend.book, statementOf(row, 0, 3_000));
  expect(agreed).toBe(true);
  return { quoted: terms.nodes.map(({ quoteMinor }) => quoteMinor).join(), charged: chargedMinor };
}

describe('Fig. 8, edge by edge', () => {
  test('302-304-314: who is refused by policy is logged out, free of the rest, and told by which row', async () => {
    const number = await policy({ kind: 'refuse', work: WORK.id, reason: 'Not in this house' });
    await policy({ kind: 'first-plays-free', value: 5 });
    expect(await attempt()).toMatchObject({ code: 'refused', problem: 'policy', message: `Not in this house (policy ${number})` });
    expect(await attempt(OTHER)).toMatchObject({ sid: expect.any(String) });
  });

  test('304: a row holds from its effective date until its end, for whom it names; the newest of refuse and allow wins', async () => {
    await policy({ kind: 'refuse', from: '2099-01-01T00:00:00Z' });
    await policy({ kind: 'refuse', from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' });
    expect(await attempt()).toMatchObject({ sid: expect.any(String) });
    const all = await policy({ kind: 'refuse', outlet: box.identity.outlet });
    expect(await attempt()).toMatchObject({ problem: 'policy' });
    await policy({ kind: 'allow', work: WORK.id, from: '2026-02-01T00:00:00Z' });
    expect([await attempt(), await attempt(OTHER)]).toMatchObject([{ sid: expect.any(String) }, { problem: 'policy' }]);
    expect((await call('POST', `/v1/admin/policies/${all}/end`)).status).toBe(200);
    expect((await call('POST', `/v1/admin/policies/${all}/end`)).status).toBe(404);
    expect(await attempt(OTHER)).toMatchObject({ sid: expect.any(String) });
  });

  test('304-306-308-310-316-318-320: a first-time account is given its first plays; then it pays', async () => {
    const before = headend.book.playsSince(box.identity.account, 0);
    await policy({ kind: 'first-plays-free', value: before + 2 });
    expect([await heard(), await heard(OTHER)]).toEqual([
      { quoted: '0', charged: 0n },
      { quoted: '0', charged: 0n },
    ]);
    // 306-312-310: it is known by now, and nothing is wrong with it.
    expect(await heard()).toEqual({ quoted: '50', charged: 50n });
    expect([headend.book.auditLedger(), headend.book.playsSince(box.identity.account, 0)]).toEqual([null, before + 3]);
  });

  test('306-312-314: who has heard as much as a day allows is logged out, and what is under way counts', async () => {
    const plays = headend.book.playsSince(box.identity.account, Date.now() - 86_400_000);
    const number = await policy({ kind: 'plays-a-day', value: plays + 2, reason: 'Enough for a day' });
    await granted();
    expect(await heard(OTHER)).toMatchObject({ charged: 50n });
    expect(await attempt()).toMatchObject({ problem: 'policy', message: `Enough for a day (policy ${number})` });
  });

  test('306-312-314: an account that did not pay is logged out, unless it is still given its first plays', () => {
    const row = { number: 1, account: null, outlet: null, work: null, fromMs: 0, untilMs: null, reason: '' };
    const at = { account: 'a', outlet: 'o', work: 'w', atMs: 5 };
    const history = { playsSince: () => 1, unpaid: () => 'You owe.' };
    expect(walkAccess([], at, history)).toMatchObject({ steps: [302, 304, 306, 312, 314], refusal: { code: 'unpaid', message: 'You owe.' } });
    expect(walkAccess([{ ...row, kind: 'first-plays-free', value: 2 }], at, history)).toMatchObject({ steps: [302, 304, 306, 308, 310], free: true });
    expect(walkAccess([{ ...row, kind: 'first-plays-free', value: 1 }], at, history).steps).toEqual([302, 304, 306, 312, 314]);
  });
});

test('an advert has a negative price: what of it was heard is taken off what the household owes, never more, and its box is told', async () => {
  const { book } = headend;
  const advert = workOnOffer({
    id: `w${'7'.repeat(32)}`,
    title: 'Advert',
    priceMinor: '0',
    free: true,
    packets: 3_000,
    durationMs: 60_000,
    totalSamples: 2_880_000,
  });
  book.putWork(advert, advert.id);
  expect(await call('POST', '/v1/admin/policies', { kind: 'advert', value: 20, reason: 'r' })).toMatchObject({ status: 400 });
  await policy({ kind: 'advert', value: 20, work: advert.id });
  await heard();
  const [before, line] = [book.ledgerTotalMinor(), book.newestAccountLine()];
  const { sid } = await granted(advert);
  const row = book.session(asId(sid));
  if (row === null) throw new Error('no session');
  book.putConfirmation(row.sid, EVENT_ID);
  book.mergeProgress([progressOf(row, 0, 1_600)]);
  // 1,600 packets came, 50 of them were never heard: 1,550 of 3,000 at 20.
  expect(settleWith(book, statementOf(row, 0, 1_600, { unheardPaidPackets: 50 })).agreed).toBe(true);
  expect(book.ledgerTotalMinor()).toBe(before - 10n);
  expect(book.accountLinesAfter(box.identity.outlet, line, 5)).toMatchObject([{ title: 'Advert', minor: -10n }]);
  const told = await box.api.account(null);
  expect(told.ok ? told.value.charges[0] : told).toMatchObject({ kind: 'advert', title: 'Advert', amountMinor: '-10' });
  expect(book.auditLedger()).toBeNull();
  expect([advertReward(20n, 3_000, 3_000, 5n), advertReward(20n, 3_000, 3_000, 0n), advertReward(20n, -7, 3_000, 50n)]).toEqual([5n, 0n, 0n]);
});

describe('policies', () => {
  test('are told, listed, and refused where they say nothing', async () => {
    const number = await policy({ kind: 'plays-a-day', value: 3, account: box.identity.account });
    const { policies } = (await call('GET', '/v1/admin/policies')).body as { policies: readonly object[] };
    expect(policies.at(-1)).toMatchObject({ number, kind: 'plays-a-day', value: 3, account: box.identity.account, from: '2026-01-01T00:00:00Z', until: null });
    const wrong = [
      { kind: 'plays-a-day' },
      { kind: 'refuse', value: 1 },
      { kind: 'refuse', from: '2026-01-01' },
      { kind: 'refuse', from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' },
      { kind: 'forbid' },
      { kind: 'weigh-upload', value: 1, work: WORK.id },
    ];
    for (const body of wrong) expect([body, (await call('POST', '/v1/admin/policies', { reason: 'r', ...body })).status]).toEqual([body, 400]);
    expect((await call('POST', '/v1/admin/policies', { kind: 'refuse', reason: 'r', account: 'nobody' })).status).toBe(404);
  });

  test('are kept from the command line, too', () => {
    const said: string[] = [];
    const io = { out: (text: string) => void said.push(text), err: () => {}, columns: 80, isTerminal: false } as never;
    const run = (...argv: string[]) => headendPolicy([...argv, '--data', folders[0]], io);
    expect(run('add', 'refuse', '--reason', 'Closed', '--work', OTHER.id)).toBe(0);
    const number = said.join('').trim().split(' ')[0] ?? '';
    expect(said.join('')).toContain(`refuse                  work ${OTHER.id}`);
    expect([run('end', number), run('end', number), run('add', 'refuse'), run('add', 'refuse', '--reason', 'r', '--work', 'none'), run('list')]).toEqual([
      0, 1, 2, 1, 0,
    ]);
  });

  test('weigh what a use took the server and the line, as time that the model meters; without a row they weigh nothing', async () => {
    const xml = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="metered"/><description>d</description><pricingExpression><billingCycle><instantaneous/></billingCycle><alternatePricing><billingAttributes><meteredUseCost currency="EUR" value="0.60" unit="minutes"/></billingAttributes><triggerDefinitions><meteredTrigger><triggerEntry><condition value="2"/><billingModificationAttributes><meteredUseCost currency="EUR" value="0.30" unit="minutes"/></billingModificationAttributes></triggerEntry></meteredTrigger></triggerDefinitions></alternatePricing></pricingExpression></pricingModel>`;
    const { hash: model } = (await call('POST', `/v1/admin/vendors/${headend.book.defaults().vendor}/models`, { xml })).body;
    const { account } = box.identity;
    const begun = { account, resource: 'game', model, currency: 'EUR', start: '2026-06-01T00:00:00Z', time_zone: 'UTC' };
    const { licence } = (await call('POST', '/v1/admin/pricing/licences', begun)).body;
    const debit = async (key: string, more: object) => {
      const answer = await call('POST', '/v1/admin/pricing/uses', { uses: [{ key, licence, start: '2026-06-02T00:00:00Z', seconds: 60, ...more }] });
      return (answer.body.debited as readonly { readonly minor: string }[])[0]?.minor;
    };
    const took = { processing_seconds: 20, upload_seconds: 40 };
    expect(await debit('u1', took)).toBe('60');
    await policy({ kind: 'weigh-processing', value: 3_000, account });
    await policy({ kind: 'weigh-upload', value: 500 });
    // 60 + 3 x 20 + 0.5 x 40 s: two minutes at the first rate, the rest at the second.
    expect(await debit('u2', took)).toBe('130');
    expect(await debit('u3', {})).toBe('60');
  });
});
