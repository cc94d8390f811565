import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openExchange } from '../../../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../../../device/checkout/offer-request.ts';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { systemRandom } from '../../../../src/platform/system-random.ts';
import { type BoxUnderTest, dropFolders, enrolledBox, headendOn, scratchFolder, workOnOffer } from '../../../fakes/headend-on-localhost.ts';

const folders = [scratchFolder(), scratchFolder()] as const;
let headend: RunningHeadend;
let box: BoxUnderTest;
let agent: Agent;

beforeAll(async () => {
  headend = await headendOn(folders[0]);
  box = await enrolledBox(headend, folders[0], folders[1]);
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
});
afterAll(async () => {
  await Promise.all([box.api.close(), agent.destroy()]);
  await headend.close();
  dropFolders(...folders);
});

async function asOperator(method: 'GET' | 'PUT', account: string, windowPackets?: number) {
  const token = readFileSync(join(folders[0], 'operator-token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = windowPackets === undefined ? null : JSON.stringify({ windowPackets });
  const answer = await agent.request({ origin: headend.url, path: `/v1/admin/accounts/${account}/credit`, method, headers, body });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
}

test('an operator says what an account may have unacknowledged, and sees what of it is lent', async () => {
  const { account } = box.identity;
  const work = workOnOffer();
  headend.book.putWork(work, 'a source');
  const offer = (playId: string) => box.api.offer(offerRequest({ playId, work, trial: false, ephemeral: openExchange(systemRandom) }));
  expect(await asOperator('PUT', account, 60)).toMatchObject({ status: 200, body: { windowPackets: 60, leasedPackets: 0 } });
  expect((await offer('p1')).ok).toBe(true);
  expect(await asOperator('GET', account)).toMatchObject({ status: 200, body: { windowPackets: 60, leasedPackets: 50, leftoverPackets: 0 } });
  expect(await offer('p2')).toMatchObject({ ok: false, error: { code: 'busy', problem: 'account-credit-used-up' } });
  await asOperator('PUT', account, 400);
  expect((await offer('p2')).ok).toBe(true);
  expect(await asOperator('PUT', 'nobody', 1)).toMatchObject({ status: 404 });
});
