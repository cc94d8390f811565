import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayOperator, type Permission } from '../../domain/access/operator-roles.ts';
import { equalSecrets, sha256, sha256Hex } from '../../platform/crypto/digest.ts';
import type { OperatorAccountStore } from '../stores/operator-account-rows.ts';
import { PAGE_HEADERS } from './layout.ts';
import { formTokenOf, isFormToken, type OperatorCaller, type OperatorSessions } from './operator-sessions.ts';

/** The prefix binds a cookie to this very host, over TLS (RFC 6265bis, 4.1.3.2). */
const OWNER_COOKIE = '__Host-ackbox-operator';
const SESSION_COOKIE = '__Host-ackbox-session';
const COOKIE_TERMS = '; Path=/; Secure; HttpOnly; SameSite=Strict';

export interface GateParts {
  readonly accounts: Pick<OperatorAccountStore, 'operatorAccount'>;
  readonly sessions: OperatorSessions;
  /** From the data folder; given once as `?key=` in the printed link, or as `Authorization: Bearer` by programs. */
  readonly operatorToken: string;
}

/** Who may see a page, and who may press its buttons. */
export class OperatorGate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** A handler that runs only for a caller with the permission. A form must also carry the token of its page (CSRF). */
  guarded(permission: Permission, send: (caller: OperatorCaller, request: FastifyRequest, answer: FastifyReply) => unknown) {
    return async (request: FastifyRequest, answer: FastifyReply) => {
      answer.headers(PAGE_HEADERS);
      const key = new URL(request.url, 'https://headend').searchParams.get('key');
      if (key !== null) return this.#enter(key, request, answer);
      const caller = this.#caller(request);
      if (caller === null) return this.#unknown(request, answer);
      if (!mayOperator(caller.role, permission)) return refuse(answer, 403, `Your role, ${caller.role}, may not do this.`);
      if (request.method === 'POST' && !isFormToken(caller, field(request, 'token')))
        return refuse(answer, 403, 'This form is not of your sign-in: open the page again.');
      return await send(caller, request, answer);
    };
  }

  /** Whoever holds the session's cookie. */
  sessionOf(request: FastifyRequest): string | null {
    return cookieOf(request, SESSION_COOKIE);
  }

  welcome(answer: FastifyReply, token: string): FastifyReply {
    answer.header('set-cookie', `${SESSION_COOKIE}=${token}${COOKIE_TERMS}`);
    return answer.redirect('/operator', 303);
  }

  goodbye(answer: FastifyReply): FastifyReply {
    answer.header(
      'set-cookie',
      [SESSION_COOKIE, OWNER_COOKIE].map((name) => `${name}=${COOKIE_TERMS}; Max-Age=0`),
    );
    return answer.redirect('/operator/sign-in', 303);
  }

  #caller(request: FastifyRequest): OperatorCaller | null {
    const { operatorToken, sessions, accounts } = this.#parts;
    const owner = { name: 'owner', role: 'owner', formToken: formTokenOf(ownerCookie(operatorToken)) } as const;
    const { authorization } = request.headers;
    // A program sends no cookies that another page could ride on; its token is its form token as well.
    if (authorization !== undefined) return equalSecrets(digest(authorization), digest(`Bearer ${operatorToken}`)) ? owner : null;
    const cookie = cookieOf(request, OWNER_COOKIE);
    if (cookie !== null && equalSecrets(digest(cookie), digest(ownerCookie(operatorToken)))) return owner;
    const token = this.sessionOf(request);
    return token === null ? null : sessions.caller(token, (name) => accounts.operatorAccount(name));
  }

  /** The key leaves the address bar at once: a cookie takes its place. */
  #enter(key: string, request: FastifyRequest, answer: FastifyReply): FastifyReply {
    const { operatorToken } = this.#parts;
    if (!equalSecrets(digest(key), digest(operatorToken))) return this.#unknown(request, answer);
    answer.header('set-cookie', `${OWNER_COOKIE}=${ownerCookie(operatorToken)}${COOKIE_TERMS}`);
    return answer.redirect((request.url.split('?')[0] ?? '/operator') || '/operator', 303);
  }

  /** A browser is shown the door; a program gets its status. */
  #unknown(request: FastifyRequest, answer: FastifyReply): FastifyReply {
    if (request.headers.authorization === undefined && request.headers.accept?.includes('text/html') === true) return answer.redirect('/operator/sign-in', 303);
    return refuse(answer, 401, 'Sign in at /operator/sign-in, or open the link that the headend printed at its start.');
  }
}

export function queryOf(request: FastifyRequest, name: string): string | undefined {
  return new URL(request.url, 'https://headend').searchParams.get(name) ?? undefined;
}

export function field(request: FastifyRequest, name: string): string {
  return request.body instanceof URLSearchParams ? (request.body.get(name) ?? '') : '';
}

function refuse(answer: FastifyReply, code: number, words: string): FastifyReply {
  return answer.code(code).type('text/plain; charset=utf-8').send(`${words}\n`);
}

/** Derived, so that a stolen cookie jar does not hold the token itself. */
function ownerCookie(token: string): string {
  return sha256Hex(`ackbox-operator-cookie/1\n${token}`);
}

function cookieOf(request: FastifyRequest, name: string): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}

/** Equal lengths for the comparison in constant time. */
function digest(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}
