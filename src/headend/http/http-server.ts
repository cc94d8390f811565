import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { limits } from '../../limits.ts';
import type { Log } from '../../ports/log.ts';
import { HeadendBookError } from '../stores/headend-book-error.ts';
import { SenderAway } from '../stream-port.ts';
import { openApiDocument } from './openapi.ts';
import { type HttpFault, ProblemError, toProblem } from './problems.ts';
import type { RequestGuard } from './request-guard.ts';
import type { Route, RouteRequest } from './route.ts';

export interface HttpServerDeps {
  readonly routes: readonly Route[];
  readonly guard: RequestGuard;
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly log: Log;
  /** Pages for people, beside the routes. */
  readonly pages: (server: FastifyInstance) => void;
}

const rawBodies = new WeakMap<FastifyRequest, Uint8Array>();
const NO_BODY = new Uint8Array();
/** A full disk or a locked book passes when somebody mends it; boxes ask again. */
const BOOK_RETRY_MS = 5_000;
const SENDER_RETRY_MS = 1_000;

/** The HTTP face of the headend: TLS only, bounded bodies, schemas checked, every failure a problem document (RFC 9457). */
export function createHttpServer(deps: HttpServerDeps): FastifyInstance {
  const server: FastifyInstance = Fastify({
    https: { key: deps.keyPem, cert: deps.certificatePem, minVersion: 'TLSv1.2' },
    bodyLimit: limits.httpBodyBytes,
    requestTimeout: limits.httpTimeoutMs,
    logger: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
    // A body is signed as it stands: nothing in it is coerced, removed or filled in.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false } },
  }) as unknown as FastifyInstance;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    rawBodies.set(request, bytes);
    try {
      done(null, JSON.parse(bytes.toString('utf8')));
    } catch {
      done(new ProblemError({ code: 'bad-request', message: 'The body is not JSON.' }));
    }
  });
  server.setErrorHandler((error, _request, answer) => sendProblem(answer, explain(error, deps.log)));
  server.setNotFoundHandler((_request, answer) =>
    sendProblem(answer, { code: 'not-found', message: 'There is nothing here; /v1/openapi.json lists what there is.' }),
  );
  for (const route of deps.routes) register(server, route, deps.guard);
  deps.pages(server);
  const document = openApiDocument(deps.routes);
  server.get('/v1/openapi.json', async () => document);
  return server;
}

function register(server: FastifyInstance, route: Route, guard: RequestGuard): void {
  server.route({
    method: route.method,
    url: route.path,
    ...(route.body === null ? {} : { schema: { body: route.body } }),
    // Before the schema: a stranger learns nothing about what a body should look like.
    preValidation: async (request) => {
      guard.admit(route.access, toRouteRequest(request), request.method, request.raw.url ?? '');
    },
    handler: async (request, answer) => {
      const routeRequest = toRouteRequest(request);
      const outcome = await route.answer(routeRequest, route.access === 'device' ? guard.caller(routeRequest) : null);
      if (!outcome.ok) return sendProblem(answer, outcome.error);
      const { status, body, contentType, headers } = outcome.value;
      answer.code(status);
      if (contentType !== undefined) answer.type(contentType);
      if (headers !== undefined) answer.headers(headers);
      return answer.send(body);
    },
  });
}

function toRouteRequest(request: FastifyRequest): RouteRequest<unknown> {
  return {
    body: request.body,
    params: request.params as Readonly<Record<string, string>>,
    query: request.query as Readonly<Record<string, string | undefined>>,
    headers: request.headers,
    rawBody: rawBodies.get(request) ?? NO_BODY,
    peer: request.ip,
    host: request.hostname.replace(/^\[|\]$/g, ''),
  };
}

/** Fastify's own failures in our words; anything unknown is ours to repair: logged here, never shown. */
function explain(error: unknown, log: Log): HttpFault {
  if (error instanceof ProblemError) return error.fault;
  if (error instanceof HeadendBookError) {
    log.warn('http-request-not-stored', { code: error.code, todo: error.message });
    return { code: 'busy', message: error.message, retryAfterMs: BOOK_RETRY_MS };
  }
  if (error instanceof SenderAway) return { code: 'busy', message: error.message, retryAfterMs: SENDER_RETRY_MS };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && 'validation' in error) return { code: 'bad-request', message: `The request does not fit its schema: ${error.message}.` };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { code: 'body-too-large', message: `A body may have ${limits.httpBodyBytes} bytes at most; send less at once.` };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return { code: 'unsupported-media-type', message: 'Send application/json.' };
  if (code.startsWith('FST_ERR_')) return { code: 'bad-request', message: 'The request is malformed.' };
  log.warn('http-request-failed', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return { code: 'internal', message: 'The headend failed on this request; its log says why. Try again later.' };
}

function sendProblem(answer: FastifyReply, fault: HttpFault): FastifyReply {
  const problem = toProblem(fault);
  if (fault.retryAfterMs !== undefined) answer.header('retry-after', String(Math.max(1, Math.ceil(fault.retryAfterMs / 1_000))));
  return answer.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
