import { timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Static } from '@sinclair/typebox';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { projectRoot } from '../../src/platform/project-root.ts';
import type { BoxControl } from '../session/box-view.ts';
import type { IntentEvent } from '../session/events.ts';
import {
  type CoinRequest as Coin,
  CoinRequest,
  CommandRequest,
  IntentRequest,
  type CommandRequest as Line,
  type WorksQuery as Query,
  WorksQuery,
} from './local-api.ts';
import { encode, streamViews } from './view-stream.ts';

export interface ScreenOptions {
  readonly box: BoxControl;
  readonly host: string;
  /** 0 for any: then the one of the last run, where it is still free, so that an open page finds the box again. */
  readonly port: number;
  readonly lastUrl: string | null;
  /** Coins, commands and totals need it; a page in the venue never has it. */
  readonly localToken: string;
  cover(hash: string): Promise<{ readonly bytes: Uint8Array; readonly contentType: string } | null>;
}

export interface RunningScreen {
  readonly url: string;
  close(): Promise<void>;
}

const PAGE_FILES: Readonly<Record<string, string>> = { '/': 'page.html', '/page.css': 'page.css', '/page.js': 'page.js' };
const PAGE_TYPES: Readonly<Record<string, string>> = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' };
const PAGE_POLICY =
  "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the screen and the local API. Rejects with a clear message where the port is taken. */
export async function openScreen(options: ScreenOptions): Promise<RunningScreen> {
  // A page that is still open must not keep the box from ending.
  const app = fastify({ logger: false, bodyLimit: 16_384, forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => refuseForeign(request, reply));
  addPage(app);
  addReads(app, options);
  addWrites(app, options);
  await listen(app, options);
  const address = app.server.address() as AddressInfo;
  return { url: `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${address.port}/`, close: () => app.close() };
}

async function listen(app: FastifyInstance, { host, port, lastUrl }: ScreenOptions): Promise<void> {
  const lastPort = port === 0 && lastUrl !== null && URL.canParse(lastUrl) ? Number(new URL(lastUrl).port) : 0;
  try {
    await app.listen({ host, port: lastPort || port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'EADDRINUSE') throw error;
    if (port !== 0) throw new Error(`The screen's port ${port} is taken by another program. Choose one with --screen-port, or 0 for any.`);
    await app.listen({ host, port: 0 });
  }
}

/** Another site's page, open in a browser on this machine, must not press our buttons. */
async function refuseForeign(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const site = request.headers['sec-fetch-site'];
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (request.method !== 'GET' && foreign) await reply.code(403).send({ code: 'foreign-page', title: 'Only the screen of this box may do that.' });
}

function addPage(app: FastifyInstance): void {
  for (const [path, file] of Object.entries(PAGE_FILES)) {
    app.get(path, (_request, reply) => {
      const type = PAGE_TYPES[file.split('.').pop() ?? ''] ?? 'text/plain';
      return reply
        .type(type)
        .header('content-security-policy', PAGE_POLICY)
        .header('cache-control', 'no-cache')
        .send(createReadStream(join(projectRoot, 'device', 'screen', file)));
    });
  }
}

function addReads(app: FastifyInstance, { box, cover, localToken }: ScreenOptions): void {
  app.get('/api/view', (_request, reply) => reply.type('application/json').send(encode(box.view())));
  app.get('/api/events', (request, reply) => streamViews(box, request, reply));
  app.get<{ Querystring: Static<typeof Query> }>('/api/works', { schema: { querystring: WorksQuery } }, (request) => {
    const { search = '', offset = 0, limit = 60 } = request.query;
    const wanted = search.trim().toLowerCase();
    const found =
      wanted === '' ? box.works() : box.works().filter((work) => `${work.title} ${work.artist} ${work.album} ${work.genre}`.toLowerCase().includes(wanted));
    return { total: found.length, works: found.slice(offset, offset + limit) };
  });
  app.get<{ Params: { hash: string } }>('/api/cover/:hash', async (request, reply) => {
    const image = /^[0-9a-f]{64}$/.test(request.params.hash) ? await cover(request.params.hash) : null;
    if (image === null) return reply.code(404).send({ code: 'no-cover', title: 'There is no such cover.' });
    return reply.type(image.contentType).header('cache-control', 'max-age=86400, immutable').send(Buffer.from(image.bytes));
  });
  app.get('/api/totals', async (request, reply) => {
    if (!hasToken(request, localToken)) return refuseUntrusted(reply);
    return reply.type('application/json').send(encode(await box.totals()));
  });
}

function addWrites(app: FastifyInstance, { box, localToken }: ScreenOptions): void {
  app.post<{ Body: IntentRequest }>('/api/intent', { schema: { body: IntentRequest } }, (request) => {
    const { entryMethod = '1', ...event } = request.body;
    box.intent(event as IntentEvent, entryMethod as '0' | '1' | '2' | '3' | '4' | '5');
    return { ok: true };
  });
  app.post<{ Body: Static<typeof Coin> }>('/api/coin', { schema: { body: CoinRequest } }, async (request, reply) => {
    // A simulated acceptor takes coins from whoever stands at the screen; a real one only from its line.
    if (!box.view().simulatedAcceptor && !hasToken(request, localToken)) return refuseUntrusted(reply);
    await box.coin(BigInt(request.body.valueMinor));
    return { creditMinor: box.view().creditMinor };
  });
  app.post<{ Body: Static<typeof Line> }>('/api/command', { schema: { body: CommandRequest } }, async (request, reply) => {
    if (!hasToken(request, localToken)) return refuseUntrusted(reply);
    const outcome = await box.command(request.body.line, { role: request.body.role ?? 'technician', surface: 'cli' });
    return reply.type('application/json').send(encode(outcome));
  });
}

function hasToken(request: FastifyRequest, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function refuseUntrusted(reply: FastifyReply): FastifyReply {
  return reply.code(401).send({ code: 'token-needed', title: 'This needs the local token of the box (file local-token in its data folder).' });
}
