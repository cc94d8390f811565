import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Static } from '@sinclair/typebox';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { limits } from '../../src/limits.ts';
import type { AccountWatch } from '../checkout/account-watch.ts';
import type { IntentEvent } from '../session/events.ts';
import type { Book } from '../stores/book-port.ts';
import { addAccount } from './account-routes.ts';
import { addBrowsing, type BrowseParts } from './browse-routes.ts';
import { addCaps } from './cap-routes.ts';
import { type CoinRequest as Coin, CoinRequest, CommandRequest, IntentRequest, type CommandRequest as Line, Preferences } from './local-api.ts';
import { addPage } from './page-routes.ts';
import { addPeople, type PeopleParts } from './people-routes.ts';
import { keepPreferences, keptPreferences } from './preferences.ts';
import type { ScreenKeys } from './screen-keys.ts';
import { encode, streamViews } from './view-stream.ts';

export interface ScreenOptions extends BrowseParts {
  readonly book: Pick<Book, 'mostPlayed' | 'getSetting' | 'putSetting' | 'spendingCaps' | 'putSpendingCap' | 'recordAudit'>;
  readonly keys: ScreenKeys;
  readonly account: Pick<AccountWatch, 'look' | 'topUp' | 'cheapest'>;
  /** Of a household's box. */
  readonly people?: PeopleParts;
  readonly host: string;
  /** 0 for any: then the one of the last run, where it is still free, so that an open page finds the box again. */
  readonly port: number;
  readonly lastUrl: string | null;
  /** Coins, commands and totals need it; a page in the venue never has it. */
  readonly localToken: string;
}

export interface RunningScreen {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the screen and the local API. Rejects with a clear message where the port is taken. */
export async function openScreen(options: ScreenOptions): Promise<RunningScreen> {
  // A page that is still open must not keep the box from ending.
  const app = fastify({ logger: false, bodyLimit: 16_384, forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => refuseForeign(request, reply));
  const preferences = (): Promise<Preferences> => keptPreferences(options.book, options.box.view().language);
  addPage(app, async () => ({ view: options.box.view(), preferences: await preferences(), trialSeconds: limits.trialMs / 1_000 }));
  addBrowsing(app, options);
  addAccount(app, options.account, (request) => options.box.view().profile === 'set-top' || hasToken(request, options.localToken));
  const trusted = (request: FastifyRequest): boolean => hasToken(request, options.localToken);
  addCaps(app, { ...options, changed: () => options.people?.changed() }, trusted);
  if (options.people !== undefined) addPeople(app, options.box, options.people, trusted);
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

function addReads(app: FastifyInstance, { box, keys, localToken }: ScreenOptions): void {
  app.get('/api/view', (_request, reply) => reply.type('application/json').send(encode(box.view())));
  app.get<{ Querystring: { keys?: string } }>('/api/events', (request, reply) => streamViews(box, request.query.keys === 'box' ? keys : null, request, reply));
  app.get('/api/totals', async (request, reply) => {
    if (!hasToken(request, localToken)) return refuseUntrusted(reply);
    return reply.type('application/json').send(encode(await box.totals()));
  });
}

function addWrites(app: FastifyInstance, { box, book, localToken }: ScreenOptions): void {
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
  app.post('/api/to-phone', async (_request, reply) => {
    const outcome = await box.command('credit to-phone', { role: 'customer', surface: 'screen' });
    return reply
      .code(outcome.ok ? 200 : 409)
      .type('application/json')
      .send(encode(outcome.ok ? outcome.data : { code: outcome.code, title: outcome.text }));
  });
  app.post<{ Body: Preferences }>('/api/preferences', { schema: { body: Preferences } }, async (request, reply) => {
    // In a venue a guest's wishes last until he goes; those of a household stay.
    if (box.view().profile === 'jukebox' && !hasToken(request, localToken)) return refuseUntrusted(reply);
    await keepPreferences(book, request.body);
    return { ok: true };
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
