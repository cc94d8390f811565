import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHeadendClient } from '../../device/checkout/headend-client.ts';
import { openHttpsExchange } from '../../device/checkout/https-exchange.ts';
import { readProxy } from '../../device/network/network-choice.ts';
import type { RunningHeadend } from '../../src/headend/headend.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { dropFolders, headendOn, knownBox, scratchFolder } from '../fakes/headend-on-localhost.ts';

const USER = `Basic ${Buffer.from('bar:hush').toString('base64')}`;
let folders: string[] = [];
let headend: RunningHeadend;
let proxy: Server;
let port: number;
let tunnels: string[];

beforeAll(async () => {
  folders = [scratchFolder(), scratchFolder()];
  headend = await headendOn(folders[0] ?? '');
  proxy = createServer((_, answer) => answer.writeHead(501).end());
  proxy.on('connect', (request, client, head) => {
    client.on('error', () => {});
    if (request.headers['proxy-authorization'] !== USER) return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    tunnels.push(request.url ?? '');
    const [host = '', at = ''] = (request.url ?? '').split(':');
    const far = connect(Number(at), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.write(head);
      far.pipe(client).pipe(far);
    });
    far.on('error', () => client.destroy());
    return undefined;
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  port = (proxy.address() as AddressInfo).port;
});
afterAll(async () => {
  await headend.close();
  proxy.closeAllConnections();
  proxy.close();
  dropFolders(...folders);
});
beforeEach(() => {
  tunnels = [];
});

test('what a box asks of its headend goes through the proxy, inside TLS to the headend that it knows', async () => {
  const { identity, signer, api } = knownBox(headend, folders[1] ?? '');
  await api.close();
  const behind = createHeadendClient({ identity: () => identity, signer, clock: systemClock, proxy: readProxy(`http://bar:hush@127.0.0.1:${port}`) });
  expect(await behind.catalogue(null)).toMatchObject({ ok: true });
  expect(await behind.licences()).toMatchObject({ ok: true });
  expect(new Set(tunnels)).toEqual(new Set([new URL(headend.url).host]));
  await behind.close();
});

async function ask(proxyUrl: string): Promise<unknown> {
  const https = openHttpsExchange(headend.url, headend.trust.caPem, systemClock, readProxy(proxyUrl));
  const answer = await https.send({ method: 'GET', path: '/v1/ca', headers: {}, body: null, answerBytesMax: 65_536 });
  await https.close();
  return answer.ok ? answer.value.status : answer.error;
}

test('a proxy that refuses, or is not there, is named, and its password is not', async () => {
  const refused = await ask(`http://bar:wrong@127.0.0.1:${port}`);
  expect(refused).toMatchObject({
    code: 'unreachable',
    problem: 'proxy-refused',
    message: expect.stringContaining(`the proxy 127.0.0.1:${port}: it answered 407`),
  });
  expect(JSON.stringify(refused)).not.toContain('wrong');
  expect(await ask('http://127.0.0.1:9')).toMatchObject({
    problem: 'no-answer',
    message: expect.stringContaining('through the proxy 127.0.0.1:9 cannot be reached'),
  });
  expect(tunnels).toEqual([]);
});

test('at the end of the tunnel the box believes its own headend only', async () => {
  const https = openHttpsExchange(headend.url, rootCertificates[0] ?? '', systemClock, readProxy(`http://bar:hush@127.0.0.1:${port}`));
  const answer = await https.send({ method: 'GET', path: '/v1/ca', headers: {}, body: null, answerBytesMax: 65_536 });
  await https.close();
  expect(answer).toMatchObject({ ok: false, error: { problem: 'certificate-authority' } });
});
