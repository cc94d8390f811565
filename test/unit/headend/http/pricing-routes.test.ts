import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { sha256Hex } from '../../../../src/platform/crypto/digest.ts';
import { dropFolders, headendOn, scratchFolder, workOnOffer } from '../../../fakes/headend-on-localhost.ts';

const { cases } = JSON.parse(readFileSync(new URL('../../../cases/pricing.json', import.meta.url), 'utf8')) as {
  cases: { id: string; title: string; model_xml: string; evaluate_until: string; expected: Record<string, unknown> }[];
};
const WORK = workOnOffer({ id: `w${'7'.repeat(32)}` });
const folder = scratchFolder();
let headend: RunningHeadend;
let agent: Agent;
let vendor: string;

beforeAll(async () => {
  headend = await headendOn(folder);
  headend.book.putWork(WORK, 'a work');
  vendor = headend.book.defaults().vendor;
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
});
afterAll(async () => {
  await agent.destroy();
  await headend.close();
  dropFolders(folder);
});

async function call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, token = readFileSync(join(folder, 'operator-token'), 'utf8').trim()) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await agent.request({ origin: headend.url, path, method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

/** A model that is read strictly. */
function perUse(id: string, value: string, currency = 'EUR', cycle = '<instantaneous/>'): string {
  return `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="${id}"/><description>d</description><pricingExpression><billingCycle>${cycle}</billingCycle><basicPricing><billingAttributes><fixedRateUseCost currency="${currency}" value="${value}"/></billingAttributes></basicPricing></pricingExpression></pricingModel>`;
}

async function uploaded(xml: string): Promise<string> {
  const answer = await call('POST', `/v1/admin/vendors/${vendor}/models`, { xml });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return String(answer.body.hash);
}

describe('the pricing API', () => {
  test.each(cases)('rates $id as the hand does', async ({ model_xml: xml, evaluate_until: until, expected, ...usage }) => {
    const answer = await call('POST', '/v1/pricing/rate', { xml, lenient: true, usage, until });
    expect(answer).toMatchObject({ status: 200, body: expected });
  });

  const [first] = cases;
  if (first === undefined) throw new Error('no case');
  const asked = { xml: first.model_xml, lenient: true, usage: first, until: first.evaluate_until };

  test('explains, quotes, compares, simulates and walks a tree', async () => {
    expect((await call('POST', '/v1/pricing/explain', asked)).body).toMatchObject({ currency: 'USD', cycles: [{ amount_due: '2.70' }, {}] });
    const { until, ...quoted } = asked;
    expect((await call('POST', '/v1/pricing/quote', { ...quoted, at: until })).body).toMatchObject({ price: '0.90', in_force: { fixedRateUseCost: '0.9' } });
    const dearer = perUse('d', '1.00', 'USD', '<monthly dayOfMonth="28"/>');
    expect((await call('POST', '/v1/pricing/compare', { a: first.model_xml, b: dearer, lenient: true })).body).toMatchObject({
      a: '1312',
      b: 'd',
      same: false,
    });
    const histories = [
      { user: 'u1', ...first },
      { user: 'u2', licence: 'nonsense' },
    ];
    expect((await call('POST', '/v1/pricing/simulate', { models: [first.model_xml, dearer], lenient: true, until, histories })).body).toMatchObject({
      ...{ users: 1, winners: 0, losers: 1, before: '2.70', after: '3.00', difference: '0.30' },
      left_out: [{ index: 1 }],
    });
    const tree = {
      id: 'root',
      override: { quantifier: 'ALL', modification: { fixedRateUseCost: { reduceByPercent: '20' } } },
      children: [{ id: 'A', model: { fixedRateUseCost: '1.00' } }],
    };
    expect((await call('POST', '/v1/pricing/tree', { tree, licences: ['A'], use: 'A' })).body).toEqual({
      price: '0.80',
      attributes: { fixedRateUseCost: '0.80' },
    });
    expect((await call('POST', '/v1/pricing/tree', { tree: { ...tree, currency: 'KWD' }, licences: ['A'], use: 'A' })).body).toMatchObject({ price: '0.800' });
  });

  test('lists what became of results for vendors', async () => {
    expect(await call('GET', '/v1/admin/vendor-results')).toEqual({ status: 200, body: { results: [] } });
  });

  test('says where a model is wrong, and refuses what it is not asked properly', async () => {
    const broken = perUse('x', '0,50');
    expect((await call('POST', '/v1/pricing/check', { xml: broken })).body).toMatchObject({ valid: false, errors: [{ line: 1, code: 'value' }] });
    expect(await call('POST', '/v1/pricing/rate', { ...asked, xml: broken })).toMatchObject({
      status: 422,
      body: { code: 'bad-model', title: expect.stringContaining('line 1') },
    });
    expect(await call('POST', '/v1/pricing/rate', { ...asked, until: '2026-02-30T00:00:00Z' })).toMatchObject({ status: 400 });
    expect(await call('POST', '/v1/pricing/rate', { ...asked, more: 1 })).toMatchObject({ status: 400 });
    expect(await call('POST', '/v1/pricing/check', { xml: broken }, 'wrong')).toMatchObject({ status: 401 });
  });

  test('stands in the OpenAPI document, with its schemas', async () => {
    const { body } = await call('GET', '/v1/openapi.json');
    const paths = body.paths as Record<string, Record<string, { requestBody: unknown }>>;
    for (const name of ['check', 'rate', 'explain', 'quote', 'tree', 'compare', 'simulate'])
      expect(paths[`/v1/pricing/${name}`]?.post?.requestBody).toBeDefined();
  });
});

describe("a vendor's model", () => {
  test('is read strictly, kept under the hash of its compiled text, and never updated', async () => {
    const xml = perUse('v-1', '0.70');
    const hash = await uploaded(xml);
    expect(sha256Hex(headend.book.priceModel(hash) ?? '')).toBe(hash);
    expect(await uploaded(xml)).toBe(hash);
    const other = await call('POST', `/v1/admin/vendors/${vendor}/models`, { xml: perUse('v-1', '0.80') });
    expect(other).toMatchObject({ status: 409, body: { code: 'model-id-taken' } });
    const lenientOnly = cases[0]?.model_xml.replace('<monthly dayOfMonth="28"/>', '<monthly dayOfMonth="28">') ?? '';
    expect(await call('POST', `/v1/admin/vendors/${vendor}/models`, { xml: lenientOnly })).toMatchObject({ status: 422, body: { code: 'bad-model' } });
    expect(await call('POST', `/v1/admin/vendors/${vendor}/models`, { xml: perUse('ackbox:mine', '1') })).toMatchObject({ status: 409 });
    expect(await call('POST', '/v1/admin/vendors/nobody/models', { xml })).toMatchObject({ status: 404 });
    expect((await call('GET', `/v1/admin/vendors/${vendor}/models`)).body).toMatchObject({
      models: expect.arrayContaining([expect.objectContaining({ id: 'v-1', hash })]),
    });
  });

  test('hangs in a tree, by what accounts are licensed for; a circular one is refused', async () => {
    const path = `/v1/admin/vendors/${vendor}/tree`;
    const tree = {
      id: 'root',
      override: { quantifier: 'ANY', of: ['T', 'rival'], modification: {} },
      children: [{ id: 'T', model: { xml: perUse('t-1', '1.00') } }],
    };
    expect(await call('PUT', path, { tree })).toMatchObject({ status: 200, body: { nodes: 2 } });
    const circular = { id: 'root', override: { quantifier: 'ANY', of: ['root'], modification: {} }, children: [{ id: 'T' }] };
    expect(await call('PUT', path, { tree: circular })).toMatchObject({ status: 409, body: { code: 'reference-cycle' } });
    const { account } = headend.book.defaults();
    const licence = (node: string, until: string | null, of: string = account) => call('PUT', `/v1/admin/accounts/${of}/node-licences/${node}`, { until });
    expect([(await licence('rival', null)).status, (await licence('T', '2020-01-01T00:00:00Z')).status]).toEqual([200, 200]);
    expect([...headend.book.heldNodes(account, Date.now())]).toEqual(['rival']);
    expect([(await licence('rival', 'soon')).status, (await licence('rival', null, 'nobody')).status]).toEqual([400, 404]);
  });

  test('prices the parts of a work, whose lengths must be those of the work', async () => {
    const hash = await uploaded(perUse('v-2', '0.60'));
    const node = `/v1/admin/vendors/${vendor}/nodes/song`;
    expect(await call('PUT', node, { model: 'a'.repeat(64) })).toMatchObject({ status: 404 });
    expect((await call('PUT', node, { model: hash })).body).toEqual({ node: 'song', vendor, model: hash, shared: false });
    const prices = `/v1/admin/works/${WORK.id}/prices`;
    const parts = [{ packets: 500, node: null }, { packets: 1_000, node: 'song' }, { packets: 100, node: null }, { node: 'song' }];
    expect((await call('PUT', prices, { parts })).body).toEqual({ parts: parts.map((part) => ({ packets: WORK.packets - 1_600, ...part })) });
    expect(await call('PUT', prices, { parts: [{ packets: 5, node: 'song' }] })).toMatchObject({ status: 400 });
    expect(await call('PUT', prices, { parts: [{ node: 'nowhere' }] })).toMatchObject({ status: 404 });
    const dollars = await uploaded(perUse('v-3', '0.60', 'USD'));
    await call('PUT', `/v1/admin/vendors/${vendor}/nodes/dollars`, { model: dollars });
    expect(await call('PUT', prices, { parts: [{ node: 'dollars' }] })).toMatchObject({ status: 409, body: { code: 'currency' } });
  });
});
