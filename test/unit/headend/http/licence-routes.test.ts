import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHeadendClient } from '../../../../device/checkout/headend-client.ts';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { CheckoutFees } from '../../../../src/headend/licences/checkout-fees.ts';
import { LicenceDesk } from '../../../../src/headend/licences/licence-desk.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import { asId } from '../../../../src/units/ids.ts';
import type { StatusDocument } from '../../../../src/wire/licence-api.ts';
import { type BoxUnderTest, dropFolders, enrolledBox, headendOn, scratchFolder, workOnOffer } from '../../../fakes/headend-on-localhost.ts';

const folders = [scratchFolder(), scratchFolder(), scratchFolder()] as const;
const WORKS = [1, 2, 3, 4, 5, 6].map((digit) => workOnOffer({ id: `w${String(digit).repeat(32)}`, title: `Title ${digit}` }));
const BROUGHT = { uses: 2, heardMs: 61_000, content: 'deleted', bytes: 4_096, copiesFound: 0 } as const;
let headend: RunningHeadend;
let box: BoxUnderTest;
let api: ReturnType<typeof createHeadendClient>;
let agent: Agent;

beforeAll(async () => {
  headend = await headendOn(folders[0]);
  for (const work of WORKS) headend.book.putWork(work, work.title);
  box = await enrolledBox(headend, folders[0], folders[1]);
  api = createHeadendClient({ identity: () => box.identity, signer: box.signer, clock: systemClock });
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
});
afterAll(async () => {
  await Promise.all([api.close(), box.api.close(), agent.destroy()]);
  await headend.close();
  dropFolders(...folders);
});

