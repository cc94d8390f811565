import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { priceCommand } from '../../../../src/cli/price.ts';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { type ReckoningForm, reckon, type TypedReckoning } from '../../../../src/headend/operator/price-reckoning.ts';
import { dropFolders, headendOn, scratchFolder } from '../../../fakes/headend-on-localhost.ts';

interface Case {
  readonly model_xml: string;
  readonly evaluate_until: string;
  readonly usage_history: readonly unknown[];
}
const { cases, pricing_tree_cases: trees } = JSON.parse(readFileSync(new URL('../../../cases/pricing.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
  readonly pricing_tree_cases: readonly {
    readonly tree: unknown;
    readonly checks: readonly { readonly licences: readonly string[]; readonly use: string }[];
  }[];
};
const [usage] = cases;
if (usage === undefined) throw new Error('no case');
const { model_xml: xml, evaluate_until: until } = usage;
const other = xml.replace('"1312"', '"dearer"').replace('0.90', '1.00');
const tree = trees[0]?.tree;
const { licences = [], use = '' } = trees[0]?.checks[1] ?? {};

const folder = scratchFolder();
const at = (name: string): string => join(folder, 'files', name);
let headend: RunningHeadend;
let agent: Agent;

beforeAll(async () => {
  headend = await headendOn(folder);
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
  mkdirSync(join(folder, 'files'));
  for (const [name, content] of Object.entries({ 'a.xml': xml, 'b.xml': other })) writeFileSync(at(name), content);
  for (const [name, content] of Object.entries({ 'usage.json': usage, 'tree.json': tree, 'u1.json': { user: 'u1', ...usage } }))
    writeFileSync(at(name), JSON.stringify(content));
});
afterAll(async () => {
  await agent.destroy();
  await headend.close();
  dropFolders(folder);
});

async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const token = readFileSync(join(folder, 'operator-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await agent.request({ origin: headend.url, path, method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return await answer.body.json();
}

async function command(...argv: readonly string[]): Promise<unknown> {
  const out: string[] = [];
  await priceCommand.run([...argv, '--json'], { out: (text) => void out.push(text), err: () => {} });
  return JSON.parse(out.join('').trimEnd().split('\n').at(-1) ?? '');
}

const TYPED: ReckoningForm = {
  ...{ xml, other, usage: JSON.stringify(usage), until, seconds: '60', lenient: true },
  ...{ plays: '4', minutes: '3', months: '2', tree: JSON.stringify(tree), licences: licences.join(', '), use },
};
const page = (what: TypedReckoning, form: Partial<ReckoningForm> = {}): unknown => reckon(readModels, what, { ...TYPED, ...form }, Date.now()).answer;
const rated = { xml, lenient: true, usage, until };
const onFiles = ['--model', 'a.xml', '--usage', 'usage.json'].map((word) => (word.startsWith('--') ? word : at(word)));
const models = [at('a.xml'), at('b.xml')].join();

describe('a price is the same by command, over HTTP and on the page', () => {
  test.each<readonly [TypedReckoning, () => readonly [unknown, Promise<unknown>, Promise<unknown>]]>([
    ['check', () => [page('check'), ask('POST', '/v1/pricing/check', { xml, lenient: true }), command('check', at('a.xml'), '--lenient')]],
    ['rate', () => [page('rate'), ask('POST', '/v1/pricing/rate', rated), command('rate', ...onFiles, '--until', until)]],
    ['explain', () => [page('explain'), ask('POST', '/v1/pricing/explain', rated), command('explain', ...onFiles, '--until', until)]],
    [
      'quote',
      () => [
        page('quote'),
        ask('POST', '/v1/pricing/quote', { xml, lenient: true, usage, at: until, seconds: 60 }),
        command('quote', ...onFiles, '--at', until, '--seconds', '60'),
      ],
    ],
    [
      'tree',
      () => [
        page('tree'),
        ask('POST', '/v1/pricing/tree', { tree, licences, use }),
        command('tree', '--tree', at('tree.json'), '--use', use, '--licences', licences.join()),
      ],
    ],
    [
      'compare',
      () => [
        page('compare', { xml: other, other: xml }),
        ask('POST', '/v1/pricing/compare', { a: xml, b: other, lenient: true }),
        command('compare', at('a.xml'), at('b.xml'), '--lenient'),
      ],
    ],
    [
      'cheapest',
      () => [
        page('cheapest'),
        ask('POST', '/v1/pricing/cheapest', { models: [xml, other], lenient: true, plan: { plays_a_month: 4, minutes: 3, months: 2 } }),
        command('cheapest', '--models', models, '--plays-a-month', '4', '--months', '2').then(withoutFiles),
      ],
    ],
    [
      'cheapest',
      () => [
        page('cheapest', { plays: '', months: '' }),
        ask('POST', '/v1/pricing/cheapest', { models: [xml, other], lenient: true, usage, until }),
        command('cheapest', '--models', models, '--usage', at('usage.json'), '--until', until).then(withoutFiles),
      ],
    ],
  ])('%s', async (_, answers) => {
    const [onPage, overHttp, byCommand] = answers();
    expect(onPage).not.toBeNull();
    expect(await overHttp).toEqual(JSON.parse(JSON.stringify(onPage)));
    expect(await byCommand).toEqual(await overHttp);
  });

  test('simulate: the same users, sums and spread', async () => {
    const histories = [{ user: 'u1', ...usage }];
    const overHttp = (await ask('POST', '/v1/pricing/simulate', { models: [xml, other], lenient: true, until, histories })) as Record<string, unknown>;
    expect(page('simulate', { xml: other, other: xml, usage: JSON.stringify(histories) })).toEqual(overHttp);
    expect(overHttp).toMatchObject({ users: 1, before: '2.70', after: '3.00', difference: '0.30' });
    const { users, winners, losers, unchanged, before, after, difference } = overHttp;
    // The command writes users as it goes, sums behind them.
    expect(await command('simulate', '--models', models, '--history', at('u1.json'), '--until', until)).toMatchObject({
      ...{ users: overHttp.per_user, difference: overHttp.spread, currency: overHttp.currency },
      ...{ total: { before, after, difference }, count: { users, winners, losers, unchanged, left_out: 0 } },
    });
  });

  test('audit: what the headend’s book holds equals a replay', async () => {
    const overHttp = await ask('GET', '/v1/pricing/audit');
    expect(overHttp).toEqual({ licences: 0, events: 0, findings: [] });
    expect(await command('audit', '--data', folder)).toEqual(overHttp);
  });

  test('all nine stand in the OpenAPI document', async () => {
    const { paths } = (await ask('GET', '/v1/openapi.json')) as { readonly paths: Readonly<Record<string, unknown>> };
    const nine = ['audit', 'cheapest', 'check', 'compare', 'explain', 'quote', 'rate', 'simulate', 'tree'];
    expect(Object.keys(paths).filter((path) => path.startsWith('/v1/pricing/'))).toEqual(expect.arrayContaining(nine.map((name) => `/v1/pricing/${name}`)));
  });
});

/** A command names the file of each model. */
function withoutFiles(answer: unknown): unknown {
  const { models: compared, ...rest } = answer as { readonly models: readonly Readonly<Record<string, unknown>>[] };
  return { ...rest, models: compared.map(({ file: _, ...model }) => model) };
}
