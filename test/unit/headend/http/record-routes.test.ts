import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { OUTLET_HEADER, SIGNATURE_HEADER, signRequest } from '../../../../src/platform/request-signature.ts';
import { dropFolders, headendOn, knownBox, scratchFolder } from '../../../fakes/headend-on-localhost.ts';
import { record } from '../stores/book-fixture.ts';

test('the same record with another payload is answered 409, kept beside the first, and holds up nothing', async () => {
  const [house, folder] = [scratchFolder(), scratchFolder()];
  const headend = await headendOn(house);
  const box = knownBox(headend, folder);
  const agent = new Agent({ connect: { ca: headend.trust.caPem } });
  onTestFinished(async () => {
    await Promise.all([box.api.close(), agent.destroy()]);
    await headend.close();
    dropFolders(house, folder);
  });
  const report = (...records: readonly ReturnType<typeof record>[]) => ({ generation: 'g', records: [...records], status: {}, commandResults: [] });
  const post = async (...records: readonly ReturnType<typeof record>[]) => {
    const body = Buffer.from(JSON.stringify(report(...records)));
    const signature = signRequest(box.signer, { method: 'POST', path: '/v1/records', body, idempotencyKey: null, ephemeral: null });
    const headers = { 'content-type': 'application/json', [OUTLET_HEADER]: box.identity.outlet, [SIGNATURE_HEADER]: signature };
    const answer = await agent.request({ origin: headend.url, path: '/v1/records', method: 'POST', body, headers });
    return { status: answer.statusCode, body: await answer.body.json() };
  };
  expect(await post(record(1), record(2))).toMatchObject({ status: 200, body: { acknowledgedThrough: 2, conflicts: [] } });
  expect(await post(record(1), record(2))).toMatchObject({ status: 200, body: { acknowledgedThrough: 2, conflicts: [] } });
  expect(await post(record(2, '{"n":"other"}'), record(3))).toMatchObject({ status: 409, body: { acknowledgedThrough: 3, conflicts: [2] } });
  // The box reads the same answer as an answer, not as a failure.
  expect(await box.api.report(report(record(3, '{"n":"other"}')))).toMatchObject({ ok: true, value: { acknowledgedThrough: 3, conflicts: [3] } });
  expect(headend.book.outlets().map(({ outlet }) => headend.book.recordCount(outlet))).toMatchObject([{ total: 3 }]);
});
