import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { equalSecrets, sha256, sha256Hex } from '../../platform/crypto/digest.ts';
import type { Clock } from '../../ports/clock.ts';
import { type OperatorDeps, viewBills, viewHeadend, viewLedger } from '../billing/operator-view.ts';
import { operatorPage, PAGE_STYLE } from './page.ts';

export interface OperatorPagesDeps extends OperatorDeps {
  /** From the data folder; given once as `?key=` in the printed link, or as `Authorization: Bearer` by programs. */
  readonly operatorToken: string;
  readonly clock: Clock;
}

/** The prefix binds the cookie to this very host, over TLS (RFC 6265bis, 4.1.3.2). */
const COOKIE = '__Host-ackbox-operator';
const STYLE_HASH = createHash('sha256').update(PAGE_STYLE).digest('base64');
const HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** A Fastify plugin: the operator's page and the same data as JSON. Read-only; commands go through the command line. */
export async function operatorPages(app: FastifyInstance, deps: OperatorPagesDeps): Promise<void> {
  const guarded = (send: (answer: FastifyReply) => FastifyReply) => async (request: FastifyRequest, answer: FastifyReply) => {
    answer.headers(HEADERS);
    const key = keyOfQuery(request);
    if (key !== null) return enter(deps, key, request, answer);
    return isOperator(deps, request) ? send(answer) : refuse(answer);
  };
  const json = (make: () => unknown) => guarded((answer) => answer.type('application/json; charset=utf-8').send(JSON.stringify(make())));
  const view = () => viewHeadend(deps, deps.clock.wallMs());
  app.get(
    '/operator',
    guarded((answer) => answer.type('text/html; charset=utf-8').send(operatorPage(view()))),
  );
  app.get('/operator.json', json(view));
  app.get(
    '/operator/bills.json',
    json(() => ({ bills: viewBills(deps.book), ledger: viewLedger(deps.book) })),
  );
  app.get(
    '/operator/sessions.json',
    json(() => ({ open: view().openSessions, recent: view().recentSessions })),
  );
  app.get(
    '/operator/outlets.json',
    json(() => ({ outlets: view().outlets })),
  );
}

function isOperator(deps: OperatorPagesDeps, request: FastifyRequest): boolean {
  const { authorization } = request.headers;
  if (authorization !== undefined) return equalSecrets(digest(authorization), digest(`Bearer ${deps.operatorToken}`));
  const cookie = cookieOf(request);
  return cookie !== null && equalSecrets(digest(cookie), digest(cookieValue(deps.operatorToken)));
}

/** The key leaves the address bar at once: a cookie takes its place. */
function enter(deps: OperatorPagesDeps, key: string, request: FastifyRequest, answer: FastifyReply): FastifyReply {
  if (!equalSecrets(digest(key), digest(deps.operatorToken))) return refuse(answer);
  answer.header('set-cookie', `${COOKIE}=${cookieValue(deps.operatorToken)}; Path=/; Secure; HttpOnly; SameSite=Strict`);
  return answer.redirect((request.url.split('?')[0] ?? '/operator') || '/operator', 303);
}

function refuse(answer: FastifyReply): FastifyReply {
  return answer.code(401).type('text/plain; charset=utf-8').send('This page needs the operator key: open the link that the headend printed at its start.\n');
}

/** Derived, so that a stolen cookie jar does not hold the token itself. */
function cookieValue(token: string): string {
  return sha256Hex(`ackbox-operator-cookie/1\n${token}`);
}

function cookieOf(request: FastifyRequest): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null;
}

function keyOfQuery(request: FastifyRequest): string | null {
  return new URL(request.url, 'https://headend').searchParams.get('key');
}

/** Equal lengths for the comparison in constant time. */
function digest(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}