async function checkedOut(digit: number): Promise<StatusDocument> {
  const made = await api.checkOut(WORKS[digit - 1]?.id ?? '');
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

const problem = (code: string) => ({ ok: false, error: { code: 'refused', problem: code } });

/** As if its time had passed. */
function expire(id: string): void {
  const licence = headend.book.checkout(id);
  if (licence === null) throw new Error('no such licence');
  headend.book.putCheckout({ ...licence, endMs: Date.now() - 1 }, null);
}

async function asOperator(path: string) {
  const token = readFileSync(join(folders[0], 'operator-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await agent.request({ origin: headend.url, path, method: 'POST', headers, body: '{}' });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

describe('a checkout', () => {
  test('makes one licence for an account and a work, ready until a device registers', async () => {
    const made = await checkedOut(1);
    expect(made).toMatchObject({ status: 'ready', licence: { resource: WORKS[0]?.id, title: 'Title 1' }, events: [] });
    expect(made.links.map(({ rel }) => rel)).toEqual(['license', 'register', 'return']);
    expect((await checkedOut(1)).id).toBe(made.id);
    expect(await api.registerLicence(made.id)).toMatchObject({
      ok: true,
      value: { status: 'active', events: [{ type: 'register', id: box.identity.outlet, name: 'Box under test' }] },
    });
    expect(await api.registerLicence(made.id)).toMatchObject({ ok: true, value: { events: [{ type: 'register' }] } });
  });

  test('says what it would cost before anybody agrees, and makes nothing by that', async () => {
    const work = WORKS[4]?.id ?? '';
    const day = 86_400_000;
    const rule = { resourceKind: 'work', mode: 'intermittent', pulseMs: null, unlock: 'lease', protection: 'aes-gcm-segments', periodMs: day } as const;
    headend.book.putLendingRule(work, { ...rule, feeMinor: '250' });
    expect(await api.lendingOffer(work)).toEqual({ ok: true, value: { feeMinor: '250', periodMs: day } });
    expect(headend.book.checkoutOf(headend.book.defaults().account, work)).toBeNull();
    headend.book.putLendingRule(work, { ...rule, unlock: 'good' });
    expect(await api.lendingOffer(work)).toEqual({ ok: true, value: { feeMinor: '0', periodMs: null } });
    expect(await api.lendingOffer('w-none')).toMatchObject(problem('not-found'));
    // What the account has already is not paid again.
    const { resource } = (await checkedOut(1)).licence;
    headend.book.putLendingRule(resource, { ...rule, feeMinor: '900' });
    expect(await api.lendingOffer(resource)).toMatchObject({ ok: true, value: { feeMinor: '0' } });
  });

  test('of what is not there, or no longer offered, is refused', async () => {
    expect(await api.checkOut('w-none')).toMatchObject(problem('not-found'));
    headend.book.retireWork(asId(WORKS[5]?.id ?? ''));
    expect(await api.checkOut(WORKS[5]?.id ?? '')).toMatchObject(problem('work-gone'));
  });

  test('is listed, and survives a restart of the book', async () => {
    const { id } = await checkedOut(1);
    const list = await api.licences();
    expect(list.ok && list.value.licences.map((licence) => licence.id)).toContain(id);
    expect(headend.book.checkoutOf(headend.book.defaults().account, WORKS[0]?.id ?? '')?.licence).toBe(id);
  });
});

describe('a renewal', () => {
  test('moves the expiration set point by one period, never beyond what the licence may reach', async () => {
    const made = await checkedOut(2);
    await api.registerLicence(made.id);
    const ends: number[] = [Date.parse(made.licence.end ?? '')];
    for (let renewed = await api.renewLicence(made.id); renewed.ok; renewed = await api.renewLicence(made.id))
      ends.push(Date.parse(renewed.value.licence.end ?? ''));
    expect(ends.slice(1).map((end, place) => (end - (ends[place] ?? 0)) / 86_400_000)).toEqual([14, 14, 14, 14, 14]);
    expect(await api.renewLicence(made.id)).toMatchObject(problem('renew-date'));
  });

  test('brings an expired title back', async () => {
    const made = await checkedOut(3);
    await api.registerLicence(made.id);
    expire(made.id);
    expect(await checkedOut(3)).toMatchObject({ id: made.id, status: 'expired' });
    expect(await api.returnLicence(made.id, BROUGHT)).toMatchObject(problem('return-expired'));
    expect(await api.renewLicence(made.id)).toMatchObject({ ok: true, value: { status: 'active' } });
  });

  test('needs a use first', async () => {
    expect(await api.renewLicence((await checkedOut(4)).id)).toMatchObject(problem('renew'));
  });
});

describe('a return', () => {
  test('brings what the title was used for, ends it at once, and is told apart from a second one', async () => {
    const made = await checkedOut(5);
    await api.registerLicence(made.id);
    expect(await api.returnLicence(made.id, BROUGHT)).toMatchObject({ ok: true, value: { status: 'returned', links: [{ rel: 'license' }] } });
    expect(headend.book.returnOf(made.id)).toEqual({ licence: made.id, ...BROUGHT });
    expect(await api.returnLicence(made.id, BROUGHT)).toMatchObject(problem('return-already'));
    expect((await checkedOut(5)).id).not.toBe(made.id);
  });
});

describe('the operator', () => {
  test('cancels what was never used, and revokes what was', async () => {
    const made = await checkedOut(4);
    expect(await asOperator(`/v1/admin/licences/${made.id}/end`)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    const again = await checkedOut(4);
    await api.registerLicence(again.id);
    expect(await asOperator(`/v1/admin/licences/${again.id}/end`)).toMatchObject({ status: 200, body: { status: 'revoked' } });
    const problems = await asOperator(`/v1/admin/licences/${again.id}/end`);
    expect(problems).toMatchObject({ status: 409, body: { code: 'revoke' } });
  });
});

test('failures are problem documents with the types of LSD 1.0', async () => {
  const { toProblem } = await import('../../../../src/headend/http/problems.ts');
  expect(toProblem({ code: 'return-already', message: 'x' })).toEqual({
    type: 'http://readium.org/license-status-document/error/return/already',
    code: 'return-already',
    title: 'x',
    status: 403,
  });
});

test('another account may neither see nor return it', async () => {
  const { id } = await checkedOut(1);
  const own = headend.book.outlet(asId(box.identity.outlet));
  if (own === null) throw new Error('the box is enrolled');
  const stranger = { ...own, account: asId<never>('A-other') };
  const desk = new LicenceDesk({
    checkouts: headend.book,
    loans: headend.book,
    catalogue: headend.book,
    quote: () => never(),
    fees: new CheckoutFees({ store: headend.book, clock: systemClock, refusal: () => null }),
    clock: systemClock,
    random: systemRandom,
  });
  expect([desk.status(stranger, id), desk.giveBack(stranger, id, BROUGHT)]).toMatchObject([{ error: { code: 'not-yours' } }, { error: { code: 'not-yours' } }]);
  expect(desk.list(stranger, 10)).toEqual([]);
  expect(desk.status(own, id).ok).toBe(true);
});

function never(): never {
  throw new Error('nothing is quoted here');
}

test('the OpenAPI document describes every call', async () => {
  const answer = await agent.request({ origin: headend.url, path: '/v1/openapi.json', method: 'GET' });
  const { paths } = (await answer.body.json()) as { paths: Record<string, Record<string, { requestBody?: unknown; responses: Record<string, unknown> }>> };
  const calls = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  expect(calls).toEqual(
    expect.arrayContaining([
      'post /v1/licences',
      'get /v1/licences',
      'get /v1/licences/{licence}',
      'post /v1/licences/{licence}/register',
      'put /v1/licences/{licence}/renew',
      'put /v1/licences/{licence}/return',
      'post /v1/admin/licences/{licence}/end',
      'get /v1/licences/{licence}/content',
      'get /v1/licences/{licence}/content/{number}',
      'put /v1/licences/{licence}/content/{number}',
      'post /v1/licences/{licence}/key',
    ]),
  );
  expect(paths['/v1/licences/{licence}/return']?.put?.requestBody).toMatchObject({ content: { 'application/json': { schema: { type: 'object' } } } });
});
