import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { usageCommand } from '../../../../src/cli/usage.ts';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { processUsage } from '../../../../src/headend/usage/usage-processor.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import { dropFolders, headendOn, scratchFolder } from '../../../fakes/headend-on-localhost.ts';
import { enrol, record } from '../stores/book-fixture.ts';

const folder = scratchFolder();
let headend: RunningHeadend;
let agent: Agent;

beforeAll(async () => {
  headend = await headendOn(folder);
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
  const { outlet, account } = enrol(headend.book);
  const signOn = {
    ...{ AccountNo: account, OutletNo: outlet, Dttm: '2027-01-15T20:00:00.000Z', TitleDomain: 'box', EventType: 'SIGN_ON', PlaceId: 'box', EntryMethod: '3' },
    ...{ ConsumerId: null, domains: ['session'], NumberOfUsageDomains: 1, playId: null, sid: null },
  };
  headend.book.intake(
    outlet,
    'g1',
    [record(1, canonicalJson(signOn)), { ...record(2, canonicalJson({ ...signOn, EventType: 'USAGE' })), monotonicNs: '5000000001' }],
    0,
  );
});
afterAll(async () => {
  await agent.destroy();
  await headend.close();
  dropFolders(folder);
});

async function get(path: string, token = readFileSync(join(folder, 'operator-token'), 'utf8').trim()) {
  const answer = await agent.request({ origin: headend.url, path, method: 'GET', headers: { authorization: `Bearer ${token}` } });
  return { status: answer.statusCode, type: String(answer.headers['content-type']), text: await answer.body.text() };
}

async function ackboxUsage(...argv: readonly string[]) {
  let out = '';
  const code = await usageCommand.run([...argv, '--data', folder], {
    out: (text) => {
      out += text;
    },
    err: () => {},
  });
  return { code, out };
}

test('reports come over HTTP as JSON and CSV, to the operator only', async () => {
  const path = '/v1/admin/usage/reports/profiles';
  processUsage(headend.book);
  expect(JSON.parse((await get(path)).text)).toMatchObject({
    report: 'profiles',
    rows: [{ domain: 'session', usedMs: 5_000, occurrences: 1 }],
    gaps: [],
    behind: 0,
  });
  const csv = await get(`${path}?format=csv`);
  expect(csv.type).toContain('text/csv');
  expect(csv.text.split('\r\n')[0]).toBe('account,consumer,domain,usedMs,occurrences,firstAt,lastAt');
  expect((await get(path, 'wrong')).status).toBe(401);
  expect((await get('/v1/admin/usage/reports/nonsense')).status).toBe(404);
  expect((await get(`${path}?from=yesterday`)).status).toBe(400);
});

test('a trace leads from a record to what became of it', async () => {
  expect(JSON.parse((await get('/v1/admin/usage/trace/g1:1')).text)).toMatchObject({ records: [{ time: { postedMs: 5_000, domains: ['session'] } }] });
});

test('the command line reads the same book beside the running headend', async () => {
  expect(await ackboxUsage('report', 'days')).toMatchObject({ code: 0, out: expect.stringContaining('day,sessions') });
  expect(JSON.parse((await ackboxUsage('report', 'conservation', '--json')).out).rows).toMatchObject([{ reason: 'last-known' }, { reason: 'posted' }]);
  expect(await ackboxUsage('trace', '1')).toMatchObject({ code: 0, out: expect.stringContaining('5 s to session') });
  expect(await ackboxUsage('trace', '99')).toEqual({ code: 1, out: 'not-delivered\n' });
  expect((await ackboxUsage('report', 'nonsense')).code).toBe(2);
});
