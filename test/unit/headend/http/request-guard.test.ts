import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningHeadend } from '../../../../src/headend/headend.ts';
import { limits } from '../../../../src/limits.ts';
import { generateDeviceKey } from '../../../../src/platform/crypto/ed25519-signer.ts';
import { OUTLET_HEADER, SIGNATURE_HEADER, signRequest } from '../../../../src/platform/request-signature.ts';
import type { Signer } from '../../../../src/ports/signer.ts';
import { toHex } from '../../../../src/units/bytes.ts';
import { type BoxUnderTest, dropFolders, enrolledBox, headendOn, scratchFolder } from '../../../fakes/headend-on-localhost.ts';

const folders = [scratchFolder(), scratchFolder()] as const;
let headend: RunningHeadend;
let box: BoxUnderTest;
let agent: Agent;

beforeAll(async () => {
  headend = await headendOn(folders[0]);
  box = await enrolledBox(headend, ...folders);
  agent = new Agent({ connect: { ca: headend.trust.caPem } });
});
afterAll(async () => {
  await agent.destroy();
  await box.api.close();
  await headend.close();
  dropFolders(...folders);
});

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send({ method = 'POST', path, body, headers = {} }: Sent) {
  const answer = await agent.request({ origin: headend.url, path, method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.body.text();
  const type = String(answer.headers['content-type']);
  return { status: answer.statusCode, headers: answer.headers, type, body: type.includes('json') ? JSON.parse(text) : text };
}

function signed(request: Sent, signer: Signer = box.signer, key: string | null = null): Readonly<Record<string, string>> {
  const body = new TextEncoder().encode(request.body ?? '');
  const signature = signRequest(signer, { method: request.method ?? 'POST', path: request.path, body, idempotencyKey: key, ephemeral: null });
  return {
    [OUTLET_HEADER]: box.identity.outlet,
    [SIGNATURE_HEADER]: signature,
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(key === null ? {} : { 'idempotency-key': key }),
  };
}

const catalogue: Sent = { method: 'GET', path: '/v1/catalogue' };
const problem = (status: number, code: string) => ({
  status,
  type: expect.stringContaining('application/problem+json'),
  body: { type: `urn:ackbox:problem:${code}`, code, status, title: expect.stringMatching(/\S{3,}/) },
});

describe('a request of a box', () => {
  test('passes with the signature of the enrolled key', async () => {
    expect(await send({ ...catalogue, headers: signed(catalogue) })).toMatchObject({ status: 200, body: { works: [] } });
  });

  test('is not read again where the catalogue did not change', async () => {
    const first = await send({ ...catalogue, headers: signed(catalogue) });
    const again = await send({ ...catalogue, headers: { ...signed(catalogue), 'if-none-match': String(first.headers.etag) } });
    expect(again.status).toBe(304);
    expect(await box.api.catalogue(first.body.version)).toEqual({ ok: true, value: 'unchanged' });
  });

  test('is refused without a signature', async () => {
    expect(await send(catalogue)).toMatchObject(problem(401, 'unsigned'));
    expect(await send({ ...catalogue, headers: { [OUTLET_HEADER]: box.identity.outlet } })).toMatchObject(problem(401, 'bad-signature'));
  });

  test('is refused with the signature of another key, also where the request brings that key along', async () => {
    const stranger = generateDeviceKey().signer;
    expect(await send({ ...catalogue, headers: signed(catalogue, stranger) })).toMatchObject(problem(401, 'bad-signature'));
    const asKey = { ...signed(catalogue, stranger), [OUTLET_HEADER]: toHex(stranger.publicKey) };
    expect(await send({ ...catalogue, headers: asKey })).toMatchObject(problem(401, 'unknown-device'));
  });

  test('is refused where the body, the path, the method or the idempotency key is not the one signed', async () => {
    const path = '/v1/sessions';
    const body = JSON.stringify({ playId: 'a', work: 'w', trial: true, maxQuoteMinor: '1', currency: 'EUR', deviceEphemeral: 'x', sdp: '' });
    const headers = signed({ path, body }, box.signer, 'a');
    expect(await send({ path, body: body.replace('"1"', '"9"'), headers })).toMatchObject(problem(401, 'bad-signature'));
    expect(await send({ path, body, headers: { ...headers, 'idempotency-key': 'b' } })).toMatchObject(problem(401, 'bad-signature'));
    const otherPath = signed({ method: 'GET', path: '/v1/catalogue?x=1' });
    expect(await send({ ...catalogue, headers: otherPath })).toMatchObject(problem(401, 'bad-signature'));
    expect(await send({ ...catalogue, headers: signed({ ...catalogue, method: 'POST' }) })).toMatchObject(problem(401, 'bad-signature'));
  });

  test('is checked against its schema, once the caller is known', async () => {
    const request = { path: '/v1/sessions', body: '{"playId":7}' };
    expect(await send({ ...request, headers: { 'content-type': 'application/json' } })).toMatchObject(problem(401, 'unsigned'));
    expect(await send({ ...request, headers: signed(request) })).toMatchObject(problem(400, 'bad-request'));
  });

  test('is refused when it is too large, no JSON, or nothing we know', async () => {
    const large = { path: '/v1/sessions', body: JSON.stringify({ fill: 'x'.repeat(limits.httpBodyBytes) }) };
    expect(await send({ ...large, headers: signed(large) })).toMatchObject(problem(413, 'body-too-large'));
    const broken = { path: '/v1/sessions', body: '{' };
    expect(await send({ ...broken, headers: signed(broken) })).toMatchObject(problem(400, 'bad-request'));
    expect(
      await send({ path: '/v1/sessions', body: '<x/>', headers: { ...signed({ path: '/v1/sessions', body: '<x/>' }), 'content-type': 'text/xml' } }),
    ).toMatchObject(problem(415, 'unsupported-media-type'));
    expect(await send({ method: 'GET', path: '/v2/anything' })).toMatchObject(problem(404, 'not-found'));
  });

  test('gets covers of works on offer, and never a paid segment', async () => {
    const path = `/v1/covers/${'a'.repeat(64)}`;
    expect(await send({ method: 'GET', path, headers: signed({ method: 'GET', path }) })).toMatchObject(problem(404, 'not-found'));
  });
});

describe('the open routes', () => {
  test('take an enrolment only with the signature of the key it names', async () => {
    const body = JSON.stringify({ devicePublicKey: toHex(generateDeviceKey().signer.publicKey), nonce: '0'.repeat(32), name: 'x', profile: 'jukebox' });
    expect(await send({ path: '/v1/enrol', body, headers: signed({ path: '/v1/enrol', body }) })).toMatchObject(problem(401, 'bad-signature'));
  });

  test('describe the whole interface', async () => {
    const { body } = await send({ method: 'GET', path: '/v1/openapi.json' });
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/v1/sessions/{sid}/resume': { post: { requestBody: { required: true } } } } });
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/v1/ca', '/v1/enrol', '/v1/catalogue', '/v1/covers/{hash}', '/v1/sessions']));
    expect(body.paths['/v1/sessions'].post.requestBody.content['application/json'].schema.properties.deviceEphemeral.pattern).toBe('^[0-9a-f]{64}$');
  });

  test('slow down an address that asks too often, and say for how long', async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => send({ method: 'GET', path: '/v1/ca' })));
    const refused = answers.filter((answer) => answer.status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ ...problem(429, 'too-many-requests'), headers: { 'retry-after': expect.stringMatching(/^[1-9]/) } });
    // Boxes are not slowed down by strangers.
    expect(await send({ ...catalogue, headers: signed(catalogue) })).toMatchObject({ status: 200 });
  });
});
